/**
 * The demo's AVL store: its tables, a modem for every derived unit, a spare modem
 * that is mounted nowhere, and for each unit a first fix, parked at home, made
 * now and marked derived, because the published data have no positions of cars.
 */
import { readFileSync } from 'node:fs';
import { readCalls } from '../../kit/demo/calls.ts';
import { addCounts, insertRows, type Load, newOrleans } from '../../kit/demo/load.ts';
import { homeAgency, neighborAgency } from '../../kit/demo/ownership.ts';
import { deriveUnits } from '../../kit/demo/units.ts';
import { fleetOf, type Vehicle } from './fleet.ts';
import { multiplyFixes } from './synthetic.ts';

const installed = '2021-11-03 09:00:00';
const agencyCode = (ori: string): string => (ori === homeAgency.ori ? 'NOPD' : 'JPSO');

export const load: Load = async (options) => {
  const { database, rejects, report, folder = newOrleans, volume } = options;
  for (const file of ['vendor.sql', 'views.sql']) await database.exec(readFileSync(new URL(file, import.meta.url), 'utf8'));
  const { calls, rejected } = readCalls(rejects, folder);
  const fleet = fleetOf(deriveUnits(calls).units);
  const insert = (table: string, columns: string[], rows: unknown[][]) =>
    insertRows(database, `avl_vendor.${table}`, columns, rows, (done) => report(done, rows.length, table));
  const loaded = {
    agcy: await insert(
      'agcy',
      ['agcy_cd', 'ori_no', 'agcy_nm'],
      [homeAgency, neighborAgency].map(({ ori, name }) => [agencyCode(ori), ori, name]),
    ),
    veh: await insert('veh', ['veh_no', 'veh_nm', 'agcy_cd', 'shr_fl', 'sim_fl'], fleet.map(vehicleRow)),
    mdm: await insert('mdm', ['mdm_id', 'veh_no', 'proto_cd', 'act_fl', 'instl_dt'], [...fleet.map(modemRow), spareModem]),
    gps_log: 0,
  };
  const [first] = await database.query<{ count: number }>('SELECT avl.record_fixes($1::jsonb) AS count', [
    JSON.stringify(parked(fleet, Date.now())),
  ]);
  const all: Record<string, number> = { ...loaded, gps_log: first?.count ?? 0 };
  if (volume) addCounts(all, await multiplyFixes(options, volume));
  return { loaded: all, rejected };
};

const vehicleRow = ({ number, callSign, owner, shared }: Vehicle): unknown[] => [
  number,
  callSign,
  agencyCode(owner.ori),
  shared ? 'Y' : 'N',
  'Y',
];

const modemRow = ({ number, deviceId, protocol }: Vehicle): unknown[] => [
  deviceId,
  number,
  protocol === 'TAIP' ? 'T' : 'N',
  'Y',
  installed,
];

const spareModem = ['SPARE1', null, 'T', 'Y', installed];

const parked = (fleet: readonly Vehicle[], atMs: number): object[] =>
  fleet.map(({ deviceId, home, failing }) => ({
    device: deviceId,
    latitude: home.latitude,
    longitude: home.longitude,
    heading: null,
    speedKph: 0,
    state: failing ? 'OFF' : 'PARKED',
    fixedAt: atMs,
    receivedAt: atMs,
  }));
