/** Vehicle locations at a large city's volume: more units, and a fix every ten seconds of each, driven in loops around its home. */
import type { LoadOptions } from '../../kit/demo/load.ts';
import { type Copied, draw, multiply, stride } from '../../kit/demo/multiply.ts';
import type { Volume } from '../../kit/demo/volume.ts';

const schema = 'avl_vendor';
const rowsAtATime = 100_000;

export const multiplyFixes = async (options: LoadOptions, volume: Volume): Promise<Record<string, number>> => {
  const added = await multiply(options, schema, vehicles(volume));
  return { ...added, gps_log: (added.gps_log ?? 0) + (await drive(options, volume)) };
};

const vehicles = ({ unitCopies: copies }: Volume): Copied[] => {
  const vehicle = `b.veh_no + ${stride} * k`;
  const modem = "b.mdm_id || '-' || k";
  const aside = (column: string, salt: number) => `b.${column} + ${draw('b.veh_no::text', 2_048, salt)} - 1024`;
  const home = { lat_e5: aside('lat_e5', 1), lon_e5: aside('lon_e5', 2) };
  const log = 'JOIN avl_vendor.gps_log l ON l.veh_no = b.veh_no + 10000 * k';
  return [
    { table: 'veh', copies, set: { veh_no: vehicle, veh_nm: "b.veh_nm || '-' || k", syn_fl: "'Y'" } },
    { table: 'mdm', copies, set: { mdm_id: modem, veh_no: vehicle } },
    { table: 'gps_log', copies, set: { log_no: null, veh_no: vehicle, mdm_id: modem, ...home } },
    { table: 'gps_cur', copies, set: { veh_no: vehicle, log_no: 'l.log_no', ...home }, joins: log },
  ];
};

/** Backwards from each unit's newest fix. A loop takes half an hour and is about two kilometers wide. */
const drive = async ({ database, report }: LoadOptions, { fixesAUnit }: Volume): Promise<number> => {
  const [row] = await database.query<{ units: number }>('SELECT count(*)::int AS units FROM avl_vendor.gps_cur');
  const units = row?.units ?? 0;
  const atATime = Math.max(1, Math.floor(rowsAtATime / Math.max(1, units)));
  for (let from = 1; from <= fixesAUnit; from += atATime) {
    const to = Math.min(fixesAUnit, from + atATime - 1);
    await database.query(
      `INSERT INTO avl_vendor.gps_log (veh_no, mdm_id, lat_e5, lon_e5, hdg, spd_tmph, stat_cd, gps_ms, rcv_ms, wrt_ms)
       SELECT c.veh_no, n.mdm_id, c.lat_e5 + round(1000 * (sin(a.angle) - sin(a.start))), c.lon_e5 + round(1000 * (cos(a.angle) - cos(a.start))),
         mod(360 + round(degrees(a.angle))::int % 360, 360), 120 + i % 180, 'M', c.gps_ms - i * 10000, c.gps_ms - i * 10000 + 400, c.wrt_ms - i * 10000
       FROM generate_series($1::bigint, $2::bigint) AS i
       CROSS JOIN avl_vendor.gps_cur c JOIN avl_vendor.gps_log n ON n.log_no = c.log_no
       CROSS JOIN LATERAL (SELECT c.veh_no::float8 AS start, c.veh_no + 2 * pi() * i / 180 AS angle) a`,
      [from, to],
    );
    report(units * to, units * fixesAUnit, 'synthetic gps_log');
  }
  return units * fixesAUnit;
};
