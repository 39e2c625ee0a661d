/** Field → reader. Nothing is decided here but whether the arguments make sense. */
import { HubError } from '../../schema/errors.ts';
import { type LiveField, live } from '../kit/live.ts';
import type { PageArguments } from '../kit/page.ts';
import type { Context, System } from '../kit/system.ts';
import { topic } from './feed.ts';
import { checkFilter, type IncidentFilter, placeKey } from './filter.ts';
import type {
  CadReader,
  Dispatch,
  Incident,
  IncidentNote,
  StatisticsSpan,
  Unit,
  UnitFilter,
  VideoRequest,
  VideoRequestFilter,
} from './reader.ts';
import { guardCaller } from './rules.ts';
import { statusAt, type TimelineEntry, timelineOf } from './timeline.ts';

type Cad = Context<CadReader>;

interface ChangedArguments {
  filter?: IncidentFilter | null;
  after?: string | null;
}

interface Grouped {
  span: StatisticsSpan;
  by: string;
}

interface IncidentChanged {
  cursor: string;
  change: string;
  incident: Incident | null;
}

const changed: LiveField<CadReader, ChangedArguments, IncidentChanged> = live<CadReader, ChangedArguments, IncidentChanged>({
  topic,
  accept: async ({ key }, { filter }, { read }) => (await read.matching(key, filter ?? {})) !== null,
  resolve: async ({ key, cursor, change }, _args, { read }) => ({ cursor, change, incident: await read.incident(key) }),
});

export const resolvers: System<CadReader>['resolvers'] = {
  Query: {
    incident: (_root: unknown, { id, number }: { id?: string | null; number?: string | null }, { read }: Cad) => {
      const [name, value] = oneOf({ id, number });
      return name === 'id' ? read.incident(value) : read.incidentByNumber(value);
    },
    incidents: (_root: unknown, { filter, ...page }: PageArguments & { filter?: IncidentFilter | null }, { read }: Cad) =>
      read.incidents(filter ?? {}, page),
    unit: (_root: unknown, { id, callSign }: { id?: string | null; callSign?: string | null }, { read }: Cad) => {
      const [name, value] = oneOf({ id, callSign });
      return name === 'id' ? read.unit(value) : read.unitByCallSign(value);
    },
    units: (_root: unknown, { filter, ...page }: PageArguments & { filter?: UnitFilter | null }, { read }: Cad) =>
      read.units(filter ?? {}, page),
    incidentStatistics: (_root: unknown, { span, by }: Grouped, { read }: Cad) => read.incidentStatistics(span, by),
    videoRequests: (_root: unknown, { filter, ...page }: PageArguments & { filter?: VideoRequestFilter | null }, { read }: Cad) =>
      read.videoRequestList(filter ?? {}, page),
    videoRequestStatistics: (_root: unknown, { span, by }: Grouped, { read }: Cad) => read.videoRequestStatistics(span, by),
    incidentsByCallerPhone: (_root: unknown, { phone, ...page }: PageArguments & { phone: string }, { read }: Cad) =>
      read.byCallerPhone(phone, page),
  },
  Subscription: {
    incidentChanged: {
      ...changed,
      subscribe: (root: unknown, args: ChangedArguments, context: Cad) => {
        checkFilter(args.filter); // A filter that makes no sense is refused at once, not at the first event.
        return changed.subscribe(root, args, context);
      },
    },
  },
  Incident: {
    __resolveReference: ({ id }: { id: string }, { read }: Cad) => read.incident(id),
    statusAt: (incident: Incident, { at }: { at: Date }) => statusAt(incident, at),
    type: ({ typeCode, typeText }: Incident) => coded(typeCode, typeText),
    initialType: ({ initialTypeCode, initialTypeText }: Incident) => coded(initialTypeCode, initialTypeText),
    disposition: ({ dispositionCode, dispositionText }: Incident) => coded(dispositionCode, dispositionText),
    location: ({ address, placeId, beat, zone, district, postalCode, latitude, longitude }: Incident) => ({
      place: placeId === null ? null : { id: placeId },
      ...{ address, beat, zone, district, postalCode },
      point: latitude === null || longitude === null ? null : { latitude, longitude },
    }),
    timeline: async (incident: Incident, _args: unknown, { read }: Cad) =>
      timelineOf(incident, await read.dispatches(incident.id)),
    units: async ({ id }: Incident, _args: unknown, { read }: Cad) => {
      const unitIds = new Set((await read.dispatches(id)).map(({ unitId }) => unitId));
      const units = await Promise.all([...unitIds].map(read.unit));
      return units.filter((unit) => unit !== null);
    },
    dispatches: ({ id }: Incident, _args: unknown, { read }: Cad) => read.dispatches(id),
    notes: ({ id }: Incident, _args: unknown, { read }: Cad) => read.notes(id),
    caller: ({ id, handling }: Incident, _args: unknown, { read, principal }: Cad) => {
      guardCaller(principal, { handling });
      return read.caller(id);
    },
    videoRequests: ({ id }: Incident, _args: unknown, { read }: Cad) => read.videoRequests(id),
    priorCalls: ({ id }: Incident, page: PageArguments, { read }: Cad) => read.priorCalls(id, page),
    agency: (incident: Incident) => agency(incident),
    provenance: (incident: Incident) => provenance(incident),
  },
  TimelineEntry: {
    unit: ({ unitId }: TimelineEntry, _args: unknown, { read }: Cad) => (unitId === null ? null : read.unit(unitId)),
  },
  Dispatch: { unit: ({ unitId }: Dispatch, _args: unknown, { read }: Cad) => read.unit(unitId) },
  IncidentNote: { at: ({ writtenAt }: IncidentNote) => writtenAt, text: ({ body }: IncidentNote) => body },
  VideoRequest: {
    __resolveReference: ({ id }: { id: string }, { read }: Cad) => read.videoRequest(id),
    incident: ({ incidentId }: VideoRequest, _args: unknown, { read }: Cad) => read.incident(incidentId),
  },
  Report: {
    incident: ({ number }: { number?: string | null }, _args: unknown, { read }: Cad) =>
      number == null ? null : read.incidentByNumber(number),
  },
  Unit: {
    __resolveReference: ({ id }: { id: string }, { read }: Cad) => read.unit(id),
    incident: ({ incidentId }: Unit, _args: unknown, { read }: Cad) => (incidentId === null ? null : read.incident(incidentId)),
    agency: (unit: Unit) => agency(unit),
    provenance: (unit: Unit) => provenance(unit),
  },
  Place: {
    __resolveReference: ({ id }: { id: string }) => ({ id }),
    incidents: ({ id }: { id: string }, page: PageArguments, { read }: Cad) => read.atPlace(placeKey(id), page),
  },
};

/** The one argument that was given. */
const oneOf = (choices: Record<string, string | null | undefined>): [name: string, value: string] => {
  const given = Object.entries(choices).flatMap(([name, value]): [string, string][] => (value == null ? [] : [[name, value]]));
  const [only] = given;
  if (only && given.length === 1) return only;
  const names = Object.keys(choices).map((name) => `"${name}"`);
  throw new HubError('BAD_USER_INPUT', { message: `Give exactly one of ${names.join(' and ')}.` });
};

const coded = (code: string | null, text: string | null) => (code === null ? null : { code, text });

const agency = ({ ownerOri, ownerName }: Incident | Unit) => ({ ori: ownerOri, name: ownerName });

const provenance = ({ sourceId, observedAt, changedAt, derived, synthetic }: Incident | Unit) => ({
  ...{ source: 'cad', sourceId, observedAt, derived, synthetic },
  receivedAt: changedAt,
});
