/**
 * The published rows, de-duplicated. The city's file is a product: persons ×
 * offenders × charges × requests for video, 90 rows for one item at worst. Here
 * it becomes one paper an item number, each offender, other person and charge
 * once, and which offender stands beside which charge.
 */
import { z } from 'zod';
import { normaliseItem } from '../../kit/demo/calls.ts';
import { newOrleans, readRows } from '../../kit/demo/load.ts';
import { parseLocal } from '../../kit/demo/time.ts';

export interface Charge {
  code: string;
  text: string;
}

/** Somebody in a paper: an offender (with the publisher's OffenderID) or one of the numbered others. */
export interface Party {
  /** Names the person for good: item, list and number in it. */
  key: string;
  /** The publisher's type of the others, `VICTIM`; undefined for offenders. */
  type: string | undefined;
  number: number;
  offenderId: number | null;
  arrested: boolean;
  race: string | null;
  sex: 'MALE' | 'FEMALE' | null;
  age: number | null;
  /** Undefined for offenders: the publisher says it of the others only. */
  fatal: boolean | undefined;
}

export interface Paper {
  item: string;
  number: string;
  kinds: string[];
  disposition: string;
  signal: Charge;
  district: string | null;
  address: string | null;
  /** Local wall-clock time as a `timestamp` takes it. */
  occurredAt: Date;
  hateCrime: boolean;
  parties: Party[];
  charges: Charge[];
  /** Charge position → keys of the offenders beside it. */
  charged: Set<string>[];
}

/** The publisher writes the same nothing in three ways. */
const maybe = z.string().transform((text) => (['', 'NA', 'UNKNOWN'].includes(text.trim().toUpperCase()) ? null : text.trim()));
/** Ages and numbers are floats: `19.0`. */
const count = maybe.transform((text, context) => {
  const number = text === null ? null : Number(text);
  if (number === null || (Number.isSafeInteger(number) && number >= 0)) return number;
  context.addIssue({ code: 'custom', message: 'Expected a whole number' });
  return z.NEVER;
});
const instant = z.string().transform((text, context) => {
  const date = parseLocal(text);
  if (!date) context.addIssue({ code: 'custom', message: 'Expected M/D/YYYY H:MM' });
  return date ?? z.NEVER;
});

export const paperRow = z.object({
  item_number: z
    .string()
    .refine((text) => /^[A-L]\d{7}$/.test(normaliseItem(text)), 'Expected an item number such as B-24020-22'),
  District: maybe,
  Location: maybe,
  Disposition: z.enum(['OPEN', 'CLOSED', 'UNFOUNDED']),
  Signal_Type: z.string().min(1),
  Signal_Description: z.string(),
  Occurred_Date_Time: instant,
  Charge_Code: maybe,
  Charge_Description: maybe,
  Offender_Number: count,
  OffenderID: count,
  OffenderStatus: maybe,
  Offender_Race: maybe,
  Offender_Gender: maybe,
  Offender_Age: count.refine((age) => age === null || age < 120, 'Expected an age in years'),
  Victim_Number: count,
  PersonType: maybe,
  Victim_Race: maybe,
  Victim_Gender: maybe,
  Victim_Age: count.refine((age) => age === null || age < 120, 'Expected an age in years'),
  Victim_Fatal_Status: maybe,
  'Hate Crime': maybe,
  'Report Type': z.string().min(1),
});

type Row = z.infer<typeof paperRow>;

const file = 'rms_reports_rtcc_2022.csv';

export const readPapers = (
  rejects: string,
  folder: URL = newOrleans,
): { papers: Paper[]; rows: number; rejected: Record<string, number> } => {
  const { rows, rejected } = readRows(new URL(file, folder), paperRow, rejects);
  const byItem = new Map<string, Row[]>();
  for (const row of rows) {
    const item = normaliseItem(row.item_number);
    const group = byItem.get(item);
    if (group) group.push(row);
    else byItem.set(item, [row]);
  }
  const papers = [...byItem].flatMap(([item, group]) => paperOf(item, group));
  return { papers: papers.toSorted(byTime), rows: rows.length, rejected: { [file]: rejected } };
};

const byTime = (a: Paper, b: Paper): number => a.occurredAt.getTime() - b.occurredAt.getTime() || (a.item < b.item ? -1 : 1);

const paperOf = (item: string, rows: Row[]): Paper[] => {
  const [first] = rows;
  if (!first) return [];
  const parties = new Map<string, Party>();
  const charges = new Map<string, { charge: Charge; charged: Set<string> }>();
  for (const row of rows) {
    const offender = offenderOf(item, row);
    const other = otherOf(item, row);
    for (const party of [offender, other]) if (party && !parties.has(party.key)) parties.set(party.key, party);
    if (!row.Charge_Code) continue;
    const charge = { code: row.Charge_Code, text: row.Charge_Description ?? '' };
    const known = charges.get(JSON.stringify(charge)) ?? { charge, charged: new Set<string>() };
    charges.set(JSON.stringify(charge), known);
    if (offender) known.charged.add(offender.key);
  }
  return [
    {
      item,
      number: `${item.slice(0, 1)}-${item.slice(1, 6)}-${item.slice(6)}`,
      kinds: [...new Set(rows.map((row) => row['Report Type']))],
      disposition: first.Disposition,
      signal: { code: first.Signal_Type, text: first.Signal_Description },
      district: first.District,
      address: first.Location,
      occurredAt: first.Occurred_Date_Time,
      hateCrime: rows.some((row) => row['Hate Crime'] !== null),
      parties: [...parties.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
      charges: [...charges.values()].map(({ charge }) => charge),
      charged: [...charges.values()].map(({ charged }) => charged),
    },
  ];
};

const sexOf = (text: string | null): Party['sex'] => (text === 'MALE' || text === 'FEMALE' ? text : null);

const offenderOf = (item: string, row: Row): Party | undefined =>
  row.Offender_Number === null
    ? undefined
    : {
        key: `${item}:offender:${pad(row.Offender_Number)}`,
        type: undefined,
        number: row.Offender_Number,
        offenderId: row.OffenderID,
        arrested: row.OffenderStatus === 'ARRESTED',
        race: row.Offender_Race,
        sex: sexOf(row.Offender_Gender),
        age: row.Offender_Age,
        fatal: undefined,
      };

const otherOf = (item: string, row: Row): Party | undefined =>
  row.Victim_Number === null
    ? undefined
    : {
        key: `${item}:other:${pad(row.Victim_Number)}`,
        type: row.PersonType ?? 'OTHER',
        number: row.Victim_Number,
        offenderId: null,
        arrested: false,
        race: row.Victim_Race,
        sex: sexOf(row.Victim_Gender),
        age: row.Victim_Age,
        fatal: row.Victim_Fatal_Status === 'Fatal',
      };

const pad = (number: number): string => String(number).padStart(3, '0');
