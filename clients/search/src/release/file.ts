/**
 * What leaves the hub, as text: the rows, under the caveats that go with them,
 * named by the entry of the record of disseminations. Pure; the PDF is drawn from
 * the same parts.
 */
import { cellHeads, cellsOf, type Row } from '../rows.ts';

export interface Released {
  title: string;
  rows: readonly Row[];
  /** Of the record of disseminations: a file without one is never made. */
  id: string;
  at: string;
  recipient: string;
  purpose: string;
  reason: string;
  caseNumber: string | null;
  caveats: string;
}

/** What must be said of any of it; more where the rows call for it. One line: the record takes one. */
export const caveatsOf = (rows: readonly Row[]): string => {
  const has = (test: (row: Row) => boolean): boolean => rows.some(test);
  return [
    'LAW ENFORCEMENT SENSITIVE. For the named recipient and purpose only; no further dissemination without the releasing agency.',
    'Not probable cause: verify with the source before any action.',
    has(({ marks }) => marks.includes('juvenile')) ? 'Contains juvenile records.' : '',
    has(({ title }) => title === 'Name withheld') ? 'Protected identities are withheld.' : '',
    has(({ marks }) => marks.some((mark) => mark.endsWith('%'))) ? 'Contains matches by likeness, which identify nobody.' : '',
    has(({ from }) => from?.synthetic === true) ? 'Contains synthetic demonstration data.' : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
};

/** The head of a file, whatever its form. */
export const headOf = (released: Released): [string, string][] => [
  ['Handling', released.caveats],
  ['Release', released.id],
  ['Released at', released.at],
  ['To', released.recipient],
  ['Purpose', released.purpose],
  ['Reason', released.reason],
  ['Case', released.caseNumber ?? 'none stated'],
];

/** RFC 4180, with the caveats on top, where no sorting of columns loses them. */
export const csvOf = (released: Released): string =>
  [...headOf(released), [], [...cellHeads], ...released.rows.map(cellsOf), [], ['Handling', released.caveats]]
    .map((cells) => cells.map(cellOf).join(','))
    .join('\r\n');

/** A cell that a spreadsheet would run as a formula is text here. */
const cellOf = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Codes only: a file's name travels further than the file. */
export const fileNameOf = ({ id }: Released, form: 'csv' | 'pdf'): string => `release-${id.slice(-12)}.${form}`;
