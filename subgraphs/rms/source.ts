/**
 * The records system as one request reads it: batched, with the caller's row
 * rules in every statement. The only file that holds a database client.
 */

import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy, perArguments } from '../kit/batch.ts';
import { asPointer, pointedAt, shownTo } from '../kit/labels.ts';
import type { Window } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import * as associates from './associates.ts';
import * as edges from './edges.ts';
import type { Person, Report, Vehicle } from './generated/client.ts';
import { PrismaClient } from './generated/client.ts';
import { mayBe } from './maybe.ts';
import * as phones from './phones.ts';
import * as places from './places.ts';
import * as reports from './reports.ts';
import type { Ask } from './rules.ts';
import * as search from './search.ts';
import { isWatched, type WatchFilter } from './watch.ts';

export type { Person, Report, Vehicle };

export type RmsReader = ReturnType<typeof readerOf>;

export const openSource = async ({ database }: Runtime): Promise<Source<RmsReader>> => {
  const prisma = new PrismaClient({ adapter: database.adapter });
  const ask: Ask = <Row>(query: Parameters<Ask>[0]) => prisma.$queryRaw<Row[]>(query);
  return {
    reader: (principal) => readerOf(prisma, ask, principal),
    check: async () => {
      // By the index, from its end: an aggregate over a view of joins reads every row.
      const newest = await prisma.report.findFirst({ select: { changedAt: true }, orderBy: { changedAt: 'desc' } });
      // Reports are filed hours late and some days few: a quiet records system is not a stale one.
      return { lastEventAt: newest?.changedAt };
    },
    close: () => prisma.$disconnect(),
  };
};

/** The rules of rules.ts as Prisma says them, for rows that are read by id. */
const mayKnow = ({ ori }: Principal) => ({ OR: [{ ownerOri: ori }, { shared: true }] });
const visible = (principal: Principal) => ({ ...mayKnow(principal), handling: { in: shownTo(principal) } });

/** All that is read of a row that the caller gets a pointer of. */
const pointerColumns = {
  id: true,
  number: true,
  ownerOri: true,
  ownerName: true,
  sourceId: true,
  derived: true,
  synthetic: true,
};

const readReports = async (prisma: PrismaClient, principal: Principal, ids: readonly string[]): Promise<Report[]> => {
  const shown = await prisma.report.findMany({ where: { id: { in: [...ids] }, ...visible(principal) } });
  const handlings = pointedAt(principal);
  const missing = ids.filter((id) => !shown.some((row) => row.id === id));
  if (handlings.length === 0 || missing.length === 0) return shown;
  const where = { id: { in: missing }, ...mayKnow(principal), handling: { in: handlings } };
  const pointers = await prisma.report.findMany({ where, select: pointerColumns });
  return [...shown, ...pointers.map((row) => asPointer<Report>(row))];
};

const readerOf = (prisma: PrismaClient, ask: Ask, principal: Principal) => ({
  ...entities(prisma, ask, principal),
  ...lists(ask, principal),
  ...ofReports(ask, principal),
  ...ofPersons(ask, principal),
});

const entities = (prisma: PrismaClient, ask: Ask, principal: Principal) => {
  const where = (ids: readonly string[]) => ({ id: { in: [...ids] }, ...visible(principal) });
  return {
    report: oneBy(
      (ids) => readReports(prisma, principal, ids),
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
  caseStanding: (item: string) => reports.caseStanding(ask, principal, item),
  isWatched: (id: string, filter: WatchFilter) => isWatched(ask, principal, id, filter),
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
  phones: manyBy(
    (ids) => phones.phonesOfPersons(ask, principal, ids),
    ({ personId }) => personId,
  ),
  placesOfPerson: manyBy(
    (ids) => associates.placesOfPersons(ask, principal, ids),
    ({ parent }) => parent,
  ),
  associates: perArguments((window: Window) =>
    manyBy(
      (ids) => associates.associatesOf(ask, principal, ids, window),
      ({ parent }) => parent,
    ),
  ),
  sharedReports: manyBy(
    (pairs) => associates.sharedReports(ask, principal, pairs),
    ({ pair }) => pair,
  ),
  mayBe: manyBy(
    (ids) => mayBe(ask, principal, ids),
    ({ parent }) => parent,
  ),
  warrants: manyBy(
    (ids) => edges.warrants(ask, principal, ids),
    ({ personId }) => personId,
  ),
});
