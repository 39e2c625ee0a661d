/**
 * Looks at each source with the operator: does its database answer, does it keep
 * the contract, and what is to be done where it does not. It reads only.
 */
import { existsSync } from 'node:fs';
import { type SystemName, systemNames } from '../schema/subgraphs.ts';
import { type Finding, inspect, type ViewReport } from '../subgraphs/kit/conformance.ts';
import { type Contract, ContractError, readContract } from '../subgraphs/kit/contract.ts';
import { type Database, openDatabase } from '../subgraphs/kit/database.ts';
import { inspectIndexes, type KeyReport } from '../subgraphs/kit/indexes.ts';
import { ExpectedError, reasonOf } from './expected.ts';
import { placeOf, prefixOf } from './settings.ts';

export interface DoctorOptions {
  /** One system; absent: all of the registry. */
  source?: string | undefined;
  /** Where a system's database is; a system without one has no contract to keep. */
  urlOf: (name: SystemName) => string;
  out: (line: string) => void;
  /** What a system knows to check beside its database, such as whether a vendor answers. */
  alsoCheck?: Partial<Record<SystemName, () => Promise<Finding[]>>>;
  /** What is wrong with the certificates of the hops, if any are set. */
  checkTls?: () => Finding[];
  now?: () => number;
  staleAfterDays?: number;
  statementTimeoutMs?: number;
  /** Show how the database finds rows by each key that the contract names. */
  explain?: boolean;
  /** Rows from which a table without an index is a fault. */
  largeRows?: number;
}

interface Totals {
  errors: number;
  warnings: number;
}

/** What is told of one source: where it goes, and which fixes were spelled out already. */
interface Sheet {
  out: (line: string) => void;
  totals: Totals;
  fixes: Set<string>;
}

/** Resolves with the exit code: 1 where a source falls short, 0 where there is nothing worse than a warning. */
export const doctor = async (options: DoctorOptions): Promise<number> => {
  const totals: Totals = { errors: 0, warnings: 0 };
  for (const name of chosen(options.source)) await examine(name, options, totals);
  examineTls(options, totals);
  const { errors, warnings } = totals;
  options.out('');
  options.out(`${errors === 0 ? 'Fit for the hub' : 'Falls short'}: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`);
  return errors === 0 ? 0 : 1;
};

const examineTls = ({ checkTls, out }: DoctorOptions, totals: Totals): void => {
  const findings = checkTls?.() ?? [];
  if (findings.length === 0) return;
  out('');
  out('Certificates between the gateway and the systems');
  for (const finding of findings) tellFinding(finding, { out, totals, fixes: new Set() });
};

const chosen = (source: string | undefined): readonly SystemName[] => {
  if (source === undefined) return systemNames;
  const found = systemNames.find((name) => name === source);
  if (!found) throw new ExpectedError(`There is no system "${source}". Choose one of: ${systemNames.join(', ')}.`);
  return [found];
};

const examine = async (name: SystemName, options: DoctorOptions, totals: Totals): Promise<void> => {
  const { urlOf, out, alsoCheck = {} } = options;
  const sheet: Sheet = { out, totals, fixes: new Set() };
  out('');
  if (existsSync(new URL(`../subgraphs/${name}/contract.sql`, import.meta.url))) {
    const url = urlOf(name);
    out(`${name} at ${placeOf(url)}`);
    const { reports, keys } = await looksOf(name, url, options);
    for (const report of reports) tell(report, sheet);
    tellKeys(keys, sheet);
  } else {
    out(`${name}: no database of an agency stands behind it.`);
  }
  for (const finding of (await alsoCheck[name]?.()) ?? []) tellFinding(finding, sheet);
};

interface Looks {
  reports: ViewReport[];
  keys: KeyReport[];
}

const looksOf = async (name: SystemName, url: string, options: DoctorOptions): Promise<Looks> => {
  const { now = Date.now, staleAfterDays = 7, statementTimeoutMs = 30_000 } = options;
  const contract = contractOf(name);
  const only = (report: ViewReport): Looks => ({ reports: [report], keys: [] });
  if (isAbsent(url)) return only(fault(name, 'There is no embedded database in this folder yet.', absentFix(name)));
  let database: Database | undefined;
  try {
    database = await openDatabase(url, { readOnly: true, connections: 1, statementTimeoutMs });
    const reports = await inspect(database, contract, { now, staleAfterDays });
    return { reports, keys: await inspectIndexes(database, contract, options) };
  } catch (error) {
    return only(away(name, url, error));
  } finally {
    await database?.close();
  }
};

const tellKeys = (keys: readonly KeyReport[], sheet: Sheet): void => {
  if (keys.length === 0) return;
  const missing = keys.filter(({ scanned }) => scanned !== undefined);
  sheet.out(
    `  ${missing.length > 0 ? '!' : '✓'} keys  ${count(keys.length, 'key')} to find rows by, ${missing.length} without an index`,
  );
  for (const { view, keys: of, scanned, fix, plan } of keys) {
    const detail = `Rows are not found by (${of}) without reading ${scanned} whole.`;
    if (scanned) tellFinding({ view, state: 'not indexed', severity: 'warning', detail, fix }, sheet);
    if (plan) sheet.out([`      ${view} by (${of})${scanned ? ': READS A LARGE TABLE WHOLE' : ''}`, ...plan].join('\n        '));
  }
};

const contractOf = (name: SystemName): Contract => {
  try {
    return readContract(name);
  } catch (error) {
    if (error instanceof ContractError) throw new ExpectedError(error.message, { cause: error });
    throw error;
  }
};

/** Opening an embedded database that is not there would make one. */
const isAbsent = (url: string): boolean => /^pglite:./.test(url) && !existsSync(url.slice('pglite:'.length));

const absentFix = (name: SystemName): string =>
  `Set ${prefixOf(name)}_DATABASE_URL to your own, or load the demo: npm run hub -- load`;

const away = (name: SystemName, url: string, error: unknown): ViewReport => {
  const variable = `${prefixOf(name)}_DATABASE_URL`;
  const fix = `Check that it runs, that ${placeOf(url)} is where it runs, and that ${variable} (or DATABASE_URL) says so.`;
  return fault(name, `The database does not answer: ${reasonOf(error)}.`, fix);
};

const fault = (view: SystemName, detail: string, fix: string): ViewReport => ({
  ...{ view, meaning: '', columns: 0 },
  findings: [{ view, state: 'away', severity: 'error', detail, fix }],
});

const tell = ({ view, columns, rows, newestChange, findings }: ViewReport, sheet: Sheet): void => {
  const faults = findings.filter(({ severity }) => severity === 'error').length;
  const parts = [
    ...(columns > 0 ? [count(columns, 'column')] : []),
    ...(rows === undefined ? [] : [count(rows, 'row')]),
    ...(newestChange ? [`newest change ${newestChange.toISOString()}`] : []),
  ];
  sheet.out(`  ${faults > 0 ? '✗' : findings.length > 0 ? '!' : '✓'} ${view}${parts.length > 0 ? `  ${parts.join(', ')}` : ''}`);
  for (const finding of findings) tellFinding(finding, sheet);
};

const tellFinding = ({ view, column, state, severity, detail, fix }: Finding, { out, totals, fixes }: Sheet): void => {
  if (severity === 'error') totals.errors += 1;
  else totals.warnings += 1;
  out(`      ${severity === 'error' ? '✗' : '!'} ${column ? `${view}.${column}` : view}: ${state}. ${detail}`);
  out(`        Fix: ${fixes.has(fix) ? 'as above.' : fix}`);
  fixes.add(fix);
};

const count = (number: number, noun: string): string => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
