/** The charge list, the offenses of the papers, who was charged with them and who was arrested. */
import type { Crosswalk } from './nibrs.ts';
import type { Charge, Paper } from './papers.ts';
import type { Index } from './people.ts';
import { type Table, table } from './table.ts';

export const chargeKey = ({ code, text }: Charge): string => `${code}|${text}`;

export const chargeList = (papers: Paper[]): Map<string, { seq: number; charge: Charge }> => {
  const all = new Map(papers.flatMap((paper) => paper.charges).map((charge) => [chargeKey(charge), charge]));
  return new Map([...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, charge], at) => [key, { seq: at + 1, charge }]));
};

export type Charges = ReturnType<typeof chargeList>;

/** Where nobody was charged the signal says what happened, if it names an offense at all. */
export const offenseTables = (papers: Paper[], { personOf }: Index, charges: Charges, crosswalk: Crosswalk): Table[] => {
  const [off, offNam, arr, arrOff]: [unknown[][], unknown[][], unknown[][], unknown[][]] = [[], [], [], []];
  papers.forEach((paper, at) => {
    const arrests = new Map<string, number>();
    for (const { key, arrested } of paper.parties) {
      if (!arrested) continue;
      arr.push([arr.length + 1, at + 1, personOf.get(key)?.seq, null]);
      arrests.set(key, arr.length);
    }
    paper.charges.forEach((charge, order) => {
      off.push([off.length + 1, at + 1, order + 1, charges.get(chargeKey(charge))?.seq, null, null]);
      for (const key of paper.charged[order] ?? []) {
        offNam.push([off.length, personOf.get(key)?.seq]);
        const arrest = arrests.get(key);
        if (arrest) arrOff.push([arrest, off.length]);
      }
    });
    const nibrs = paper.charges.length === 0 ? crosswalk.ofSignal(paper.signal.code) : null;
    if (nibrs) off.push([off.length + 1, at + 1, 1, null, paper.signal.code, nibrs]);
  });
  return [
    table('off', 'off_seq rpt_seq ord_no chg_no sig_cd nib_cd', off),
    table('off_nam', 'off_seq nam_seq', offNam),
    table('arr', 'arr_seq rpt_seq nam_seq arr_dt', arr),
    table('arr_off', 'arr_seq off_seq', arrOff),
  ];
};
