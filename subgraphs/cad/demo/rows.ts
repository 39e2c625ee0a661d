/** The published calls and what is derived from them, as rows of the vendor's tables. Pure. */
import type { DemoCall, DemoVideoRequest } from '../../kit/demo/calls.ts';
import { homeAgency, isShared, neighborAgency, ownerOf } from '../../kit/demo/ownership.ts';
import { toLocal } from '../../kit/demo/time.ts';
import type { Assignment, DemoUnit } from '../../kit/demo/units.ts';
import type { DemoCaller } from './callers.ts';
import { closedRemarks, sentRemark, takenRemark } from './remarks.ts';

export interface VendorTable {
  name: string;
  columns: readonly string[];
  rows: readonly (readonly unknown[])[];
}

export interface DemoData {
  calls: readonly DemoCall[];
  units: readonly DemoUnit[];
  assignments: readonly Assignment[];
  requests: readonly DemoVideoRequest[];
  callerOf: (item: string) => DemoCaller;
}

/** The vendor's clock shows whole seconds. */
export const local = (at: Date): string => toLocal(at).slice(0, 19);

const localOrNull = (at: Date | null): string | null => at && local(at);
const flag = (on: boolean): string => (on ? 'Y' : 'N');
const agencyCodes: Record<string, string> = { [homeAgency.ori]: 'NO', [neighborAgency.ori]: 'JP' };

/** In the order that foreign keys ask for. */
export const tablesOf = (data: DemoData): VendorTable[] => {
  const callKeys = new Map(data.calls.map(({ item }, at) => [item, at + 1]));
  const unitKeys = new Map(data.units.map(({ callSign }, at) => [callSign, at + 1]));
  return [
    ...lookups(data.calls),
    callTable(data.calls),
    unitTable(data),
    historyTable(data, callKeys, unitKeys),
    ...attachedTables(data, callKeys),
  ];
};

const lookups = (calls: readonly DemoCall[]): VendorTable[] => {
  const types = new Map(calls.flatMap(({ type, initialType }) => [type, initialType]).map(({ code, text }) => [code, text]));
  const dispositions = new Map(calls.map(({ disposition }) => [disposition.code, disposition.text]));
  const agencies = [homeAgency, neighborAgency].map(({ ori, name }) => [agencyCodes[ori], ori, name]);
  return [
    { name: 'cd_agy', columns: ['agy_cd', 'ori_no', 'agy_nm'], rows: agencies },
    { name: 'cd_typ', columns: ['typ_cd', 'typ_tx'], rows: [...types] },
    { name: 'cd_dspo', columns: ['dspo_cd', 'dspo_tx'], rows: [...dispositions] },
  ];
};

const callTable = (calls: readonly DemoCall[]): VendorTable => ({
  name: 'cl_mstr',
  columns: [
    ...[
      'cl_key',
      'itm_no',
      'agy_cd',
      'shr_fl',
      'typ_cd',
      'typ_ini',
      'pri_cd',
      'pri_ini',
      'mapx',
      'mapy',
      't_crt',
      't_dsp',
      't_arv',
    ],
    ...['t_cls', 'dspo_cd', 'slf_fl', 'bt_cd', 'blk_adr', 'zip_cd', 'pd_cd', 'last_upd'],
  ],
  rows: calls.map((call, at) => [
    ...[at + 1, call.item, agencyCodes[ownerOf(call.item).ori], flag(isShared(call.item))],
    ...[call.type.code, call.initialType.code, call.priority, call.initialPriority, call.mapX, call.mapY],
    ...[local(call.createdAt), localOrNull(call.dispatchedAt), localOrNull(call.arrivedAt), local(call.closedAt)],
    ...[call.disposition.code, flag(call.selfInitiated), call.beat, call.address, call.postalCode, call.district ?? '0'],
    call.closedAt,
  ]),
});

