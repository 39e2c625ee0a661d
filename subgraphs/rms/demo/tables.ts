/** The vendor's tables, row by row, from what was read and made up. Times are the agency's wall clock. */

import { hashOf, homeAgency, isShared, neighborAgency, ownerOf } from '../../kit/demo/ownership.ts';
import { toLocal } from '../../kit/demo/time.ts';
import { wordKeys, wordsOf } from '../namekeys.ts';
import { type Charges, chargeKey, chargeList, offenseTables } from './charges.ts';
import { narrativeOf } from './narrative.ts';
import type { Crosswalk } from './nibrs.ts';
import type { Paper, Party } from './papers.ts';
import type { Index, Person } from './people.ts';
import { phoneTable } from './phones.ts';
import { isJuvenile, isPersonSealed, isReportRestricted, isReportSealed, protectionOf } from './protect.ts';
import { type Table, table } from './table.ts';
import { colors, type Vehicle } from './vehicles.ts';
import { warrantsOf } from './warrants.ts';

/** As the vendor codes it: Y sealed, R restricted, N neither. */
const sealOf = (item: string): string => {
  if (isReportSealed(item)) return 'Y';
  return isReportRestricted(item) ? 'R' : 'N';
};

const flag = (value: boolean): 'Y' | 'N' => (value ? 'Y' : 'N');
const agencyCode = (ori: string): string => (ori === homeAgency.ori ? 'NOPD' : 'JPSO');

const dispositions: Record<string, string> = { OPEN: 'O', CLOSED: 'C', UNFOUNDED: 'U' };
const races: Record<string, string> = {
  BLACK: 'B',
  WHITE: 'W',
  ASIAN: 'A',
  'AMER. IND.': 'I',
  'NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER': 'P',
};
/** The vendor's role code → the contract's word, in the order in which a report lists them. */
const roles: [string, string][] = [
  ['ARR', 'ARRESTEE'],
  ['SUS', 'SUSPECT'],
  ['VIC', 'VICTIM'],
  ['RPT', 'REPORTING_PERSON'],
  ['WIT', 'WITNESS'],
  ['INT', 'INTERVIEWEE'],
  ['MIS', 'MISSING_PERSON'],
  ['OTH', 'OTHER'],
];
const roleOfType: Record<string, string> = {
  VICTIM: 'VIC',
  WITNESS: 'WIT',
  'REPORTING PERSON': 'RPT',
  INTERVIEW: 'INT',
  'MISSING PERSON': 'MIS',
  'MISSING JUVENILE': 'MIS',
  'RUNAWAY JUVENILE': 'MIS',
};

const roleOf = ({ type, arrested }: Party): string =>
  type === undefined ? (arrested ? 'ARR' : 'SUS') : (roleOfType[type] ?? 'OTH');

/** Papers are filed within hours: when, nobody published. */
const filedAt = ({ item, occurredAt }: Paper): string =>
  toLocal(new Date(occurredAt.getTime() + (45 + (hashOf(`filed:${item}`) % 600)) * 60_000));

export const tablesOf = (papers: Paper[], index: Index, vehicles: Vehicle[], crosswalk: Crosswalk): Table[] => {
  const seqOf = new Map(papers.map(({ item }, at) => [item, at + 1]));
  const charges = chargeList(papers);
  return [
    ...lookups(papers, charges, crosswalk),
    ...reportTables(papers, vehicles),
    ...nameTables(index, papers),
    involvementTable(papers, index),
    ...offenseTables(papers, index, charges, crosswalk),
    ...vehicleTables(vehicles, seqOf),
    warrantTable(papers, index, charges, seqOf),
  ];
};

const lookups = (papers: Paper[], charges: Charges, crosswalk: Crosswalk): Table[] => [
  table(
    'lk_agy',
    'agy_cd ori_no agy_nm',
    [homeAgency, neighborAgency].map(({ ori, name }) => [agencyCode(ori), ori, name]),
  ),
  table('lk_sig', 'sig_cd sig_txt', [...new Map(papers.map(({ signal }) => [signal.code, signal.text]))]),
  table(
    'lk_dsp',
    'dsp_cd dsp_txt',
    Object.entries(dispositions).map(([text, code]) => [code, text]),
  ),
  table(
    'lk_rol',
    'rol_cd rol_txt rol_ord',
    roles.map(([code, text], at) => [code, text, at + 1]),
  ),
  table(
    'lk_rac',
    'rac_cd rac_txt',
    Object.entries(races).map(([text, code]) => [code, text]),
  ),
  table('lk_sex', 'sex_cd sex_txt', [
    ['M', 'MALE'],
    ['F', 'FEMALE'],
  ]),
  table('lk_col', 'col_cd col_txt', Object.entries(colors)),
  table('lk_nib', 'nib_cd nib_txt', [...crosswalk.offenses]),
  table(
    'lk_chg',
    'chg_no stat_cd chg_txt nib_cd',
    [...charges.values()].map(({ seq, charge }) => [seq, charge.code, charge.text, crosswalk.ofCharge(charge.code, charge.text)]),
  ),
];

