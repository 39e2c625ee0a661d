/**
 * Does a database keep a system's contract? Each view's columns are compared
 * with what the contract declares, and its rows, in one statement a view, with
 * what it promises of them. Every finding says how to mend it.
 */
import type { Contract, ContractColumn, ContractView } from './contract.ts';
import type { Database } from './database.ts';

export type Fault =
  | 'away'
  | 'unconfigured'
  | 'missing'
  | 'mistyped'
  | 'unreadable'
  | 'empty'
  | 'null'
  | 'duplicate'
  | 'all null'
  | 'stale'
  | 'in the future'
  | 'not indexed';

export interface Finding {
  /** `cad.incident` */
  view: string;
  /** Absent where the view as a whole is meant. */
  column?: string;
  state: Fault;
  severity: 'error' | 'warning';
  detail: string;
  fix: string;
}

export interface ViewReport {
  view: string;
  meaning: string;
  columns: number;
  /** Absent where the rows could not be read. */
  rows?: number;
  newestChange?: Date;
  findings: Finding[];
}

export interface CheckOptions {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Days without a change after which a view is called stale; absent: never. */
  staleAfterDays?: number;
}

type Queries = Pick<Database, 'query'>;

export const checkContract = async (database: Queries, contract: Contract, options: CheckOptions): Promise<Finding[]> =>
  (await inspect(database, contract, options)).flatMap(({ findings }) => findings);

/** One report a view, in the contract's order. Rejects only when the database itself does not answer. */
export const inspect = async (database: Queries, contract: Contract, options: CheckOptions): Promise<ViewReport[]> => {
  await database.query('SELECT 1');
  const reports: ViewReport[] = [];
  for (const view of contract.views) reports.push(await inspectView(database, contract, view, options));
  return reports;
};

const inspectView = async (
  database: Queries,
  { file }: Contract,
  view: ContractView,
  options: CheckOptions,
): Promise<ViewReport> => {
  const name = `${view.schema}.${view.name}`;
  const report: ViewReport = { view: name, meaning: view.meaning, columns: view.columns.length, findings: [] };
  try {
    const types = await columnTypes(database, name);
    if (!types) {
      report.findings.push(absent(name, file, view));
      return report;
    }
    const declared = await canonicalTypes(database, view);
    report.findings.push(...view.columns.flatMap((column) => shapeOf(name, column, types.get(column.name), declared)));
    const present = view.columns.filter((column) => types.has(column.name));
    const counts = await countRows(database, name, present);
    report.rows = counts.rows;
    if (counts.newest) report.newestChange = counts.newest;
    report.findings.push(...contentOf(name, view, present, counts), ...freshnessOf(name, counts.newest, options));
  } catch (error) {
    report.findings.push(unreadable(name, error));
  }
  return report;
};

const absent = (name: string, file: string, { madeByHub }: ContractView): Finding => {
  const finding = { view: name, state: 'missing' as const, detail: 'There is no such view.' };
  if (madeByHub) return { ...finding, severity: 'warning', fix: 'None needed: the hub makes it when it first runs.' };
  return {
    ...finding,
    severity: 'error',
    fix: `Create the view as ${file} shows it, and GRANT SELECT ON ${name} to the hub's user.`,
  };
};

