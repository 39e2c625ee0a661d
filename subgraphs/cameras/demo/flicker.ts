/**
 * Cameras lose their signal and get it back. The published list has no such
 * history, so the demo plays the registry's clerk: every so often the next city
 * camera, by a fixed rule, goes out of service, and the one before comes back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../kit/database.ts';

export interface FlickerOptions {
  /** Writable: the demo's own vendor-shaped database. */
  database: Database;
  signal: AbortSignal;
  everyMs: number;
}

/** Ends when the signal aborts; the camera that is out then comes back. */
export const flicker = async ({ database, signal, everyMs }: FlickerOptions): Promise<void> => {
  const assets = await database.query<{ ast_no: string }>(
    `SELECT ast_no FROM cameras_vendor.cam_ast
     WHERE own_cd = 'M' AND agy_cd = 'NO' AND sts_cd = 1 AND rtrd_fl = 'N' ORDER BY md5(ast_no)`,
  );
  let out: string | undefined;
  for (let at = 0; assets.length > 0 && !signal.aborted; at = (at + 1) % assets.length) {
    const waited = await pause(everyMs, true, { signal }).catch(() => false);
    if (!waited) break;
    if (out) await setStatus(database, out, 1);
    out = assets[at]?.ast_no;
    if (out) await setStatus(database, out, 2);
  }
  if (out) await setStatus(database, out, 1);
};

const setStatus = async (database: Database, asset: string, code: 1 | 2): Promise<void> => {
  await database.query('UPDATE cameras_vendor.cam_ast SET sts_cd = $2 WHERE ast_no = $1', [asset, code]);
};
