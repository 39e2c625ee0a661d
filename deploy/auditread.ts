/** `audit dump`, `audit export` and `audit show`: the record as files, with proofs; reading it is itself recorded. */
import type { Writable } from 'node:stream';
import { openTree } from '../gateway/audit/merkle.ts';
import { readNote } from '../gateway/audit/note.ts';
import { payloadColumns } from '../gateway/audit/record.ts';
import { unseal } from '../gateway/audit/seal.ts';
import { termKeyOf, termOf } from '../schema/terms.ts';
import { namesOf } from '../subgraphs/hub/reports.ts';
import type { Database } from '../subgraphs/kit/database.ts';
import { fieldKeys } from './auditkeys.ts';
import { type AuditPlace, recorded, withAuditDatabase } from './auditplace.ts';
import { ExpectedError } from './expected.ts';
import { readTables } from './verifier/read.ts';
import type { Entry } from './verifier/verify.ts';

export interface ExportFilter {
  /** From this instant, up to but not with that one. */
  from?: Date;
  to?: Date;
  subject?: string;
  ori?: string;
  case?: string;
  purpose?: string;
  entity?: string;
  /** Found by its terms, where the keys are held here. */
  searchedFor?: string;
}

export interface ExportCommand extends AuditPlace {
  format: 'jsonl' | 'csv';
  filter: ExportFilter;
}

type Out = Pick<Writable, 'write'>;

const line = (out: Out, value: unknown): void => void out.write(`${JSON.stringify(value)}\n`);

export const dump = (place: AuditPlace, out: Out): Promise<void> =>
  withAuditDatabase(place, async (database) => {
    await recorded(database, place, { command: 'dump' });
    const { entries, checkpoints } = await readTables(database.query);
    line(out, { format: 'rtcc-hub audit dump v1' });
    for await (const entry of entries) line(out, entry);
    for (const { note, cosignatures } of checkpoints) line(out, { checkpoint: note, cosignatures });
  });

export const exportRecords = (command: ExportCommand, out: Out): Promise<void> =>
  withAuditDatabase(command, async (database) => {
    const { format, filter } = command;
    const { searchedFor, ...told } = filter;
    // What was searched for is sealed everywhere else, so it is not in clear here.
    await recorded(database, command, {
      command: 'export',
      format,
      filter: told,
      ...(searchedFor ? { searchedFor: 'sealed' } : {}),
    });
    const write = format === 'csv' ? writeCsv : writeLines;
    const keys = await termKeysHeld(command);
    const wanted = {
      ...filter,
      entities: filter.entity && namesOf(filter.entity, keys),
      terms: searchedFor && termsFor(searchedFor, keys),
    };
    await write(database, (entry) => fits(entry, wanted), out);
  });

type Fits = (entry: Entry) => boolean;

/** Each record with the proof that it is in the log of the last checkpoint. */
const writeLines = async (database: Database, isAsked: Fits, out: Out): Promise<void> => {
  const { entries, checkpoints } = await readTables(database.query);
  const last = checkpoints.at(-1);
  if (!last) throw new ExpectedError('Nothing of the log is signed yet.');
  const { size } = readNote(last.note);
  const leaves: Buffer[] = [];
  const asked: Entry[] = [];
  for await (const entry of entries) {
    if (entry.leaf.seq > size) break;
    leaves.push(Buffer.from(entry.leaf.leaf_hash, 'hex'));
    if (isAsked(entry)) asked.push(entry);
  }
  const tree = openTree((index) => leaves[index] ?? Buffer.alloc(32));
  line(out, { format: 'rtcc-hub audit export v1', checkpoint: last.note, cosignatures: last.cosignatures });
  for (const entry of asked)
    line(out, { ...entry, proof: tree.inclusion(entry.leaf.seq - 1, size).map((hash) => hash.toString('base64')) });
};

const csvColumns = [...payloadColumns.filter((column) => column !== 'search'), 'leaf_hash'];

const writeCsv = async (database: Database, isAsked: Fits, out: Out): Promise<void> => {
  const { entries } = await readTables(database.query);
  out.write(`${csvColumns.join(',')}\r\n`);
  for await (const entry of entries) {
    if (!isAsked(entry)) continue;
    const values: Record<string, unknown> = { ...entry.record, leaf_hash: entry.leaf.leaf_hash };
    out.write(`${csvColumns.map((column) => cell(values[column])).join(',')}\r\n`);
  }
};

/** A text that a spreadsheet would take for a formula gets an apostrophe in front. */
const cell = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

const termKeysHeld = async (place: AuditPlace): Promise<Buffer[]> =>
  Object.values(await fieldKeys(place)).flatMap((held) => (held ?? []).map(({ key }) => termKeyOf(key)));

const termsFor = (text: string, keys: readonly Buffer[]): string[] => keys.flatMap((key) => termOf(key, text) ?? []);

type Wanted = ExportFilter & { entities?: string[] | '' | undefined; terms?: string[] | '' | undefined };

const fits = ({ leaf, record }: Entry, { from, to, entities, terms, ...equal }: Wanted): boolean => {
  if (!record) return false;
  const at = new Date(leaf.at);
  if ((from && at < from) || (to && at >= to)) return false;
  const { subject, ori, purpose, case: caseNumber } = equal;
  const asked = { subject, ori, purpose, case_number: caseNumber };
  if (Object.entries(asked).some(([column, value]) => value !== undefined && record[column] !== value)) return false;
  return holdsAny(record.entities, entities) && holdsAny(record.terms, terms);
};

const holdsAny = (held: unknown, wanted: string[] | '' | undefined): boolean =>
  !wanted || (Array.isArray(held) && wanted.some((one) => held.includes(one)));

/** One record, and what was searched for, where its key is held here. */
export const show = (place: AuditPlace & { seq: number }): Promise<Record<string, unknown>> =>
  withAuditDatabase(place, async (database) => {
    const [record] = await database.query<Record<string, unknown>>('SELECT * FROM hub_audit.record WHERE seq = $1', [place.seq]);
    const [leaf] = await database.query<{ leaf_hash: string }>('SELECT leaf_hash FROM hub_audit.leaf WHERE seq = $1', [
      place.seq,
    ]);
    if (!leaf) throw new ExpectedError(`The log has no record ${place.seq}.`);
    await recorded(database, place, { command: 'show', seq: place.seq });
    if (!record) throw new ExpectedError(`Record ${place.seq} has been purged; its leaf is ${leaf.leaf_hash}.`);
    const { salt: _, search, ...rest } = record;
    return { ...rest, seq: Number(record.seq), leaf_hash: leaf.leaf_hash, search: await openedSearch(place, record) };
  });

const openedSearch = async (place: AuditPlace, { search, operation_id }: Record<string, unknown>): Promise<unknown> => {
  if (typeof search !== 'string') return null;
  try {
    return JSON.parse(unseal(await fieldKeys(place), String(operation_id), search));
  } catch {
    return 'sealed: its key is not held here';
  }
};
