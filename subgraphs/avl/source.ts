/**
 * The AVL store: positions and trails in batched reads, under the caller's row
 * rules; and, where a port is set, the listener that fills it.
 */
import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy, perArguments } from '../kit/batch.ts';
import { openDatabase } from '../kit/database.ts';
import { shownTo } from '../kit/labels.ts';
import { pageOf } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import { Prisma, PrismaClient } from './generated/client.ts';
import { type Listener, listen } from './listen.ts';
import type { AvlReader, FixRow, PositionRecord } from './reader.ts';
import { type AvlSettings, readSettings } from './settings.ts';
import { ageOf, recordedState } from './state.ts';
import { type Moment, momentOf, silentAfterMs, type TrailSpan, trailSpan } from './trail.ts';

export interface AvlSource extends Source<AvlReader> {
  /** The port that modems report to; undefined where somebody else receives. */
  udpPort: number | undefined;
  listener: Listener | undefined;
}

/** Seconds without any fix after which the store counts as stale, while this process receives. */
const staleAfterSeconds = 120;

export const openSource = async (runtime: Runtime): Promise<AvlSource> => {
  const settings = readSettings(runtime.settings);
  const prisma = new PrismaClient({ adapter: runtime.database.adapter });
  const intake = await openIntake(runtime, settings, prisma);
  return {
    udpPort: intake?.listener.port,
    listener: intake?.listener,
    reader: (principal) => readerOf(prisma, principal, runtime.now, settings),
    check: async () => {
      const { _max } = await prisma.unitPosition.aggregate({ _max: { changedAt: true } });
      return { lastEventAt: _max.changedAt ?? undefined, ...(intake ? { staleAfterSeconds } : {}) };
    },
    close: async () => {
      await intake?.close();
      await prisma.$disconnect();
    },
  };
};

const openIntake = async (runtime: Runtime, settings: AvlSettings, prisma: PrismaClient) => {
  const { udpPort: port, ingestUrl } = settings;
  if (port === undefined) return undefined;
  const own = ingestUrl === undefined ? undefined : await openDatabase(ingestUrl, { connections: 1 });
  try {
    const devices = () => prisma.device.findMany();
    const listener = await listen({
      settings,
      port,
      devices,
      database: own ?? runtime.database,
      log: runtime.log,
      now: runtime.now,
    });
    const close = async (): Promise<void> => {
      await listener.close();
      await own?.close();
    };
    return { listener, close };
  } catch (error) {
    await own?.close();
    throw error;
  }
};

type TrailRow = FixRow & { id: string };

const readerOf = (prisma: PrismaClient, principal: Principal, now: () => number, { thresholds }: AvlSettings): AvlReader => {
  const judge = (row: FixRow) => ageOf(recordedState(row.deviceState), row.fixedAt.getTime(), now(), thresholds);
  const positions = oneBy<string, FixRow>(
    (ids) => prisma.unitPosition.findMany({ where: { unitId: { in: [...ids] }, ...visible(principal) } }),
    ({ unitId }) => unitId,
  );
  const trails = perArguments((span: TrailSpan) =>
    manyBy<string, TrailRow>(
      (ids) => prisma.$queryRaw<TrailRow[]>(trailQuery(principal, ids, span, now())),
      ({ unitId }) => unitId,
    ),
  );
  return {
    position: async (unitId): Promise<PositionRecord | null> => {
      const row = await positions.load(unitId);
      if (!row) return null;
      const { state, stale } = judge(row);
      return { ...row, deviceState: state, stale };
    },
    trail: async (unitId, args) => {
      const { span, window } = trailSpan(args);
      const rows = await trails(span).load(unitId);
      // A fix of the past keeps the state that it was taken in: only its age is judged anew.
      const records = rows.map((row) => ({ ...row, deviceState: recordedState(row.deviceState), stale: judge(row).stale }));
      return pageOf(records, window, ({ fixedAt, id }) => [fixedAt.toISOString(), id]);
    },
    positionsAt: async (args) => {
      const { moment, window } = momentOf(args, now());
      const rows = await prisma.$queryRaw<TrailRow[]>(momentQuery(principal, moment));
      // Judged by its age at the instant asked for, not by its age now.
      const at = (row: FixRow) => ageOf(recordedState(row.deviceState), row.fixedAt.getTime(), moment.atMs, thresholds);
      const records = rows.map((row) => ({ ...row, deviceState: at(row).state, stale: at(row).stale }));
      return pageOf(records, window, ({ unitId }) => [unitId]);
    },
  };
};

