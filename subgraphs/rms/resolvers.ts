/** Field → reader. Arguments are checked here; what exists and who may see it is decided below. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import { HubError } from '../../schema/errors.ts';
import { type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import type { Context } from '../kit/system.ts';
import type { Arrest, Charge, Involvement, Offense, Warrant } from './edges.ts';
import { personFields, personTypes } from './personfields.ts';
import type { Place as PlaceRow } from './places.ts';
import { reportChanged } from './reportchanged.ts';
import { itemOf, type ReportFilter } from './reports.ts';
import { guardIdentity } from './rules.ts';
import { keyOfMatch, type PersonSearch } from './search.ts';
import type { Person as PersonRow, Report as ReportRow, RmsReader, Vehicle as VehicleRow } from './source.ts';

type Ctx = Context<RmsReader>;
interface Reference {
  id: string;
}
/** A vehicle reached from a report knows its part in that one. */
type VehicleInReport = VehicleRow & { involvement?: string | null };

const listMaximum = 100;
const childMaximum = 50;

/** A row that went between two statements is left out; lists hold no nulls. */
const present = <Row>(rows: readonly (Row | null)[]): Row[] => rows.filter((row) => row !== null);

/** A page whose rows are keys, in the keys' order, with the rows loaded. */
const loadPage = async <Key extends Reference, Row>(
  keys: readonly Key[],
  options: {
    window: ReturnType<typeof windowOf>;
    keyOf: (key: Key) => string[];
    load: (id: string) => Promise<Row | null>;
    edgeOf?: (key: Key) => object;
  },
) => {
  const { window, keyOf, load, edgeOf = () => ({}) } = options;
  const page = pageOf(keys, window, keyOf, edgeOf);
  const loaded = await Promise.all(page.edges.map(async ({ node, ...edge }) => ({ ...edge, node: await load(node.id) })));
  const edges = loaded.flatMap(({ node, ...edge }) => (node === null ? [] : [{ ...edge, node }]));
  return { edges, nodes: edges.map(({ node }) => node), pageInfo: page.pageInfo };
};

const coded = (code: string | null, text: string | null) => (code === null ? null : { code, text });
const agency = ({ ownerOri, ownerName }: { ownerOri: string; ownerName: string }) => ({ ori: ownerOri, name: ownerName });
const provenance = (row: {
  sourceId: string;
  observedAt: Date | null;
  changedAt: Date;
  derived: boolean;
  synthetic: boolean;
}) => ({
  source: 'rms',
  sourceId: row.sourceId,
  observedAt: row.observedAt,
  receivedAt: row.changedAt,
  derived: row.derived,
  synthetic: row.synthetic,
});
const offenseCode = ({ code, text, nibrs, nibrsText }: Charge): Charge => ({ code, text, nibrs, nibrsText });

const Query = {
  report: async (_: unknown, { id, number }: { id?: string | null; number?: string | null }, { read }: Ctx) => {
    if ((id == null) === (number == null))
      throw new HubError('BAD_USER_INPUT', { message: 'Give exactly one of "id" and "number".' });
    if (id != null) return read.report.load(id);
    const [first] = await read.reportsOfItem.load(itemOf(number ?? ''));
    return first ? read.report.load(first.id) : null;
  },
  reports: async (_: unknown, { filter, ...page }: PageArguments & { filter?: ReportFilter | null }, { read }: Ctx) => {
    const window = windowOf(page, 2, listMaximum);
    const keys = await read.reports(filter ?? {}, window);
    return loadPage(keys, { window, keyOf: ({ at, id }) => [at, id], load: (id) => read.report.load(id) });
  },
  caseStanding: (_: unknown, { number }: { number: string }, { read }: Ctx) => read.caseStanding(itemOf(number)),
  person: (_: unknown, { id }: Reference, { read }: Ctx) => read.person.load(id),
  searchPersons: async (_: unknown, { search, ...page }: PageArguments & { search: PersonSearch }, { read }: Ctx) => {
    const window = windowOf(page, 2, childMaximum);
    const matches = await read.searchPersons(search, window);
    const edgeOf = ({ score, because }: (typeof matches)[number]) => ({ score, because });
    return loadPage(matches, { window, keyOf: keyOfMatch, load: (id) => read.person.load(id), edgeOf });
  },
  searchVehicles: async (_: unknown, { plate, ...page }: PageArguments & { plate: string }, { read }: Ctx) => {
    const window = windowOf(page, 2, childMaximum);
    const keys = await read.searchVehicles(plate, window);
    return loadPage(keys, { window, keyOf: (key) => [key.plate, key.id], load: (id) => read.vehicle.load(id) });
  },
  searchAddresses: async (_: unknown, { text, ...page }: PageArguments & { text: string }, { read }: Ctx) => {
    const window = windowOf(page, 1, childMaximum);
    return pageOf(await read.searchAddresses(text, window), window, ({ id }) => [id]);
  },
};

