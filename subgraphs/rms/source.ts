/**
 * The records system as one request reads it: batched, with the caller's row
 * rules in every statement. The only file that holds a database client.
 */

import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy, perArguments } from '../kit/batch.ts';
import type { Window } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import * as edges from './edges.ts';
import type { Person, Report, Vehicle } from './generated/client.ts';
import { PrismaClient } from './generated/client.ts';
import * as places from './places.ts';
import * as reports from './reports.ts';
import type { Ask } from './rules.ts';
import * as search from './search.ts';

export type { Person, Report, Vehicle };

export type RmsReader = ReturnType<typeof readerOf>;

export const openSource = async ({ database }: Runtime): Promise<Source<RmsReader>> => {
  const prisma = new PrismaClient({ adapter: database.adapter });
  const ask: Ask = <Row>(query: Parameters<Ask>[0]) => prisma.$queryRaw<Row[]>(query);
  return {
    reader: (principal) => readerOf(prisma, ask, principal),
    check: async () => {
      const { _max } = await prisma.report.aggregate({ _max: { changedAt: true } });
      // Reports are filed hours late and some days few: a quiet records system is not a stale one.
      return { lastEventAt: _max.changedAt ?? undefined };
    },
    close: () => prisma.$disconnect(),
  };
};

/** The rule of rules.ts as Prisma says it, for rows that are read by id. */
const rule = ({ ori, grants }: Principal) => ({
  OR: [{ ownerOri: ori }, { shared: true }],
  ...(grants.includes('rms:sealed') ? {} : { handling: { not: 'sealed' } }),
});

const readerOf = (prisma: PrismaClient, ask: Ask, principal: Principal) => ({
  ...entities(prisma, ask, principal),
  ...lists(ask, principal),
  ...ofReports(ask, principal),
  ...ofPersons(ask, principal),
});

const entities = (prisma: PrismaClient, ask: Ask, principal: Principal) => {
  const where = (ids: readonly string[]) => ({ AND: [{ id: { in: [...ids] } }, rule(principal)] });
  return {
    report: oneBy(
      (ids) => prisma.report.findMany({ where: where(ids) }),
      ({ id }: Report) => id,
    ),
    person: oneBy(
      (ids) => prisma.person.findMany({ where: where(ids) }),
      ({ id }: Person) => id,
    ),
    vehicle: oneBy(
      (ids) => prisma.vehicle.findMany({ where: where(ids) }),
      ({ id }: Vehicle) => id,
    ),
    place: oneBy(
      (ids) => places.placesById(ask, principal, ids),
      ({ id }) => id,
    ),
    reportsOfItem: manyBy(
      (items) => reports.reportsOfItems(ask, principal, items),
      ({ parent }) => parent,
    ),
  };
};

const lists = (ask: Ask, principal: Principal) => ({
  reports: (filter: reports.ReportFilter, window: Window) => reports.listReports(ask, principal, filter, window),
  searchPersons: (wanted: search.PersonSearch, window: Window) => search.searchPersons(ask, principal, wanted, window),
  searchVehicles: (plate: string, window: Window) => places.vehiclesByPlate(ask, principal, plate, window),
  searchAddresses: (text: string, window: Window) => places.placesByWords(ask, principal, text, window),
});

const ofReports = (ask: Ask, principal: Principal) => ({
  involved: perArguments(({ roles }: { roles?: string[] | undefined }) =>
    manyBy(
      (ids) => edges.involved(ask, principal, ids, roles),
      ({ reportId }) => reportId,
    ),
  ),
  offenses: manyBy(
    (ids) => edges.offenses(ask, principal, ids),
    ({ reportId }) => reportId,
  ),
  charged: manyBy(
    (ids) => edges.charged(ask, principal, ids),
    ({ offenseId }) => offenseId,
  ),
  arrests: manyBy(
    (ids) => edges.arrests(ask, principal, ids),
    ({ reportId }) => reportId,
  ),
  arrestCharges: manyBy(
    (ids) => edges.arrestCharges(ask, principal, ids),
    ({ arrestId }) => arrestId,
  ),
  vehiclesOfReport: manyBy(
    (ids) => edges.vehiclesOfReports(ask, principal, ids),
    ({ reportId }) => reportId,
  ),
  vehiclePart: oneBy(
    (ids) => edges.vehicleParts(ask, principal, ids),
    ({ vehicleId }) => vehicleId,
  ),
  narrative: oneBy(
    (ids) => edges.narratives(ask, principal, ids),
    ({ reportId }) => reportId,
  ),
});

const ofPersons = (ask: Ask, principal: Principal) => ({
  reportsOfPerson: perArguments((window: Window) =>
    manyBy(
      (ids) => reports.reportsOfPersons(ask, principal, ids, window),
      ({ parent }) => parent,
    ),
  ),
  reportsOfVehicle: perArguments((window: Window) =>
    manyBy(
      (ids) => reports.reportsOfVehicles(ask, principal, ids, window),
      ({ parent }) => parent,
    ),
  ),
  reportsOfPlace: perArguments((window: Window) =>
    manyBy(
      (ids) => reports.reportsOfPlaces(ask, principal, ids, window),
      ({ parent }) => parent,
    ),
  ),
  vehiclesOfPerson: manyBy(
    (ids) => edges.vehiclesOfPersons(ask, principal, ids),
    ({ personId }) => personId,
  ),
  warrants: manyBy(
    (ids) => edges.warrants(ask, principal, ids),
    ({ personId }) => personId,
  ),
});
