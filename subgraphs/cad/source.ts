/**
 * Reads dispatch. Row rules stand in each query's WHERE, so that pages, cursors
 * and edges agree on what exists; every edge is one statement, however many
 * records ask for it.
 */
import { z } from 'zod';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy, perArguments } from '../kit/batch.ts';
import { pageOf, type Window, windowOf } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import { type Criteria, checkFilter, isKey, numberKey, texts } from './filter.ts';
import { Prisma, PrismaClient } from './generated/client.ts';
import { readPast } from './past.ts';
import type { CadReader, Dispatch, Incident, IncidentNote, Unit, UnitFilter, VideoRequest } from './reader.ts';
import { readRequests } from './requests.ts';
import { all, behind, columnsOf, incidentColumns, isVisible, keyOf, type Listed, visible } from './rows.ts';
import { readStatistics } from './statistics.ts';

const dispatchesAtMost = 50;
const attachedAtMost = 200;

/** Only the agency knows how long its dispatch may be silent: absent, it never counts as stale. */
const settings = z.object({ CAD_STALE_AFTER_SECONDS: z.coerce.number().int().positive().optional() });

export const openSource = async (runtime: Runtime): Promise<Source<CadReader>> => {
  const client = new PrismaClient({ adapter: runtime.database.adapter });
  const { CAD_STALE_AFTER_SECONDS: staleAfterSeconds } = settings.parse(runtime.settings);
  return {
    reader: (principal) => openReader(client, principal),
    check: async () => {
      // By the index, from its end: an aggregate over a view of joins reads every row.
      const newest = await client.incident.findFirst({ select: { changedAt: true }, orderBy: { changedAt: 'desc' } });
      return { lastEventAt: newest?.changedAt, ...(staleAfterSeconds === undefined ? {} : { staleAfterSeconds }) };
    },
    close: () => client.$disconnect(),
  };
};

const openReader = (client: PrismaClient, principal: Principal): CadReader => {
  const asked = (keys: readonly string[]) => ({ in: keys.filter(isKey) });
  const seen = visible(principal);
  const byId = oneBy<string, Incident>(
    (ids) => client.incident.findMany({ where: { id: asked(ids), ...seen } }),
    ({ id }) => id,
  );
  const byNumber = oneBy(
    (keys: readonly string[]) => client.incident.findMany({ where: { numberKey: asked(keys), ...seen } }),
    (row) => row.numberKey,
  );
  const unitById = oneBy(
    (ids: readonly string[]) => client.unit.findMany({ where: { id: asked(ids), ...seen } }),
    ({ id }) => id,
  );
  const callerOf = oneBy(
    (ids: readonly string[]) => client.caller.findMany({ where: { incidentId: asked(ids) } }),
    (row) => row.incidentId,
  );
  const dispatchesOf = attached<Dispatch>((ids) => client.$queryRaw(dispatchQuery(ids, principal)));
  const notesOf = attached<IncidentNote>((ids) => client.$queryRaw(noteQuery(ids)));
  const requestsOf = attached<VideoRequest>((ids) => client.$queryRaw(requestQuery(ids)));
  const atPlaces = perArguments(({ limit, after }: Pick<Window, 'limit' | 'after'>) =>
    manyBy(
      (places: readonly string[]) => client.$queryRaw<Listed[]>(placeQuery(places.filter(isKey), { limit, after }, principal)),
      ({ placeId }) => placeId ?? '',
    ),
  );
  const primed = <Row extends Incident>(rows: Row[]): Row[] => {
    for (const row of rows) byId.prime(row.id, row);
    return rows;
  };
  return {
    incident: (id) => byId.load(id),
    incidentByNumber: async (number) => {
      const key = numberKey(number);
      return key === undefined ? null : byNumber.load(key);
    },
    incidents: async (filter, page) => {
      const window = windowOf(page, 2);
      const where = [isVisible('i', principal), ...fits(checkFilter(filter)), ...behind(window.after)];
      return pageOf(primed(await client.$queryRaw<Listed[]>(listQuery(where, window.limit))), window, keyOf);
    },
    matching: async (id, filter) => {
      if (!isKey(id)) return null;
      const where = [Prisma.sql`i.id = ${id}::text`, isVisible('i', principal), ...fits(checkFilter(filter))];
      const [row] = primed(await client.$queryRaw<Listed[]>(listQuery(where, 1)));
      return row ?? null;
    },
    atPlace: async (placeId, page) => {
      const window = windowOf(page, 2);
      behind(window.after); // Refuses a forged cursor before the batch takes it up.
      return pageOf(primed(await atPlaces({ limit: window.limit, after: window.after }).load(placeId)), window, keyOf);
    },
    unit: (id) => unitById.load(id),
    unitByCallSign: async (callSign) => {
      const rows = isKey(callSign)
        ? await client.unit.findMany({ where: { callSign: callSign.trim().toUpperCase(), ...seen }, orderBy: { id: 'asc' } })
        : [];
      return rows.find(({ ownerOri }) => ownerOri === principal.ori) ?? rows[0] ?? null;
    },
    units: (filter, page) => readUnits(client, { filter, window: windowOf(page, 2), principal }),
    dispatches: (incidentId) => dispatchesOf.load(incidentId),
    notes: (incidentId) => notesOf.load(incidentId),
    caller: (incidentId) => callerOf.load(incidentId),
    videoRequests: (incidentId) => requestsOf.load(incidentId),
    ...readPast({ client, principal, primed }),
    ...readRequests(client, principal),
    ...readStatistics(client, principal),
  };
};

