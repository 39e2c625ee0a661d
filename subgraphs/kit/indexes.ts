/**
 * Can each key of a contract find its rows by an index? Asked of the planner,
 * which alone knows what a view's column is made of: a lookup of one value that
 * would read a large table whole has no index to go by. The statement that makes
 * one is taken from that scan's own condition.
 */
import type { Contract, ContractIndex, ContractView } from './contract.ts';
import type { Database } from './database.ts';

export interface KeyReport {
  /** `cad.incident` */
  view: string;
  /** `received_at, id` */
  keys: string;
  /** The table that is read whole for it; absent where an index serves, or the table is small. */
  scanned?: string;
  /** `CREATE INDEX …`, or what to do where it cannot be told from here. */
  fix: string;
  /** The plan as the database would go about it now, on request. */
  plan?: string[];
}

export interface IndexOptions {
  /** With each key's plan for a value that is there. */
  explain?: boolean;
  /** Rows from which reading a table whole counts. */
  largeRows?: number;
}

type Queries = Pick<Database, 'query'>;

/** One report a key, in the contract's order; none of views that are not there. */
export const inspectIndexes = async (database: Queries, contract: Contract, options: IndexOptions = {}): Promise<KeyReport[]> => {
  const reports: KeyReport[] = [];
  for (const view of contract.views) {
    for (const index of view.indexes) {
      const report = await inspectKey(database, view, index, options).catch(() => undefined); // A view that cannot be read is told of elsewhere.
      if (report) reports.push(report);
    }
  }
  return reports;
};

const inspectKey = async (
  database: Queries,
  { schema, name }: ContractView,
  index: ContractIndex,
  { explain = false, largeRows = 10_000 }: IndexOptions,
): Promise<KeyReport> => {
  const view = `${schema}.${name}`;
  const lookup = `SELECT * FROM ${view} WHERE ${index.first} = `;
  const plan = await planOf(database, `${lookup}${literalOf(index)}`);
  const scan = plan.some(({ condition }) => condition?.includes(probeOf(index)))
    ? undefined
    : await largest(database, plan, largeRows);
  const report: KeyReport = { view, keys: index.keys, fix: scan ? fixOf(scan, index, view) : '' };
  if (scan) report.scanned = scan.relation;
  if (explain) report.plan = await plansText(database, view, index);
  return report;
};

interface Node {
  /** Read whole. */
  relation?: string;
  alias: string;
  /** Of an index. */
  condition?: string;
  filter?: string;
}

interface PlanJson {
  'Node Type': string;
  Schema?: string;
  'Relation Name'?: string;
  Alias?: string;
  'Index Cond'?: string;
  'Recheck Cond'?: string;
  Filter?: string;
  Plans?: PlanJson[];
}

const planOf = async (database: Queries, statement: string): Promise<Node[]> => {
  const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: PlanJson }] }>(`EXPLAIN (FORMAT JSON, VERBOSE) ${statement}`);
  return row ? nodesOf(row['QUERY PLAN'][0].Plan) : [];
};

const nodesOf = (plan: PlanJson): Node[] => [
  {
    ...(plan['Node Type'].endsWith('Seq Scan') ? { relation: `${plan.Schema ?? ''}.${plan['Relation Name'] ?? ''}` } : {}),
    alias: plan.Alias ?? '',
    condition: `${plan['Index Cond'] ?? ''}${plan['Recheck Cond'] ?? ''}`,
    filter: plan.Filter ?? '',
  },
  ...(plan.Plans ?? []).flatMap(nodesOf),
];

type Scan = Node & { relation: string };

const largest = async (database: Queries, plan: readonly Node[], largeRows: number): Promise<Scan | undefined> => {
  const scans = plan.flatMap((node) => (node.relation ? [{ ...node, relation: node.relation }] : []));
  const sizes = await database.query<{ relation: string; rows: number }>(
    'SELECT relation, c.reltuples::float8 AS rows FROM unnest($1::text[]) AS relation JOIN pg_class c ON c.oid = to_regclass(relation) ORDER BY 2 DESC',
    [scans.map(({ relation }) => relation)],
  );
  const [first] = sizes;
  if (!first || first.rows < largeRows) return undefined;
  return scans.find(({ relation }) => relation === first.relation);
};

/** Values that no row has, by type; quoted, since they are ours. */
const probes: Record<string, string> = {
  text: 'no such value of the doctor',
  timestamptz: '1900-01-01 00:00:01+00',
  date: '1900-01-02',
  'double precision': '-7.5',
};

const probeOf = ({ type }: ContractIndex): string => probes[type] ?? probes.text ?? '';
const literalOf = (index: ContractIndex): string => `'${probeOf(index)}'::${index.type in probes ? index.type : 'text'}`;

/** `(('inc-'::text || (itm_no)::text) = 'no such value'::text)` → the part before the equals sign is what to index. */
const fixOf = ({ relation, alias, filter = '' }: Scan, index: ContractIndex, view: string): string => {
  const at = filter.indexOf(` = '${probeOf(index)}'`);
  const expression = at < 0 ? undefined : balancedBefore(filter, at).replaceAll(new RegExp(`\\b${alias}\\.`, 'g'), '');
  return expression
    ? `CREATE INDEX ON ${relation} (${wrapped(expression)});`
    : `CREATE INDEX ON ${relation} over what ${view} shows as ${index.keys}, or keep that in a column of its own and index it.`;
};

const wrapped = (expression: string): string => (/^[a-z_0-9]+$/.test(expression) ? expression : `(${expression})`);

/** The operand that ends at `end`: back to the bracket that opens around it. */
const balancedBefore = (text: string, end: number): string => {
  let depth = 0;
  for (let at = end - 1; at >= 0; at -= 1) {
    if (text[at] === ')') depth += 1;
    if (text[at] === '(') depth -= 1;
    if (depth < 0) return text.slice(at + 1, end).trim();
  }
  return text.slice(0, end).trim();
};

/** For a value that is there. */
const plansText = async (database: Queries, view: string, { first }: ContractIndex): Promise<string[]> => {
  const rows = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT * FROM ${view} WHERE ${first} = (SELECT ${first} FROM ${view} LIMIT 1)`,
  );
  return rows.map((row) => row['QUERY PLAN']);
};
