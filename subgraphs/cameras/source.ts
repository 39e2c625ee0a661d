/**
 * Reads the registry. Row rules, places and viewability stand in each query's
 * WHERE, so that pages, cursors, edges and neighbors agree on what exists.
 */

import type { Principal } from '../../schema/principal.ts';
import { manyBy, oneBy, perArguments } from '../kit/batch.ts';
import { shownTo } from '../kit/labels.ts';
import { pageOf, windowOf } from '../kit/page.ts';
import type { Runtime, Source } from '../kit/system.ts';
import { addressOf, type VideoServer, videoServerOf } from './address.ts';
import { Prisma, PrismaClient } from './generated/client.ts';
import { nearestCameras } from './nearest.ts';
import { quarantineReason } from './quarantine.ts';
import type { Agreement, Camera, CameraFilter, CamerasReader, Quarantined } from './reader.ts';
import { type Indexed, openIndex, type Point, type SpatialIndex } from './spatial.ts';
import { decide, inForce, permitted } from './viewable.ts';

/** How long the spatial index goes without asking the registry whether something changed. */
const believeMs = 2_000;

export const openSource = async ({ database, now, settings }: Runtime): Promise<Source<CamerasReader>> => {
  const video = videoServerOf(settings);
  const client = new PrismaClient({ adapter: database.adapter });
  const index = openIndex({ version: () => readVersion(client), rows: () => readIndexed(client), now, believeMs });
  return {
    reader: (principal) => openReader({ client, index, now, principal, video }),
    check: async () => {
      const { _max } = await client.camera.aggregate({ _max: { changedAt: true } });
      return { lastEventAt: _max.changedAt ?? undefined };
    },
    close: () => client.$disconnect(),
  };
};

interface Parts {
  client: PrismaClient;
  index: SpatialIndex;
  now: () => number;
  principal: Principal;
  video: VideoServer | undefined;
}

const openReader = ({ client, index, now, principal, video }: Parts): CamerasReader => {
  const byId = oneBy(
    (ids: readonly string[]) => readCameras(client, ids, principal),
    ({ id }) => id,
  );
  const agreementById = oneBy(
    (ids: readonly string[]) => readAgreements(client, ids, principal),
    ({ id }) => id,
  );
  const covering = manyBy(
    (ids: readonly string[]) => readCovering(client, ids, principal),
    ({ cameraId }) => cameraId,
  );
  const streamsOf = manyBy(
    (ids: readonly string[]) => client.stream.findMany({ where: { cameraId: { in: [...ids] } }, orderBy: { id: 'asc' } }),
    ({ cameraId }) => cameraId,
  );
  const nearby = perArguments(nearestCameras({ index, principal, byId }));
  const decision: CamerasReader['decision'] = async ({ id, ownership }) =>
    decide(ownership, ownership === 'PUBLIC' ? [] : await covering.load(id), now());
  return {
    camera: (id) => byId.load(id),
    cameras: (filter, page) => readPage(client, { filter, page, principal, nowMs: now() }),
    nearest: (point: Point, reach) => nearby(reach).load(`${point.latitude},${point.longitude}`),
    quarantined: (page) => readQuarantined(client, page, principal),
    agreement: (id) => agreementById.load(id),
    inForce: (agreement) => inForce(agreement, now()),
    decision,
    streams: async (camera) => {
      // Asked for together, so that the streams of public and private cameras are one read.
      const [decided, streams] = await Promise.all([decision(camera), streamsOf.load(camera.id)]);
      return decided.viewable ? streams.flatMap((stream) => permitted(stream, decided) ?? []) : null;
    },
    // Only `streams` gives a stream, and only where the camera is viewable now.
    address: ({ protocol, live, reference }) => (video && live && protocol === 'HLS' ? addressOf(reference, video, now()) : null),
    fits: (id, filter) => readFits(client, id, { filter, principal, nowMs: now() }),
  };
};