const columnTypes = async (database: Queries, view: string): Promise<Map<string, string> | undefined> => {
  const rows = await database.query<{ name: string; type: string }>(
    `SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [view],
  );
  return rows.length > 0 ? new Map(rows.map(({ name, type }) => [name, type])) : undefined;
};

/** PostgreSQL's own names of the declared types: `timestamptz` is `timestamp with time zone`. */
const canonicalTypes = async (database: Queries, { columns }: ContractView): Promise<Map<string, string>> => {
  const rows = await database.query<{ declared: string; canonical: string | null }>(
    'SELECT declared, format_type(to_regtype(declared), NULL) AS canonical FROM unnest($1::text[]) AS declared',
    [[...new Set(columns.map(({ type }) => type))]],
  );
  return new Map(rows.map(({ declared, canonical }) => [declared, canonical ?? declared]));
};

const texts = new Set(['text', 'character varying']);

const shapeOf = (view: string, column: ContractColumn, actual: string | undefined, declared: Map<string, string>): Finding[] => {
  const { name, type, meaning } = column;
  const wanted = declared.get(type) ?? type;
  const error = { view, column: name, severity: 'error' as const };
  if (actual === undefined) {
    return [
      { ...error, state: 'missing', detail: `There is no such column.`, fix: `Add ${name} ${wanted} to the view: ${meaning}.` },
    ];
  }
  if (actual === wanted || (texts.has(actual) && texts.has(wanted))) return [];
  return [
    { ...error, state: 'mistyped', detail: `It is ${actual}; the contract says ${wanted}.`, fix: castOf(name, actual, wanted) },
  ];
};

const castOf = (name: string, actual: string, wanted: string): string => {
  if (actual === 'timestamp without time zone' && wanted === 'timestamp with time zone') {
    return `In the view, write (… AT TIME ZONE 'America/Chicago') AS ${name}, with the zone that the source keeps its times in.`;
  }
  if (actual === 'character' && wanted === 'text')
    return `In the view, write trim(…)::text AS ${name}: blanks that pad it must go.`;
  return `In the view, write (…)::${wanted} AS ${name}.`;
};

interface Counts {
  rows: number;
  /** Rows in which the column is not null. */
  filled: Map<string, number>;
  /** Distinct values of the columns that must be unique. */
  distinct: Map<string, number>;
  newest: Date | undefined;
}

/** Names come from the contract, whose parser takes letters, digits and underscores only. */
const countRows = async (database: Queries, view: string, columns: ContractColumn[]): Promise<Counts> => {
  const dated = columns.some(({ name }) => name === 'changed_at');
  const parts = [
    'count(*)::text AS rows',
    ...columns.map(({ name }, index) => `count("${name}")::text AS filled_${index}`),
    ...columns.flatMap(({ name, unique }, index) => (unique ? [`count(DISTINCT "${name}")::text AS distinct_${index}`] : [])),
    ...(dated ? ['(extract(epoch FROM max(changed_at)) * 1000)::text AS newest'] : []),
  ];
  const [row = {}] = await database.query<Record<string, string | null>>(`SELECT ${parts.join(', ')} FROM ${view}`);
  const pick = (prefix: string) =>
    new Map(
      columns.flatMap(({ name }, index) =>
        row[`${prefix}_${index}`] == null ? [] : [[name, Number(row[`${prefix}_${index}`])]],
      ),
    );
  const newest = row.newest == null ? undefined : new Date(Number(row.newest));
  return { rows: Number(row.rows), filled: pick('filled'), distinct: pick('distinct'), newest };
};

const contentOf = (view: string, { mayBeEmpty }: ContractView, columns: ContractColumn[], counts: Counts): Finding[] => {
  if (counts.rows > 0) return columns.flatMap((column) => valuesOf(view, column, counts));
  if (mayBeEmpty) return [];
  const fix = "Check the view's joins and conditions, and that its owner may read what it reads.";
  return [{ view, state: 'empty', severity: 'error', detail: 'It has no row.', fix }];
};

const valuesOf = (view: string, { name, nullable, unique }: ContractColumn, { rows, filled, distinct }: Counts): Finding[] => {
  const values = filled.get(name) ?? 0;
  const about = { view, column: name };
  const findings: Finding[] = [];
  if (!nullable && values < rows) {
    const fix = `Give the column a value in every row, or leave these rows out: SELECT * FROM ${view} WHERE ${name} IS NULL;`;
    findings.push({ ...about, state: 'null', severity: 'error', detail: `It is null in ${rows - values} of ${rows} rows.`, fix });
  }
  if (nullable && values === 0) {
    const fix = 'If the source knows it, map it in the view; if it does not, leave it: the graph shows null.';
    findings.push({ ...about, state: 'all null', severity: 'warning', detail: `It is null in all ${rows} rows.`, fix });
  }
  const repeated = unique ? values - (distinct.get(name) ?? values) : 0;
  if (repeated > 0) {
    const fix = `Find them: SELECT ${name}, count(*) FROM ${view} GROUP BY ${name} HAVING count(*) > 1; a join may multiply rows.`;
    findings.push({
      ...about,
      state: 'duplicate',
      severity: 'error',
      detail: `${repeated} of ${rows} rows repeat a value.`,
      fix,
    });
  }
  return findings;
};

const dayMs = 24 * 3_600_000;
const clockDifferenceMs = 5 * 60_000;

const freshnessOf = (view: string, newest: Date | undefined, { now, staleAfterDays }: CheckOptions): Finding[] => {
  if (!newest) return [];
  const about = { view, column: 'changed_at', severity: 'warning' as const };
  const ageMs = now() - newest.getTime();
  if (ageMs < -clockDifferenceMs) {
    const fix = "Check the zone that the view converts from, and the source's clock: a local time read as UTC looks like this.";
    return [
      { ...about, state: 'in the future', detail: `The newest change is at ${newest.toISOString()}, which is yet to come.`, fix },
    ];
  }
  if (staleAfterDays === undefined || ageMs <= staleAfterDays * dayMs) return [];
  const fix = 'Check that changed_at moves with every change of the row, and that whatever copies the data runs.';
  const detail = `The newest change is ${Math.floor(ageMs / dayMs)} days old (${newest.toISOString()}).`;
  return [{ ...about, state: 'stale', detail, fix }];
};

/** By SQLSTATE; the message of the error itself can hold data, so it is not shown. */
const unreadable = (view: string, error: unknown): Finding => {
  const code = (error as { code?: unknown } | null)?.code;
  const known: Record<string, { detail: string; fix: string }> = {
    '42501': {
      detail: "The hub's user may not read it.",
      fix: `GRANT USAGE on its schema and SELECT ON ${view} to the hub's user.`,
    },
    '57014': {
      detail: 'Counting its rows took longer than the time limit.',
      fix: 'Index what the view joins and filters by, or make it a materialized view.',
    },
  };
  const told = typeof code === 'string' ? known[code] : undefined;
  const detail = `Reading it fails${typeof code === 'string' ? ` (SQLSTATE ${code})` : ''}.`;
  const fix = `Run SELECT count(*) FROM ${view}; as the hub's user: the database says what is wrong.`;
  return { view, state: 'unreadable', severity: 'error', ...(told ?? { detail, fix }) };
};
