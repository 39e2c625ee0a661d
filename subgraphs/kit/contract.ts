/**
 * A system's `contract.sql`, read: the views that an agency's DBA provides,
 * column by column. The file is SQL that runs as it stands and a table that a
 * program reads, so it is parsed strictly: a line that fits neither would be a
 * promise that nobody checks.
 */
import { readFileSync } from 'node:fs';

export interface ContractColumn {
  name: string;
  /** As declared: `timestamptz`. */
  type: string;
  nullable: boolean;
  unique: boolean;
  /** Unit and meaning, for people. */
  meaning: string;
}

export interface ContractView {
  schema: string;
  name: string;
  meaning: string;
  /** The contract says "may be empty" of it: having no rows is no fault. */
  mayBeEmpty: boolean;
  /** The contract says "made by the hub" of it: until the hub first needs it, it is not there. */
  madeByHub: boolean;
  /** What its rows are found by: `-- index: received_at, id` above the view. A large table needs an index on each. */
  indexes: ContractIndex[];
  columns: ContractColumn[];
}

export interface ContractIndex {
  /** As it stands there: `received_at, id`. */
  keys: string;
  /** The first of them, by which the index must begin: a column, or SQL over columns. */
  first: string;
  /** Of the first. */
  type: string;
}

export interface Contract {
  /** For messages: `subgraphs/cad/contract.sql`. */
  file: string;
  views: ContractView[];
}

/** The file does not follow its form; the message names file and line. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

export const readContract = (system: string, folder = new URL(`../${system}/`, import.meta.url)): Contract =>
  parseContract(readFileSync(new URL('contract.sql', folder), 'utf8'), `subgraphs/${system}/contract.sql`);

export const parseContract = (text: string, file: string): Contract => {
  const parser: Parser = { views: [], comments: [], state: 'outside', lastHadComma: false };
  for (const [index, line] of text.split('\n').entries()) {
    const problem = steps[parser.state](parser, line.trimEnd());
    if (problem) throw new ContractError(`${file}:${index + 1}: ${problem}`);
  }
  if (parser.state !== 'outside') throw new ContractError(`${file}: it ends inside a view; "WHERE false;" is missing.`);
  if (parser.views.length === 0) throw new ContractError(`${file}: it declares no view.`);
  return { file, views: parser.views };
};

type State = 'outside' | 'select' | 'columns';

interface Parser {
  views: ContractView[];
  /** Comment lines right above, where a view's meaning stands. */
  comments: string[];
  state: State;
  lastHadComma: boolean;
}

const header = /^CREATE OR REPLACE VIEW ([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*) AS$/;
const column = /^ {2}NULL::([a-z][a-z0-9 ]*(?:\[\])?)\s+AS ([a-z_][a-z0-9_]*)(,?)\s+-- (not null|nullable)(, unique)?; (.+)$/;

/** What the next line may be, by where the last one left off; the answer is what is wrong with it. */
const steps: Record<State, (parser: Parser, line: string) => string | undefined> = {
  outside: (parser, line) => {
    if (line.startsWith('--')) {
      parser.comments.push(line.slice(2).trim());
      return undefined;
    }
    const comments = parser.comments.splice(0);
    if (line === '' || /^CREATE SCHEMA IF NOT EXISTS [a-z][a-z0-9_]*;$/.test(line)) return undefined;
    const [, schema, name] = header.exec(line) ?? [];
    if (!schema || !name) return 'expected a comment, CREATE SCHEMA IF NOT EXISTS, or CREATE OR REPLACE VIEW schema.view AS.';
    return open(parser, schema, name, comments);
  },
  select: (parser, line) => {
    parser.state = 'columns';
    return line === 'SELECT' ? undefined : 'expected SELECT on a line of its own.';
  },
  columns: (parser, line) => {
    const view = parser.views.at(-1);
    if (line === 'WHERE false;') return close(parser, view);
    const [, type, name, comma, nullability, unique, meaning] = column.exec(line) ?? [];
    if (!view || !type || !name || !meaning) {
      return 'expected "  NULL::type AS name, -- not null; meaning" (or nullable, or not null, unique), or "WHERE false;".';
    }
    if (view.columns.length > 0 && !parser.lastHadComma) return 'the column before lacks its comma.';
    if (view.columns.some((earlier) => earlier.name === name)) return `the column ${name} stands here twice.`;
    parser.lastHadComma = comma === ',';
    view.columns.push({ name, type: type.trim(), nullable: nullability === 'nullable', unique: unique !== undefined, meaning });
    return undefined;
  },
};

const open = (parser: Parser, schema: string, name: string, above: string[]): string | undefined => {
  const indexes = above.flatMap((comment) => /^index: (.+)$/.exec(comment)?.[1] ?? []).map(indexOf);
  const comments = above.filter((comment) => !comment.startsWith('index: '));
  const start = comments.findIndex((comment) => comment.startsWith(`${name}: `));
  if (start < 0) return `the comment above must say what a row is: "-- ${name}: one row per …".`;
  if (parser.views.some((view) => view.schema === schema && view.name === name)) return `the view ${name} stands here twice.`;
  const meaning = comments
    .slice(start)
    .join(' ')
    .slice(name.length + 2);
  parser.views.push({ schema, name, meaning, ...marksOf(meaning), indexes, columns: [] });
  parser.state = 'select';
  return undefined;
};

/** A comma between brackets parts no keys. Types are known when the columns are: `close` fills them in. */
const indexOf = (keys: string): ContractIndex => {
  const [first = ''] = keys.split(/,(?![^(]*\))/);
  return { keys, first: first.trim(), type: 'text' };
};

const marksOf = (meaning: string): Pick<ContractView, 'mayBeEmpty' | 'madeByHub'> => ({
  mayBeEmpty: /\bmay be empty\b/i.test(meaning),
  madeByHub: /\bmade by the hub\b/i.test(meaning),
});

const close = (parser: Parser, view: ContractView | undefined): string | undefined => {
  if (!view || view.columns.length === 0) return 'the view has no column.';
  if (parser.lastHadComma) return 'the last column must not end in a comma.';
  if (!view.columns.some(({ name, nullable }) => name === 'changed_at' && !nullable)) {
    return `the view ${view.name} needs a column changed_at, not null: changes are polled by it.`;
  }
  for (const index of view.indexes) {
    const named = view.columns.find(({ name }) => name === index.first);
    if (!named && /^[a-z_]+$/.test(index.first)) return `the view ${view.name} has no column ${index.first} to be found by.`;
    index.type = named?.type ?? 'text';
  }
  parser.state = 'outside';
  return undefined;
};