const cameraColumns = Prisma.sql`
  c.id, c.label, c.kind, c.ownership, c.party_name AS "partyName", c.status, c.latitude, c.longitude,
  c.heading_degrees AS "headingDegrees", c.tilt_degrees AS "tiltDegrees", c.field_of_view_degrees AS "fieldOfViewDegrees",
  c.height_meters AS "heightMeters", c.owner_ori AS "ownerOri", c.owner_name AS "ownerName", c.observed_at AS "observedAt",
  c.derived, c.synthetic, c.source_id AS "sourceId", c.changed_at AS "changedAt"`;

const agreementColumns = Prisma.sql`
  a.id, a.party_name AS "partyName", a.scope_live AS "scopeLive", a.scope_recorded AS "scopeRecorded", a.scope_ptz AS "scopePtz",
  a.triggers, a.valid_from AS "validFrom", a.expires_at AS "expiresAt", a.revoked_at AS "revokedAt", a.owner_ori AS "ownerOri",
  a.owner_name AS "ownerName", a.observed_at AS "observedAt", a.derived, a.synthetic, a.source_id AS "sourceId",
  a.changed_at AS "changedAt"`;

/** The rule of `quarantine.ts`. NULL and NaN are between nothing. */
const placed = Prisma.sql`(EXISTS (
  SELECT FROM cameras.service_area s
  WHERE c.latitude BETWEEN s.south AND s.north AND c.longitude BETWEEN s.west AND s.east
) AND NOT (c.latitude = 0 AND c.longitude = 0))`;

/** The rule of `rules.ts`, for cameras (`c`) or agreements (`a`). */
const visible = (table: 'a' | 'c', principal: Principal): Prisma.Sql => {
  const row = table === 'a' ? Prisma.sql`a` : Prisma.sql`c`;
  const unsealed = Prisma.sql`${row}.handling = ANY (${shownTo(principal)}::text[])`;
  return Prisma.sql`((${row}.shared OR ${row}.owner_ori = ${principal.ori}) AND ${unsealed})`;
};

const listed = (principal: Principal): Prisma.Sql => Prisma.sql`(NOT c.retired AND ${visible('c', principal)} AND ${placed})`;

interface Wanted {
  filter: CameraFilter;
  principal: Principal;
  nowMs: number;
}

/** The rule of `viewable.ts`. IN, not EXISTS: the agreements in force are found once, not once a camera. */
const viewable = ({ principal, nowMs }: Wanted): Prisma.Sql => {
  const now = Prisma.sql`${new Date(nowMs).toISOString()}::timestamptz`;
  return Prisma.sql`(c.ownership = 'PUBLIC' OR c.id IN (
    SELECT v.camera_id FROM cameras.coverage v JOIN cameras.agreement a ON a.id = v.agreement_id
    WHERE ${visible('a', principal)} AND a.scope_live AND cardinality(a.triggers) = 0
      AND a.valid_from <= ${now} AND (a.expires_at IS NULL OR a.expires_at > ${now}) AND (a.revoked_at IS NULL OR a.revoked_at > ${now})
  ))`;
};

const matches = (wanted: Wanted): Prisma.Sql => {
  const { ownership, statuses, bounds, viewable: looking } = wanted.filter;
  const parts = [Prisma.sql`true`];
  if (ownership) parts.push(Prisma.sql`c.ownership = ${ownership}`);
  if (statuses) parts.push(Prisma.sql`c.status = ANY(${statuses}::text[])`);
  if (bounds) {
    const { west, south, east, north } = bounds;
    parts.push(
      Prisma.sql`(c.latitude BETWEEN ${south}::float8 AND ${north}::float8 AND c.longitude BETWEEN ${west}::float8 AND ${east}::float8)`,
    );
  }
  if (looking != null) parts.push(looking ? viewable(wanted) : Prisma.sql`NOT ${viewable(wanted)}`);
  return Prisma.join(parts, ' AND ');
};

