/** Dispatch at a large city's volume: what differs in copy `k` of a real call and of what hangs on it. */
import type { LoadOptions } from '../../kit/demo/load.ts';
import { type Copied, copiedItem, draw, moved, movedBlock, movedPhone, multiply, stride } from '../../kit/demo/multiply.ts';
import type { Volume } from '../../kit/demo/volume.ts';

export const multiplyCalls = (options: LoadOptions, volume: Volume): Promise<Record<string, number>> =>
  multiply(options, 'cad_vendor', [calls(volume), units(volume), ...attached(volume)]);

const call = `b.cl_key + ${stride} * k`;
const ofCall = 'JOIN base.cl_mstr c ON c.cl_key = b.cl_key';

const calls = ({ copies, inOneQuarter }: Volume): Copied => {
  const at = (column: string) => moved(`b.${column}`, 'b.itm_no', inOneQuarter);
  /** Some hundred feet aside; a number that means nowhere stays. */
  const near = (column: string, salt: number) =>
    `CASE WHEN b.mapx BETWEEN 1 AND 9999999 AND b.mapy BETWEEN 1 AND 2999999 THEN b.${column} + ${draw('b.itm_no', 2_048, salt)} - 1024 ELSE b.${column} END`;
  const times = Object.fromEntries(['t_crt', 't_dsp', 't_arv', 't_cls', 'last_upd'].map((column) => [column, at(column)]));
  const place = { mapx: near('mapx', 2), mapy: near('mapy', 3), blk_adr: movedBlock('b.blk_adr') };
  return { table: 'cl_mstr', copies, set: { cl_key: call, itm_no: copiedItem('b.itm_no'), syn_fl: "'Y'", ...times, ...place } };
};

const units = ({ unitCopies }: Volume): Copied => ({
  table: 'unt_mstr',
  copies: unitCopies,
  set: { unt_key: `b.unt_key + ${stride} * k`, unt_id: "b.unt_id || '-' || k", cl_key: 'NULL', syn_fl: "'Y'" },
});

const attached = ({ copies, unitCopies, inOneQuarter }: Volume): Copied[] => {
  const at = (column: string) => moved(`b.${column}`, 'c.itm_no', inOneQuarter);
  /** Calls take turns with the units' copies. */
  const turn = `(k % ${unitCopies + 1})`;
  const common = { copies, joins: ofCall };
  return [
    {
      ...common,
      table: 'unt_hst',
      set: {
        hst_key: null,
        cl_key: call,
        unt_key: `b.unt_key + ${stride} * ${turn}`,
        t_st: at('t_st'),
        last_upd: at('last_upd'),
      },
    },
    {
      ...common,
      table: 'cmt',
      set: {
        cmt_key: null,
        cl_key: call,
        t_cmt: at('t_cmt'),
        cmt_tx: `CASE WHEN ${turn} > 0 THEN regexp_replace(b.cmt_tx, '^(\\S+)( SENT)', '\\1-' || ${turn} || '\\2') ELSE b.cmt_tx END`,
        last_upd: at('last_upd'),
      },
    },
    {
      ...common,
      table: 'clr',
      set: { cl_key: call, clr_ph: movedPhone('b.clr_ph', 1, 'c.itm_no'), last_upd: at('last_upd') },
    },
    { table: 'vrq', copies, set: { vrq_key: `b.vrq_key + ${stride} * k`, cl_key: call } },
  ];
};
