/** The demo's records as rows of the vendor's tables. */
import type { Database } from '../../kit/database.ts';
import { insertRows } from '../../kit/demo/load.ts';
import { homeAgency, neighborAgency } from '../../kit/demo/ownership.ts';
import type { Area } from '../quarantine.ts';
import { agreementsOf } from './agreements.ts';
import { type Asset, streamOf } from './assets.ts';

/** The day that the published list is dated; the registry says that nothing changed since. */
const loadedAt = '2022-03-11 06:00:00';
const agencyCodes = { [homeAgency.ori]: 'NO', [neighborAgency.ori]: 'JP' };

const insert = async (
  database: Database,
  table: string,
  records: readonly object[],
  report?: (done: number) => void,
): Promise<number> => {
  const rows = records.map((record) => Object.values(record));
  return insertRows(database, `cameras_vendor.${table}`, Object.keys(records[0] ?? {}), rows, report);
};

export const insertLookups = async (database: Database, assets: readonly Asset[], area: Area): Promise<void> => {
  const agencies = [homeAgency, neighborAgency].map(({ ori, name }) => ({ agy_cd: agencyCodes[ori], ori_no: ori, agy_nm: name }));
  await insert(database, 'agy_l', agencies);
  const parties = new Map(
    assets.map(({ party: { number, name, kind } }) => [number, { pty_no: number, pty_nm: name, pty_typ: kind }]),
  );
  await insert(database, 'pty', [...parties.values()]);
  const { west, south, east, north } = area;
  await insert(database, 'svc_area', [
    { area_cd: 'DISTRICT', w_deg: west, s_deg: south, e_deg: east, n_deg: north, lst_upd: loadedAt },
  ]);
};

export const insertAssets = (database: Database, assets: readonly Asset[], report: (done: number) => void): Promise<number> =>
  insert(
    database,
    'cam_ast',
    assets.map((asset) => ({
      ast_no: asset.number,
      ast_dsc: asset.label,
      typ_cd: asset.typeCode,
      sts_cd: asset.statusCode,
      own_cd: asset.ownershipCode,
      pty_no: asset.party.number,
      agy_cd: agencyCodes[asset.ori],
      lat_txt: asset.latitude,
      lon_txt: asset.longitude,
      brg_deg: asset.headingDegrees,
      tlt_deg: asset.tiltDegrees,
      fov_deg: asset.fieldOfViewDegrees,
      hgt_ft: asset.heightFeet,
      shr_fl: flag(asset.shared),
      svy_dt: asset.surveyedOn,
      lst_upd: loadedAt,
    })),
    report,
  );

export const insertStreams = (database: Database, assets: readonly Asset[]): Promise<number> =>
  insert(
    database,
    'strm_ref',
    assets.map(streamOf).map(({ number, asset, protocolCode, reference, ptz }) => ({
      strm_no: number,
      ast_no: asset,
      prot_cd: protocolCode,
      ref_txt: reference,
      liv_fl: 'Y',
      rec_fl: 'Y',
      ptz_fl: flag(ptz),
      lst_upd: loadedAt,
    })),
  );

export const insertAgreements = async (database: Database, assets: readonly Asset[]): Promise<number> => {
  const made = agreementsOf(assets);
  const headers = made.map(({ number, party, ori, scope, effective, expires, revoked, shared }) => ({
    mou_no: number,
    pty_no: party,
    agy_cd: agencyCodes[ori],
    scp_flg: scope,
    eff_dt: effective,
    exp_dt: expires,
    rvk_dt: revoked,
    shr_fl: flag(shared),
    lst_upd: loadedAt,
  }));
  const count = await insert(database, 'mou_hdr', headers);
  const triggers = made.flatMap(({ number, triggers }) =>
    triggers.map((text, at) => ({ mou_no: number, trg_seq: at + 1, trg_txt: text })),
  );
  await insert(database, 'mou_trg', triggers);
  const covered = made.map(({ number, asset }) => ({ mou_no: number, ast_no: asset, lst_upd: loadedAt }));
  await insert(database, 'mou_ast', covered);
  return count;
};

const flag = (value: boolean): 'Y' | 'N' => (value ? 'Y' : 'N');