const readCameras = (client: PrismaClient, ids: readonly string[], principal: Principal): Promise<Camera[]> =>
  client.$queryRaw<
    Camera[]
  >`SELECT ${cameraColumns} FROM cameras.camera c WHERE c.id = ANY(${[...ids]}::text[]) AND ${listed(principal)}`;

const readPage = async (client: PrismaClient, wanted: Wanted & { page: Parameters<CamerasReader['cameras']>[1] }) => {
  const window = windowOf(wanted.page, 2);
  const [label = '', id = ''] = window.after ?? [];
  // The collation is named so that the order is the same on every server, and that of the cursor.
  const behind = window.after
    ? Prisma.sql`(c.label COLLATE "C", c.id COLLATE "C") > (${label}::text, ${id}::text)`
    : Prisma.sql`true`;
  const rows = await client.$queryRaw<Camera[]>`
    SELECT ${cameraColumns} FROM cameras.camera c
    WHERE ${listed(wanted.principal)} AND ${matches(wanted)} AND ${behind}
    ORDER BY c.label COLLATE "C", c.id COLLATE "C" LIMIT ${window.limit}`;
  return pageOf(rows, window, (row) => [row.label, row.id]);
};

const readQuarantined = async (client: PrismaClient, page: Parameters<CamerasReader['quarantined']>[0], principal: Principal) => {
  const window = windowOf(page, 1);
  const behind = window.after ? Prisma.sql`c.id COLLATE "C" > ${window.after[0]}::text` : Prisma.sql`true`;
  const [rows, areas] = await Promise.all([
    client.$queryRaw<Omit<Quarantined, 'reason'>[]>`
      SELECT ${cameraColumns} FROM cameras.camera c
      WHERE NOT c.retired AND ${visible('c', principal)} AND ${placed} IS NOT TRUE AND ${behind}
      ORDER BY c.id COLLATE "C" LIMIT ${window.limit}`,
    client.serviceArea.findMany(),
  ]);
  const told = rows.map((row) => ({ ...row, reason: quarantineReason(row, areas) ?? 'The place was mended a moment ago.' }));
  return pageOf<Quarantined>(told, window, ({ id }) => [id]);
};

const readAgreements = (client: PrismaClient, ids: readonly string[], principal: Principal): Promise<Agreement[]> =>
  client.$queryRaw<
    Agreement[]
  >`SELECT ${agreementColumns} FROM cameras.agreement a WHERE a.id = ANY(${[...ids]}::text[]) AND ${visible('a', principal)}`;

const readCovering = (client: PrismaClient, cameraIds: readonly string[], principal: Principal) =>
  client.$queryRaw<(Agreement & { cameraId: string })[]>`
    SELECT v.camera_id AS "cameraId", ${agreementColumns}
    FROM cameras.coverage v JOIN cameras.agreement a ON a.id = v.agreement_id
    WHERE v.camera_id = ANY(${[...cameraIds]}::text[]) AND ${visible('a', principal)} ORDER BY a.id`;

const readFits = async (client: PrismaClient, id: string, wanted: Wanted): Promise<boolean> => {
  const rows = await client.$queryRaw<{ id: string }[]>`
    SELECT c.id FROM cameras.camera c
    WHERE c.id = ${id} AND ${visible('c', wanted.principal)} AND ${placed} AND ${matches(wanted)}`;
  return rows.length > 0;
};

const readVersion = async (client: PrismaClient): Promise<string> => {
  const [row] = await client.$queryRaw<{ version: string }[]>`
    SELECT concat_ws(' ', max(c.changed_at), count(*), (SELECT max(s.changed_at) FROM cameras.service_area s)) AS version FROM cameras.camera c`;
  return row?.version ?? '';
};

const readIndexed = (client: PrismaClient): Promise<Indexed[]> =>
  client.$queryRaw<Indexed[]>`
    SELECT c.id, c.latitude, c.longitude, c.owner_ori AS "ownerOri", c.shared, c.handling
    FROM cameras.camera c WHERE NOT c.retired AND ${placed} ORDER BY c.id`;
