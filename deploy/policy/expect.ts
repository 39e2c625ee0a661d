/**
 * `hub policy test`: an agency's own table of what it expects of its policies,
 * `expectations.csv` or `expectations.json` in their folder. A row is a persona,
 * changed where the row says so, a field or a label, what is stated, and the
 * decision.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { openEngine } from '../../gateway/policies/engine.ts';
import { loadPolicies, type PolicySet } from '../../gateway/policies/load.ts';
import { wordsOf } from '../../gateway/policies/policies.ts';
import { askedOf, type Subject } from '../../gateway/policies/question.ts';
import { labelsOf, type Rule } from '../../gateway/rule.ts';
import { ExpectedError } from '../expected.ts';
import { type CertificationName, certificationNames, type Persona, personas } from '../identity/personas.ts';
import { agency, fieldNamed, type Graph, mayRead, openGraph, personaNamed, ruleOf, starterFolder, subjectOf } from './subject.ts';

const text = z.string().trim().default('');
const rowSchema = z.strictObject({
  /** A persona. */
  as: z.string().trim(),
  /** `Type.field` or a label. */
  what: z.string().trim(),
  purpose: text,
  case: text,
  reason: text,
  onBehalfOf: text,
  /** Instead of the persona's own; several are separated by spaces. */
  roles: text,
  ori: text,
  sworn: z.enum(['', 'true', 'false']).default(''),
  certifications: text,
  /** Hours since the person signed in; absent: just now; `never`: the token does not say. */
  signedIn: z.union([z.literal(['', 'never']), z.stringFormat('hours', /^\d+(\.\d+)?$/)]).default(''),
  expected: z.enum(['shown', 'withheld']),
  /** Behind the others, for few rows have it: the operation names an open emergency, or the registry is not answering. */
  during: z.enum(['', 'emergency', 'outage']).default(''),
});
export type Expectation = z.infer<typeof rowSchema>;

export interface TestOptions {
  folder?: string | undefined;
  nowMs: number;
  say: (text: string) => void;
}

/** The exit code: 1 when a row differs. */
export const testPolicies = ({ folder = starterFolder, nowMs, say }: TestOptions): number => {
  const rows = readExpectations(folder);
  const { set, problems } = loadPolicies(folder);
  if (!set) throw new ExpectedError(`The policies do not hold:\n${wordsOf(problems).join('\n')}`);
  const differing = differences(rows, set, nowMs);
  for (const { at, row, found } of differing) say(`row ${at}: ${rowWords(row)}: expected ${row.expected}, but ${found}`);
  say(`${rows.length - differing.length} of ${rows.length} expectations hold.`);
  return differing.length === 0 ? 0 : 1;
};

export interface Difference {
  /** Of the row, from 1. */
  at: number;
  row: Expectation;
  found: Expectation['expected'];
}

export const differences = (rows: readonly Expectation[], set: PolicySet, nowMs: number, graph = openGraph()): Difference[] => {
  const engine = openEngine(set);
  const found = rows.flatMap((row, index) => {
    const subject = subjectFor(row, nowMs);
    const rule = ruleFor(row.what, graph);
    const around = { emergency: row.during === 'emergency', standingKnown: row.during !== 'outage' };
    const asked = askedOf({ subject, nowMs, agency, ...around }, engine.reads);
    const grants = labelsOf(rule).filter((label) => engine.ask(label, asked).granted);
    const decision = mayRead(rule, subject, grants) ? 'shown' : 'withheld';
    return decision === row.expected ? [] : [{ at: index + 1, row, found: decision } as const];
  });
  engine.close();
  return found;
};

const subjectFor = (row: Expectation, nowMs: number): Subject => {
  const stated = { purpose: row.purpose, caseNumber: row.case, reason: row.reason, onBehalfOf: row.onBehalfOf };
  const subject = subjectOf(changed(row), nowMs, stated);
  const { signedInAtMs, ...unsigned } = subject;
  if (row.signedIn === 'never') return unsigned;
  return { ...subject, signedInAtMs: signedInAtMs && signedInAtMs - Number(row.signedIn) * 3_600_000 };
};

export const readExpectations = (folder: string): Expectation[] => {
  const name = ['expectations.csv', 'expectations.json'].find((file) => existsSync(join(folder, file)));
  if (!name) throw new ExpectedError(`There is no expectations.csv or expectations.json in ${folder}.`);
  const content = readFileSync(join(folder, name), 'utf8');
  const rows: unknown = name.endsWith('.csv')
    ? parse(content, { columns: true, comment: '#', trim: true, relax_column_count_less: true })
    : JSON.parse(content);
  const parsed = z.array(rowSchema).min(1).safeParse(rows);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const [at, ...column] = issue?.path ?? [];
  throw new ExpectedError(`${name}, row ${Number(at ?? 0) + 1}, ${column.join('.') || 'the row'}: ${issue?.message}.`);
};

const ruleFor = (what: string, graph: Graph): Rule => {
  if (what.includes(':')) return { authenticated: true, scopes: [], policies: [[[what]]] };
  const { type, field } = fieldNamed(graph, what);
  return ruleOf(graph, type, field);
};

const changed = ({ as, roles, ori, sworn, certifications }: Expectation): Persona => {
  const persona = personas[personaNamed(as)];
  return {
    ...persona,
    ...(roles ? { roles: roles.split(/\s+/) } : {}),
    ...(ori ? { employer: { ...persona.employer, ori } } : {}),
    ...(sworn ? { sworn: sworn === 'true' } : {}),
    ...(certifications ? { certificationDays: daysOf(certifications) } : {}),
  };
};

/** `CJIS DPPA` hold for a day, `-DPPA` has lapsed, `none` is none. */
const daysOf = (words: string): Persona['certificationDays'] =>
  Object.fromEntries(
    words
      .split(/\s+/)
      .filter((word) => word !== 'none')
      .map((word) => {
        const name = certificationNames.find((one): one is CertificationName => one === word.replace(/^-/, ''));
        if (!name) throw new ExpectedError(`There is no certification "${word}". There are: ${certificationNames.join(', ')}.`);
        return [name, word.startsWith('-') ? -1 : 1];
      }),
  );

const rowWords = ({ expected: _, ...row }: Expectation): string =>
  Object.entries(row)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
