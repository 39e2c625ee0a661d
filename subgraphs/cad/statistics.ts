/**
 * Figures of dispatch, made by the database: one GROUP BY over the rows that
 * exist for the caller, so that a count tells nobody of a row that does not.
 */
import type { Principal } from '../../schema/principal.ts';
import { refuse, texts } from './filter.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import type { CadReader, IncidentStatistic, StatisticsSpan, VideoRequestStatistic } from './reader.ts';
import { all, isVisible } from './rows.ts';

const daysAtMost = 400;
const groupsAtMost = 500;
const dayMs = 86_400_000;

/** Hours, days and months read in order; types and districts with the most first. */
const inOrder: ReadonlySet<string> = new Set(['HOUR', 'DAY', 'MONTH']);

export const readStatistics = (
  client: PrismaClient,
  principal: Principal,
): Pick<CadReader, 'incidentStatistics' | 'videoRequestStatistics'> => ({
  incidentStatistics: async (span, by) => {
    const rows = await client.$queryRaw<IncidentRow[]>(incidentQuery(principal, span, by));
    return { total: shaped(rows.find(({ whole }) => whole)), groups: rows.filter(({ whole }) => !whole).map(shaped) };
  },
  videoRequestStatistics: async (span, by) => {
    const rows = await client.$queryRaw<RequestRow[]>(requestQuery(principal, span, by));
    return { total: rows.find(({ whole }) => whole) ?? noRequests, groups: rows.filter(({ whole }) => !whole) };
  },
});

const steps = ['receivedToDispatched', 'dispatchedToArrived', 'receivedToArrived', 'arrivedToClosed'] as const;
type Step = (typeof steps)[number];

type IncidentRow = { whole: boolean; key: string | null; text: string | null; count: number } & Record<
  `${Step}${'Count' | 'Median' | 'P90'}`,
  number | null
>;
type RequestRow = VideoRequestStatistic & { whole: boolean };

const noRequests = { key: null, requests: 0, relevantVideoFound: 0, noRelevantVideoFound: 0, unanswered: 0 };

const shaped = (row: IncidentRow | undefined): IncidentStatistic => {
  const interval = (step: Step) => ({
    count: row?.[`${step}Count`] ?? 0,
    medianSeconds: row?.[`${step}Median`] ?? null,
    p90Seconds: row?.[`${step}P90`] ?? null,
  });
  return {
    ...{ key: row?.key ?? null, text: row?.text ?? null, count: row?.count ?? 0 },
    receivedToDispatched: interval('receivedToDispatched'),
    dispatchedToArrived: interval('dispatchedToArrived'),
    receivedToArrived: interval('receivedToArrived'),
    arrivedToClosed: interval('arrivedToClosed'),
  };
};

const incidentQuery = (principal: Principal, span: StatisticsSpan, by: string): Prisma.Sql => Prisma.sql`
  SELECT grouping(key) = 1 AS whole, key, CASE WHEN grouping(key) = 0 THEN min(text) END AS text, count(*)::int AS count, ${measures}
  FROM (
    SELECT ${keyColumn(by, span)} AS key, ${by === 'TYPE' ? Prisma.sql`i.type_text` : Prisma.sql`NULL::text`} AS text,
      ${seconds('received_at', 'dispatched_at')} AS "receivedToDispatched", ${seconds('dispatched_at', 'arrived_at')} AS "dispatchedToArrived",
      ${seconds('received_at', 'arrived_at')} AS "receivedToArrived", ${seconds('arrived_at', 'closed_at')} AS "arrivedToClosed"
    FROM cad.incident i WHERE ${within(principal, span)}
  ) fits GROUP BY GROUPING SETS ((key), ()) ${ordered(by)}`;

const requestQuery = (principal: Principal, span: StatisticsSpan, by: string): Prisma.Sql => Prisma.sql`
  SELECT grouping(key) = 1 AS whole, key, count(*)::int AS requests,
    count(*) FILTER (WHERE found)::int AS "relevantVideoFound", count(*) FILTER (WHERE NOT found)::int AS "noRelevantVideoFound",
    count(*) FILTER (WHERE found IS NULL)::int AS unanswered
  FROM (
    SELECT ${keyColumn(by, span)} AS key, v.relevant_video_found AS found
    FROM cad.video_request v JOIN cad.incident i ON i.id = v.incident_id WHERE ${within(principal, span)}
  ) fits GROUP BY GROUPING SETS ((key), ()) ${ordered(by)}`;

/** The whole, then the groups. */
const ordered = (by: string): Prisma.Sql => Prisma.sql`
  ORDER BY grouping(key) DESC, ${inOrder.has(by) ? Prisma.sql`key NULLS LAST` : Prisma.sql`count(*) DESC, key NULLS LAST`}
  LIMIT ${groupsAtMost + 1}::int`;

/** Words of ours; the zone was checked and travels as a parameter. */
const keyColumn = (by: string, { timeZone }: StatisticsSpan): Prisma.Sql => {
  const local = (format: string) => Prisma.sql`to_char(i.received_at AT TIME ZONE ${zone(timeZone)}::text, ${format}::text)`;
  switch (by) {
    case 'TYPE':
      return Prisma.sql`i.type_code`;
    case 'PRIORITY':
      return Prisma.sql`i.priority`;
    case 'REQUESTED_FOR':
      return Prisma.sql`v.requested_for`;
    case 'HOUR':
      return local('HH24');
    case 'DAY':
      return local('YYYY-MM-DD');
    case 'MONTH':
      return local('YYYY-MM');
    default:
      return Prisma.sql`i.district`;
  }
};

/** Null where a time is missing, or where the call's times contradict each other: such a call took nobody minus an hour. */
const seconds = (from: string, to: string): Prisma.Sql =>
  Prisma.raw(`CASE WHEN NOT i.times_in_doubt THEN extract(epoch FROM i.${to} - i.${from})::float8 END`);

const measures = Prisma.raw(
  steps
    .map(
      (step) => `count("${step}")::int AS "${step}Count",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY "${step}") AS "${step}Median",
        percentile_cont(0.9) WITHIN GROUP (ORDER BY "${step}") AS "${step}P90"`,
    )
    .join(', '),
);

const within = (principal: Principal, { from, to, districts }: StatisticsSpan): Prisma.Sql => {
  if (from >= to || to.getTime() - from.getTime() > daysAtMost * dayMs)
    refuse(`"from" must lie before "to", ${daysAtMost} days at the most.`);
  const asked = texts('districts', districts);
  return all([
    isVisible('i', principal),
    Prisma.sql`i.received_at >= ${from.toISOString()}::text::timestamptz AND i.received_at < ${to.toISOString()}::text::timestamptz`,
    ...(asked ? [Prisma.sql`i.district = ANY(${asked}::text[])`] : []),
  ]);
};

const zone = (name: string): string => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return refuse('"timeZone" takes the IANA name of a zone, such as America/Chicago.');
  }
};
