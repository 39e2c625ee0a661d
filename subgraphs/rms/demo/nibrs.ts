/**
 * The records unit's cross-walk: a Louisiana statute, a New Orleans ordinance
 * or a signal → the FBI's NIBRS offense. Two reviewed tables beside this file
 * say it, one line an article; here is only how a line is found. What no line
 * names stays null: NIBRS has no code for traffic or for a warrant.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { reference } from '../../kit/demo/load.ts';

const articleRow = z.object({ title: z.string(), article: z.string(), text: z.string(), nibrs: z.string() });
const signalRow = z.object({ signal: z.string(), nibrs: z.string() });
const offenseRow = z.object({ OFFENSE_CODE: z.string(), OFFENSE_NAME: z.string() });

const table = <Row>(url: URL, row: z.ZodType<Row>): Row[] =>
  z.array(row).parse(parse(readFileSync(url), { columns: true, bom: true }));

export interface Crosswalk {
  /** Of a charge as the agency writes it: `14 (27) 64`, `ATTEMPT - ARMED ROBBERY`. */
  ofCharge: (code: string, text: string) => string | null;
  /** Of a signal such as `27-64G`. */
  ofSignal: (signal: string) => string | null;
  /** NIBRS code → name. */
  offenses: Map<string, string>;
}

export const readCrosswalk = (): Crosswalk => {
  const articles = new Map<string, z.infer<typeof articleRow>[]>();
  for (const row of table(new URL('nibrs_by_article.csv', import.meta.url), articleRow)) {
    const key = `${row.title} ${row.article}`;
    articles.set(key, [...(articles.get(key) ?? []), row]);
  }
  const signals = new Map(
    table(new URL('nibrs_by_signal.csv', import.meta.url), signalRow).map((row) => [row.signal, row.nibrs || null]),
  );
  const offenses = table(new URL('nibrs_offense_type.csv', reference), offenseRow);
  return {
    ofCharge: (code, text) => ofCharge(articles, code, text),
    ofSignal: (signal) => ofSignal(signals, signal),
    offenses: new Map(offenses.map((row) => [row.OFFENSE_CODE, row.OFFENSE_NAME])),
  };
};

const statute = /^(\d+) *((?:\(\d+\) *)*)(\d+(?:\.\d+)*)/;

/**
 * R.S. 14:24 (principals), 14:26 (conspiracy) and 14:27 (attempt) stand in
 * brackets before the article and, as NIBRS counts them, leave the offense what
 * it is; 14:25 (accessory after the fact) is an offense of its own.
 */
const ofCharge = (articles: Map<string, z.infer<typeof articleRow>[]>, code: string, text: string): string | null => {
  const [, title, general, article] = statute.exec(code) ?? [];
  if (!title || !article) return null;
  if (general?.includes('25')) return '90Z';
  const lines = articles.get(`${title} ${article}`) ?? [];
  const worded = lines.find((line) => line.text && text.toUpperCase().includes(line.text));
  return (worded ?? lines.find((line) => !line.text))?.nibrs ?? null;
};

/** The signal itself, else without its suffix letters, else without the `27-` of an attempt. */
const ofSignal = (signals: Map<string, string | null>, signal: string): string | null => {
  const whole = signal.replace(/[A-Z]+$/, '');
  const bare = signal.replace(/^27-/, '');
  for (const key of [signal, whole, bare, bare.replace(/[A-Z]+$/, '')]) {
    const nibrs = signals.get(key);
    if (nibrs !== undefined) return nibrs;
  }
  return null;
};
