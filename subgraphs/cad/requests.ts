/** The crime center's log of requests for video. A request exists for whoever the call exists for. */
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { oneBy } from '../kit/batch.ts';
import { pageOf, windowOf } from '../kit/page.ts';
import { isKey, refuse, texts } from './filter.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';
import type { CadReader, VideoRequest, VideoRequestFilter } from './reader.ts';
import { all, columnsOf, isVisible } from './rows.ts';

type ListedRequest = VideoRequest & { sortKey: string };

export const readRequests = (
  client: PrismaClient,
  principal: Principal,
): Pick<CadReader, 'videoRequest' | 'videoRequestList'> => {
  const read = (where: readonly Prisma.Sql[], limit: number): Promise<ListedRequest[]> => client.$queryRaw`
    SELECT ${columnsOf(Prisma.VideoRequestScalarFieldEnum, 'v')}, (extract(epoch FROM i.received_at) * 1000000)::bigint::text AS "sortKey"
    FROM cad.video_request v JOIN cad.incident i ON i.id = v.incident_id
    WHERE ${all([isVisible('i', principal), ...where])} ORDER BY i.received_at DESC, v.id DESC LIMIT ${limit}::int`;
  const byId = oneBy<string, VideoRequest>(
    (ids) => read([Prisma.sql`v.id = ANY(${ids.filter(isKey)}::text[])`], ids.length),
    ({ id }) => id,
  );
  return {
    videoRequest: (id) => byId.load(id),
    videoRequestList: async (filter, page) => {
      const window = windowOf(page, 2);
      const rows = await read([...fits(filter), ...behind(window.after)], window.limit);
      return pageOf<VideoRequest>(rows, window, (row) => [(row as ListedRequest).sortKey, row.id]);
    },
  };
};

const fits = ({ receivedFrom, receivedTo, districts, requestedFor, relevantVideoFound }: VideoRequestFilter): Prisma.Sql[] => {
  if (receivedFrom && receivedTo && receivedFrom > receivedTo) refuse('"receivedFrom" must not lie after "receivedTo".');
  const among = (column: Prisma.Sql, values: string[] | undefined) =>
    values ? [Prisma.sql`${column} = ANY(${values}::text[])`] : [];
  return [
    ...(receivedFrom ? [Prisma.sql`i.received_at >= ${receivedFrom.toISOString()}::text::timestamptz`] : []),
    ...(receivedTo ? [Prisma.sql`i.received_at < ${receivedTo.toISOString()}::text::timestamptz`] : []),
    ...among(Prisma.sql`i.district`, texts('districts', districts)),
    ...among(Prisma.sql`v.requested_for`, texts('requestedFor', requestedFor)),
    ...(relevantVideoFound == null ? [] : [Prisma.sql`v.relevant_video_found = ${relevantVideoFound}::boolean`]),
  ];
};

const behind = (after: string[] | undefined): Prisma.Sql[] => {
  if (!after) return [];
  const [microseconds = '', id = ''] = after;
  if (!/^-?\d{1,16}$/.test(microseconds) || !isKey(id)) throw new HubError('CURSOR_INVALID');
  return [
    Prisma.sql`(i.received_at, v.id) < (timestamptz 'epoch' + ${microseconds}::text::bigint * interval '1 microsecond', ${id}::text)`,
  ];
};
