/** Where a verifier reads a log from: the live tables, or a dump. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Fields, Leaf } from './bytes.ts';
import type { Entry, GivenCheckpoint } from './verify.ts';

/** What it asks of a database. */
export type Query = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

export interface Read {
  entries: AsyncIterable<Entry>;
  checkpoints: GivenCheckpoint[];
}

const pageSize = 1_000;

/** The log up to where it ends now; what is appended meanwhile is for the next time. */
export const readTables = async (query: Query): Promise<Read> => {
  const notes = await query<{ note: string; lines: string[] }>(
    `SELECT c.note, array(SELECT line FROM hub_audit.cosignature s WHERE s.size = c.size ORDER BY witness) AS lines
     FROM hub_audit.checkpoint c ORDER BY c.size`,
  );
  const [end] = await query<{ seq: string | number | null }>('SELECT max(seq) AS seq FROM hub_audit.leaf');
  return {
    entries: entriesOf(query, Number(end?.seq ?? 0)),
    checkpoints: notes.map(({ note, lines }) => ({ note, from: 'the table', cosignatures: lines })),
  };
};

/** By place, and in the order of the rows within it: a place that is there twice comes twice. */
async function* entriesOf(query: Query, end: number): AsyncGenerator<Entry> {
  for (let from = 0; from < end; from += pageSize) {
    const to = Math.min(end, from + pageSize);
    const leaves = await query<Fields>('SELECT * FROM hub_audit.leaf WHERE seq > $1 AND seq <= $2 ORDER BY seq', [from, to]);
    const records = await query<Fields>('SELECT * FROM hub_audit.record WHERE seq > $1 AND seq <= $2 ORDER BY seq', [from, to]);
    const bySeq = new Map<number, Fields[]>();
    for (const record of records) bySeq.set(Number(record.seq), [...(bySeq.get(Number(record.seq)) ?? []), record]);
    for (const leaf of leaves) {
      const [record, ...more] = bySeq.get(Number(leaf.seq)) ?? [];
      yield { leaf: plain(leaf) as unknown as Leaf, record: record ? plain(record) : null };
      bySeq.set(Number(leaf.seq), more); // A second record at one place, in another month's partition.
    }
    for (const [seq, extra] of bySeq) for (const record of extra) yield { leaf: withoutLeaf(seq), record: plain(record) };
  }
}

/** A record that nothing in the log stands for. */
const withoutLeaf = (seq: number): Leaf => ({ seq, at: '', class: '', commitment: '', leaf_hash: '' });

/** Drivers give times as dates and large numbers as texts. */
const plain = (row: Fields): Fields => ({
  ...row,
  seq: Number(row.seq),
  at: timeOf(row.at),
  ...(row.spooled_at ? { spooled_at: timeOf(row.spooled_at) } : {}),
});

const timeOf = (at: unknown): string => (at instanceof Date && !Number.isNaN(at.getTime()) ? at.toISOString() : String(at));

/** A dump is read twice: its checkpoints stand behind its records. */
export const readDump = async (path: string): Promise<Read> => {
  const checkpoints: GivenCheckpoint[] = [];
  for await (const line of linesOf(path)) {
    if (typeof line.checkpoint !== 'string') continue;
    const cosignatures = Array.isArray(line.cosignatures) ? line.cosignatures.map(String) : [];
    checkpoints.push({ note: line.checkpoint, from: path, cosignatures });
  }
  return { entries: dumped(path), checkpoints };
};

async function* dumped(path: string): AsyncGenerator<Entry> {
  for await (const { leaf, record } of linesOf(path)) {
    if (leaf && typeof leaf === 'object') yield { leaf: leaf as Leaf, record: (record ?? null) as Fields | null };
  }
}

/** A line that is no JSON stands for a record that cannot be read. */
export async function* linesOf(path: string): AsyncGenerator<Record<string, unknown>> {
  const input = createReadStream(path, 'utf8');
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (text.trim() !== '') yield parsed(text);
  }
}

const parsed = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { leaf: withoutLeaf(0), record: null };
  }
};