const attached = <Row extends { incidentId: string }>(read: (ids: string[]) => Promise<Row[]>) =>
  manyBy(
    (ids: readonly string[]) => read(ids.filter(isKey)),
    ({ incidentId }) => incidentId,
  );

const listQuery = (where: readonly Prisma.Sql[], limit: number): Prisma.Sql => Prisma.sql`
  SELECT ${incidentColumns} FROM cad.incident i WHERE ${all(where)} ORDER BY i.received_at DESC, i.id DESC LIMIT ${limit}::int`;

const placeQuery = (
  places: string[],
  { limit, after }: Pick<Window, 'limit' | 'after'>,
  principal: Principal,
): Prisma.Sql => Prisma.sql`
  SELECT r.* FROM unnest(${[...new Set(places)]}::text[]) AS p (id)
  CROSS JOIN LATERAL (
    SELECT ${incidentColumns} FROM cad.incident i
    WHERE i.place_id = p.id AND ${all([isVisible('i', principal), ...behind(after)])}
    ORDER BY i.received_at DESC, i.id DESC LIMIT ${limit}::int
  ) r`;

const fits = ({
  receivedFrom,
  receivedTo,
  openAt,
  districts,
  types,
  priorities,
  statuses,
  boxes,
  near,
  words,
}: Criteria): Prisma.Sql[] => {
  const among = (column: Prisma.Sql, values: string[] | undefined) =>
    values ? [Prisma.sql`${column} = ANY(${values}::text[])`] : [];
  return [
    ...(receivedFrom ? [Prisma.sql`i.received_at >= ${receivedFrom.toISOString()}::text::timestamptz`] : []),
    ...(receivedTo ? [Prisma.sql`i.received_at < ${receivedTo.toISOString()}::text::timestamptz`] : []),
    ...(openAt ? [wasOpenAt(openAt.toISOString())] : []),
    ...among(Prisma.sql`i.district`, districts),
    ...among(Prisma.sql`i.priority`, priorities),
    ...among(Prisma.sql`i.status`, statuses),
    ...(types ? [isOfType(types)] : []),
    ...boxes.map(
      ({ west, south, east, north }) =>
        Prisma.sql`i.latitude BETWEEN ${south}::float8 AND ${north}::float8 AND i.longitude BETWEEN ${west}::float8 AND ${east}::float8`,
    ),
    ...(near ? [Prisma.sql`${distanceMeters(near)} <= ${near.radiusMeters}::float8`] : []),
    ...words.map((word) => Prisma.sql`strpos(i.place_id, ${word}::text) > 0`),
  ];
};