const Report = {
  __resolveReference: ({ id }: Reference, { read }: Ctx) => read.report.load(id),
  status: ({ statusCode, statusText }: ReportRow) => coded(statusCode, statusText),
  signal: ({ signalCode, signalText }: ReportRow) => coded(signalCode, signalText),
  place: ({ placeId }: ReportRow, _: unknown, { read }: Ctx) => (placeId === null ? null : placeOf(placeId, read)),
  offenses: ({ id }: ReportRow, _: unknown, { read }: Ctx) => read.offenses.load(id),
  involved: ({ id }: ReportRow, { roles }: { roles?: string[] | null }, { read }: Ctx) =>
    read.involved({ roles: roles?.toSorted() }).load(id),
  arrests: ({ id }: ReportRow, _: unknown, { read }: Ctx) => read.arrests.load(id),
  vehicles: async ({ id }: ReportRow, _: unknown, { read }: Ctx) => {
    const parts = await read.vehiclesOfReport.load(id);
    const load = async ({ vehicleId, involvement }: (typeof parts)[number]): Promise<VehicleInReport | null> => {
      const vehicle = await read.vehicle.load(vehicleId);
      return vehicle && { ...vehicle, involvement };
    };
    return present(await Promise.all(parts.map(load)));
  },
  narrative: async ({ id }: ReportRow, _: unknown, { read, principal }: Ctx) => {
    const narrative = await read.narrative.load(id);
    if (narrative) guardIdentity(principal, narrative);
    return narrative?.text ?? null;
  },
  agency,
  provenance,
};

const Person = {
  __resolveReference: ({ id }: Reference, { read }: Ctx) => read.person.load(id),
  fullName: (person: PersonRow, _: unknown, { principal }: Ctx) => {
    guardIdentity(principal, person);
    return person.fullName;
  },
  dateOfBirth: (person: PersonRow, _: unknown, { principal }: Ctx) => {
    guardIdentity(principal, person);
    return person.dateOfBirth;
  },
  reports: async ({ id }: PersonRow, page: PageArguments, { read }: Ctx) => {
    const window = windowOf(page, 3, childMaximum);
    const keys = await read.reportsOfPerson(window).load(id);
    return loadPage(keys, {
      window,
      keyOf: (key) => [key.at, key.id, key.involvement],
      load: (report) => read.report.load(report),
      edgeOf: ({ role }) => ({ role }),
    });
  },
  vehicles: async ({ id }: PersonRow, _: unknown, { read }: Ctx) =>
    present(await Promise.all((await read.vehiclesOfPerson.load(id)).map(({ vehicleId }) => read.vehicle.load(vehicleId)))),
  warrants: ({ id }: PersonRow, _: unknown, { read }: Ctx) => read.warrants.load(id),
  ...personFields,
  agency,
  provenance,
};

const reportsOf =
  (loader: 'reportsOfVehicle' | 'reportsOfPlace') =>
  async ({ id }: Reference, page: PageArguments, { read }: Ctx) => {
    const window = windowOf(page, 2, childMaximum);
    const keys = await read[loader](window).load(id);
    return loadPage(keys, { window, keyOf: (key) => [key.at, key.id], load: (report) => read.report.load(report) });
  };

const Vehicle = {
  __resolveReference: ({ id }: Reference, { read }: Ctx) => read.vehicle.load(id),
  involvement: async ({ id, involvement }: VehicleInReport, _: unknown, { read }: Ctx) =>
    involvement === undefined ? ((await read.vehiclePart.load(id))?.involvement ?? null) : involvement,
  owner: ({ ownerPersonId }: VehicleRow, _: unknown, { read }: Ctx) =>
    ownerPersonId === null ? null : read.person.load(ownerPersonId),
  reports: reportsOf('reportsOfVehicle'),
  provenance,
};

/** Dispatch knows addresses that no report mentions: those are places with no reports, not nothing. */
const placeOf = async (id: string, read: RmsReader): Promise<PlaceRow> =>
  (await read.place.load(id)) ?? { id, address: id, district: null };

const Place = {
  __resolveReference: ({ id }: Reference, { read }: Ctx) => placeOf(id, read),
  reports: reportsOf('reportsOfPlace'),
};

const Incident = {
  reports: async ({ number }: { number?: string | null }, _: unknown, { read }: Ctx) => {
    if (number == null) return [];
    const keys = await read.reportsOfItem.load(itemOf(number));
    return present(await Promise.all(keys.map(({ id }) => read.report.load(id))));
  },
};

const person = ({ personId }: Involvement | Arrest, _: unknown, { read }: Ctx) => read.person.load(personId);

export const resolvers: GraphQLResolverMap<Ctx> = {
  Query,
  Subscription: { reportChanged },
  ...personTypes,
  Report,
  Person,
  Vehicle,
  Place,
  Incident,
  Offense: {
    code: offenseCode,
    charged: async ({ id }: Offense, _: unknown, { read }: Ctx) =>
      present(await Promise.all((await read.charged.load(id)).map(({ personId }) => read.person.load(personId)))),
  },
  Involvement: { person },
  Arrest: { person, charges: ({ id }: Arrest, _: unknown, { read }: Ctx) => read.arrestCharges.load(id) },
  Warrant: {
    charge: ({ code, text, nibrs, nibrsText }: Warrant) => (code === null ? null : { code, text, nibrs, nibrsText }),
    provenance,
  },
};