/** Row rules: another agency's unit must be shared; a sealed (undercover) or restricted one does not exist without its grant. */
const visible = (principal: Principal) => ({
  OR: [{ ownerOri: principal.ori }, { shared: true }],
  handling: { in: shownTo(principal) },
});

/** The same rules, for queries that Prisma's own cannot say. */
const isVisible = (principal: Principal): Prisma.Sql =>
  Prisma.sql`(f.owner_ori = ${principal.ori} OR f.shared) AND f.handling = ANY (${shownTo(principal)}::text[])`;

const fixColumns = Prisma.sql`t.id, t.unit_id AS "unitId", t.latitude, t.longitude, t.heading_degrees AS "headingDegrees",
  t.speed_kph AS "speedKph", t.device_state AS "deviceState", t.fixed_at AS "fixedAt", t.received_at AS "receivedAt",
  t.observed_at AS "observedAt", t.derived, t.synthetic, t.source_id AS "sourceId"`;

/** The newest `limit` fixes of each of many units. */
const trailQuery = (
  principal: Principal,
  ids: readonly string[],
  { minutes, from, to, limit, after }: TrailSpan,
  nowMs: number,
) => {
  const since = from ?? new Date(nowMs - (minutes ?? 0) * 60_000).toISOString();
  const until = to === null ? Prisma.empty : Prisma.sql`AND f.fixed_at < ${to}::timestamptz`;
  const behind = after ? Prisma.sql`AND (f.fixed_at, f.id) < (${after.fixedAt}::timestamptz, ${after.id})` : Prisma.empty;
  return Prisma.sql`
    SELECT ${fixColumns}
    FROM unnest(${[...ids]}::text[]) AS u (id)
    CROSS JOIN LATERAL (
      SELECT * FROM avl.fix f
      WHERE f.unit_id = u.id AND f.fixed_at >= ${since}::timestamptz ${until} ${behind} AND ${isVisible(principal)}
      ORDER BY f.fixed_at DESC, f.id DESC
      LIMIT ${limit}::integer
    ) t
    ORDER BY t.unit_id, t.fixed_at DESC, t.id DESC`;
};

/** Of each unit that ever reported, the fix is found by the index on unit and time; the row rule is the fix's. */
const momentQuery = (principal: Principal, { atMs, bounds, limit, after }: Moment): Prisma.Sql => {
  const [at, since] = [new Date(atMs).toISOString(), new Date(atMs - silentAfterMs).toISOString()];
  const inside = bounds
    ? Prisma.sql`t.latitude BETWEEN ${bounds.south}::float8 AND ${bounds.north}::float8 AND t.longitude BETWEEN ${bounds.west}::float8 AND ${bounds.east}::float8`
    : Prisma.sql`TRUE`;
  return Prisma.sql`
    SELECT ${fixColumns}
    FROM avl.unit_position p
    CROSS JOIN LATERAL (
      SELECT * FROM avl.fix f
      WHERE f.unit_id = p.unit_id AND f.fixed_at <= ${at}::timestamptz AND f.fixed_at > ${since}::timestamptz AND ${isVisible(principal)}
      ORDER BY f.fixed_at DESC, f.id DESC LIMIT 1
    ) t
    WHERE ${inside} AND p.unit_id COLLATE "C" > ${after ?? ''}
    ORDER BY p.unit_id COLLATE "C" LIMIT ${limit}::integer`;
};