/** Received within the 31 days before, so that the index on the receipt bounds the search; no call stays open for so long. */
const wasOpenAt = (at: string): Prisma.Sql => Prisma.sql`
  (i.received_at <= ${at}::text::timestamptz AND i.received_at > ${at}::text::timestamptz - interval '31 days'
   AND (i.closed_at IS NULL OR i.closed_at > ${at}::text::timestamptz))`;

/** A family is a code and its suffixed codes: `20*` is 20 and 20I; 201 would be another code altogether. */
const isOfType = ({ exact, families }: NonNullable<Criteria['types']>): Prisma.Sql => {
  const ofFamily = families.map(
    (family) => Prisma.sql`(starts_with(i.type_code, ${family}::text)
      AND NOT (${/\d$/.test(family)}::boolean AND substr(i.type_code, length(${family}::text) + 1, 1) ~ '[0-9]'))`,
  );
  return Prisma.sql`(${Prisma.join([Prisma.sql`i.type_code = ANY(${exact}::text[])`, ...ofFamily], ' OR ')})`;
};

/** Haversine, on a sphere of the Earth's mean radius. */
const distanceMeters = ({ latitude, longitude }: { latitude: number; longitude: number }): Prisma.Sql => Prisma.sql`
  (2 * 6371008.8 * asin(least(1, sqrt(
    sin(radians(i.latitude - ${latitude}::float8) / 2) ^ 2
    + cos(radians(${latitude}::float8)) * cos(radians(i.latitude)) * sin(radians(i.longitude - ${longitude}::float8) / 2) ^ 2
  ))))`;

const dispatchQuery = (ids: string[], principal: Principal): Prisma.Sql => Prisma.sql`
  SELECT ${columnsOf(Prisma.DispatchScalarFieldEnum, 'd')} FROM (
    SELECT d.*, row_number() OVER (PARTITION BY d.incident_id ORDER BY d.first_at, d.id) AS rank
    FROM cad.dispatch d WHERE d.incident_id = ANY(${ids}::text[]) AND ${isVisible('d', principal)}
  ) d WHERE d.rank <= ${dispatchesAtMost}::int ORDER BY d.incident_id, d.rank`;

const noteQuery = (ids: string[]): Prisma.Sql => Prisma.sql`
  SELECT ${columnsOf(Prisma.IncidentNoteScalarFieldEnum, 'n')} FROM (
    SELECT n.*, row_number() OVER (PARTITION BY n.incident_id ORDER BY n.written_at, n.id) AS rank
    FROM cad.incident_note n WHERE n.incident_id = ANY(${ids}::text[])
  ) n WHERE n.rank <= ${attachedAtMost}::int ORDER BY n.incident_id, n.rank`;

const requestQuery = (ids: string[]): Prisma.Sql => Prisma.sql`
  SELECT ${columnsOf(Prisma.VideoRequestScalarFieldEnum, 'v')} FROM (
    SELECT v.*, row_number() OVER (PARTITION BY v.incident_id ORDER BY v.id) AS rank
    FROM cad.video_request v WHERE v.incident_id = ANY(${ids}::text[])
  ) v WHERE v.rank <= ${attachedAtMost}::int ORDER BY v.incident_id, v.rank`;

const readUnits = async (
  client: PrismaClient,
  { filter, window, principal }: { filter: UnitFilter; window: Window; principal: Principal },
) => {
  const [callSign = '', id = ''] = window.after ?? [];
  if (window.after && !(isKey(callSign) && isKey(id))) throw new HubError('CURSOR_INVALID');
  const districts = texts('districts', filter.districts);
  const where = [
    isVisible('u', principal),
    ...(districts ? [Prisma.sql`u.district = ANY(${districts}::text[])`] : []),
    ...(filter.statuses ? [Prisma.sql`u.status = ANY(${filter.statuses}::text[])`] : []),
    ...(window.after ? [Prisma.sql`(u.call_sign, u.id) > (${callSign}::text, ${id}::text)`] : []),
  ];
  const rows = await client.$queryRaw<Unit[]>`
    SELECT ${columnsOf(Prisma.UnitScalarFieldEnum, 'u')} FROM cad.unit u
    WHERE ${all(where)} ORDER BY u.call_sign, u.id LIMIT ${window.limit}::int`;
  return pageOf(rows, window, (row) => [row.callSign, row.id]);
};