const reportTables = (papers: Paper[], vehicles: Vehicle[]): Table[] => {
  const vehicleIn = new Map(vehicles.flatMap((vehicle) => vehicle.uses.map(({ item }): [string, Vehicle] => [item, vehicle])));
  const rows = papers.map((paper, at) => [
    at + 1,
    paper.number,
    agencyCode(ownerOf(paper.item).ori),
    flag(isShared(paper.item)),
    sealOf(paper.item),
    toLocal(paper.occurredAt),
    filedAt(paper),
    filedAt(paper),
    paper.signal.code,
    dispositions[paper.disposition] ?? null,
    paper.district,
    paper.address,
    flag(paper.hateCrime),
    narrativeOf(paper, vehicleIn.get(paper.item)),
  ]);
  return [
    table(
      'rpt_mst',
      'rpt_seq itm_no agy_cd shr_fl seal_fl occ_dt ent_dt upd_dt sig_cd dsp_cd dist_cd loc_txt hate_fl narr_txt',
      rows,
    ),
    table(
      'rpt_knd',
      'rpt_seq knd_txt',
      papers.flatMap(({ kinds }, at) => kinds.map((kind) => [at + 1, kind])),
    ),
  ];
};

const nameTables = ({ persons }: Index, papers: Paper[]): Table[] => {
  const filed = new Map(papers.map((paper) => [paper.item, filedAt(paper)]));
  const rowOf = ({ seq, ori, surname, given, middle, dateOfBirth, sex, race, key, items }: Person): unknown[] => [
    seq,
    agencyCode(ori),
    surname,
    given,
    middle,
    dateOfBirth,
    sex?.charAt(0) ?? null,
    races[race ?? ''] ?? null,
    flag(isPersonSealed(key)),
    'Y',
    filed.get(items.at(-1) ?? ''),
  ];
  const words = persons.flatMap(({ seq, surname, given, middle }) =>
    wordsOf([given, middle, surname].join(' ')).map((word): [number, string] => [seq, word]),
  );
  const keys = [...new Set(words.map(([, word]) => word))].flatMap((word) =>
    wordKeys(word).map(({ kind, key }) => [word, kind, key]),
  );
  return [
    table('nmx', 'nam_seq agy_cd l_nam f_nam m_nam dob sex_cd rac_cd seal_fl syn_fl upd_dt', persons.map(rowOf)),
    phoneTable(persons, ({ items }) => filed.get(items.at(-1) ?? '')),
    table('nmx_wrd', 'nam_seq wrd', words),
    table('wrd_key', 'wrd key_typ key_val', keys),
  ];
};

const involvementTable = (papers: Paper[], { personOf }: Index): Table => {
  const rows = papers.flatMap((paper, at) =>
    paper.parties.map((party) => [
      at + 1,
      personOf.get(party.key)?.seq,
      roleOf(party),
      party.number,
      party.age,
      party.fatal === undefined ? null : flag(party.fatal),
      flag(isJuvenile(paper, party)),
      protectionOf(paper, party),
      party.offenderId,
    ]),
  );
  const columns = 'inv_seq rpt_seq nam_seq rol_cd ord_no age_yrs ftl_fl juv_fl prt_cd off_id';
  return table(
    'inv',
    columns,
    rows.map((row, at) => [at + 1, ...row]),
  );
};

const vehicleTables = (vehicles: Vehicle[], seqOf: Map<string, number>): Table[] => [
  table(
    'veh',
    'veh_seq agy_cd plt_no plt_st vin_no mak_txt mdl_txt mdl_yr col_cd own_nam_seq syn_fl upd_dt',
    vehicles.map((v) => [
      v.seq,
      agencyCode(v.ori),
      v.plate,
      'LA',
      v.vin,
      v.make,
      v.model,
      v.year,
      v.color,
      v.ownerSeq,
      'Y',
      toLocal(v.lastSeenAt),
    ]),
  ),
  table(
    'veh_inv',
    'veh_seq rpt_seq inv_cd',
    vehicles.flatMap(({ seq, uses }) => uses.map(({ item, role }) => [seq, seqOf.get(item), role])),
  ),
];

const warrantTable = (papers: Paper[], index: Index, charges: Charges, seqOf: Map<string, number>): Table => {
  const rows = warrantsOf(papers, index).map((w, at) => [
    at + 1,
    w.number,
    w.personSeq,
    seqOf.get(w.item),
    toLocal(w.issuedAt),
    w.status,
    charges.get(chargeKey(w.charge))?.seq,
    'Y',
    toLocal(w.issuedAt),
  ]);
  return table('wnt', 'wnt_seq wnt_no nam_seq rpt_seq iss_dt sts_cd chg_no syn_fl upd_dt', rows);
};