const unitTable = ({ units, assignments }: DemoData): VendorTable => {
  const lastAt = new Map<string, Date>();
  for (const { callSign, clearedAt } of assignments) {
    if (clearedAt > (lastAt.get(callSign) ?? new Date(0))) lastAt.set(callSign, clearedAt);
  }
  return {
    name: 'unt_mstr',
    columns: ['unt_key', 'unt_id', 'agy_cd', 'shr_fl', 'bt_cd', 'pd_cd', 'unst_cd', 't_st', 'last_upd'],
    rows: units.map(({ callSign, ori, beat, district }, at) => {
      const seenAt = lastAt.get(callSign) ?? new Date(0);
      return [at + 1, callSign, agencyCodes[ori], flag(isShared(callSign)), beat, district, 'AV', local(seenAt), seenAt];
    }),
  };
};

const historyTable = ({ assignments }: DemoData, callKeys: Map<string, number>, unitKeys: Map<string, number>): VendorTable => ({
  name: 'unt_hst',
  columns: ['cl_key', 'unt_key', 'unst_cd', 't_st', 'last_upd'],
  rows: assignments.flatMap(({ item, callSign, dispatchedAt, enRouteAt, onSceneAt, clearedAt }) => {
    const keys = [callKeys.get(item), unitKeys.get(callSign)];
    const row = (code: string, at: Date | null) => (at ? [[...keys, code, local(at), at]] : []);
    return [...row('DP', dispatchedAt), ...row('ER', enRouteAt), ...row('OS', onSceneAt), ...row('CL', clearedAt)];
  }),
});

const attachedTables = ({ calls, assignments, requests, callerOf }: DemoData, callKeys: Map<string, number>): VendorTable[] => {
  const called = calls.filter(({ selfInitiated }) => !selfInitiated);
  const numbered = requests.map((request, at) => ({ ...request, key: at + 1, code: answerCode(request.outcome) }));
  const known = numbered.filter(({ item }) => callKeys.has(item));
  const unknown = numbered.filter(({ item }) => !callKeys.has(item));
  return [
    { name: 'cmt', columns: ['cl_key', 't_cmt', 'cmt_tx', 'last_upd'], rows: remarkRows(calls, assignments, callKeys) },
    {
      name: 'clr',
      columns: ['cl_key', 'clr_nm', 'clr_ph', 'last_upd'],
      rows: called.map(({ item, createdAt }) => [callKeys.get(item), callerOf(item).name, callerOf(item).phone, createdAt]),
    },
    {
      name: 'vrq',
      columns: ['vrq_key', 'cl_key', 'itm_tx', 'sig_tx', 'vrsl_cd'],
      rows: known.map(({ key, item, spelled, requestedFor, code }) => [key, callKeys.get(item), spelled, requestedFor, code]),
    },
    {
      name: 'vrq_unm',
      columns: ['vrq_key', 'itm_tx', 'sig_tx', 'vrsl_cd'],
      rows: unknown.map(({ key, spelled, requestedFor, code }) => [key, spelled, requestedFor, code]),
    },
  ];
};

const answerCode = (outcome: string): string | null => {
  if (/^relevant video/i.test(outcome)) return 'Y';
  return /^no relevant video/i.test(outcome) ? 'N' : null;
};

const remarkRows = (
  calls: readonly DemoCall[],
  assignments: readonly Assignment[],
  callKeys: Map<string, number>,
): unknown[][] => {
  const row = (item: string, at: Date, remark: string) => [callKeys.get(item), local(at), remark, at];
  const backed = new Set<string>();
  const sent = assignments.flatMap(({ item, callSign, dispatchedAt }) => {
    const backup = backed.has(item);
    backed.add(item);
    return dispatchedAt ? [row(item, dispatchedAt, sentRemark(callSign, backup))] : [];
  });
  const taken = calls.map((call) => row(call.item, call.createdAt, takenRemark(call)));
  const closed = calls.flatMap((call) => closedRemarks(call).map((remark) => row(call.item, call.closedAt, remark)));
  return [...taken, ...sent, ...closed];
};
