/**
 * Signs how far the log has come, every so many records or seconds. It never
 * signs what does not continue the last signed checkpoint, its own or one that
 * the file on other storage holds: then it tells, and signs nothing more, since
 * a signature would make the forgery good.
 */
import type { Alert, AlertCode } from './alert.ts';
import type { Sql } from './ledger.ts';
import { emptyFrontier, extend, type Frontier, openTree, rootOf } from './merkle.ts';
import { type Checkpoint, isSignedBy, type NoteKey, noteKey, readNote, type Signer, signNote } from './note.ts';
import { appendNote, askWitness, notesIn, type Witness, WitnessHolds } from './sinks.ts';

export interface CheckpointKeys {
  signer: Signer;
  /** The signer's own and those that signed before it. */
  known: readonly NoteKey[];
}

export interface CheckpointSettings {
  /** Read before each signature, so that a key is exchanged while the hub runs. */
  keys: () => Promise<CheckpointKeys>;
  /** The log's name. */
  origin: string;
  everyRecords: number;
  everyMs: number;
  file?: string | undefined;
  witness?: Witness | undefined;
}

export interface Checkpointer {
  /** Told the log's length after each commit. */
  grown: (size: number) => void;
  /** Signs what there is now; resolves when every place has it or was told of. */
  run: () => Promise<void>;
  close: () => Promise<void>;
}

export interface CheckpointerOptions extends CheckpointSettings {
  database: Sql;
  alert: Alert;
  now: () => number;
  /** Told how far the log is signed. */
  onSigned?: (size: number) => void;
  /** Told when another key signs than before. */
  onKey?: (id: string) => Promise<void>;
}

/** A size and root that the log must pass: what this process signed last, and what the file holds. */
type Anchor = Pick<Checkpoint, 'size' | 'root'>;

/** The log is not what was signed. */
class Broken extends Error {
  readonly alert: AlertCode;

  constructor(alert: AlertCode) {
    super(alert);
    this.alert = alert;
  }
}

const pageSize = 5_000;

export const openCheckpointer = (options: CheckpointerOptions): Checkpointer => {
  const { alert, everyMs, everyRecords } = options;
  const state: State = { signed: undefined, filed: undefined };
  let broken: AlertCode | undefined;
  let running: Promise<void> | undefined;
  let again = false;
  const once = async (): Promise<void> => {
    if (broken) return alert(broken); // Until somebody has looked, and starts the hub anew.
    try {
      await step(options, state);
    } catch (error) {
      broken = error instanceof Broken ? error.alert : undefined;
      alert(broken ?? 'AUDIT_CHECKPOINT_FAILED', error);
    }
  };
  const loop = async (): Promise<void> => {
    do {
      again = false;
      await once();
    } while (again);
    running = undefined;
  };
  const run = (): Promise<void> => {
    if (running) again = true;
    running ??= loop();
    return running;
  };
  const timer = setInterval(() => void run(), everyMs).unref();
  return {
    grown: (size) => {
      if (size - (state.signed?.size ?? 0) >= everyRecords && !running) void run();
    },
    run,
    close: async () => {
      clearInterval(timer);
      await run();
    },
  };
};

interface State {
  signed: Anchor | undefined;
  /** The last note of the file, as far as it has been read or written; size 0 for an empty one. */
  filed: Anchor | undefined;
}

/** Signs once, where the log has grown. */
const step = async (options: CheckpointerOptions, state: State): Promise<void> => {
  const { alert, database, file, keys } = options;
  const { signer, known } = await keys();
  // Storage that is away does not keep the log from being signed elsewhere; nothing is written there before it has been read.
  if (file) state.filed ??= await lastFiled(file, known).catch((error: unknown) => void alert('AUDIT_CHECKPOINT_FAILED', error));
  const before = await lastStored(database, known);
  const anchors = [state.signed, state.filed].filter((anchor) => anchor !== undefined);
  const frontier = await follow(database, before, await sizeOf(database), anchors);
  if (frontier.size === 0) return;
  if (frontier.size > before.size) {
    await store(options, signer, frontier);
    await tellKey(options, signer, before.size);
  }
  state.signed = { size: frontier.size, root: rootOf(frontier) };
  options.onSigned?.(frontier.size);
  await spread(options, state, frontier.size);
};

const tellKey = async ({ database, onKey }: CheckpointerOptions, { name, privateKey }: Signer, size: number): Promise<void> => {
  const before = await noteAt(database, size);
  const key = noteKey(name, privateKey);
  if (before && !isSignedBy(before.note, key)) await onKey?.(key.id.toString('hex'));
};

const lastFiled = async (file: string, known: readonly NoteKey[]): Promise<Anchor> => {
  const notes = (await notesIn(file)).filter((note) => known.some((key) => isSignedBy(note, key))).map(readNote);
  return notes.sort((one, other) => other.size - one.size)[0] ?? { size: 0, root: rootOf(emptyFrontier) };
};

const lastStored = async (database: Sql, known: readonly NoteKey[]): Promise<Frontier> => {
  const [row] = await database.query<StoredNote>(
    'SELECT size, note, frontier FROM hub_audit.checkpoint ORDER BY size DESC LIMIT 1',
  );
  if (!row) return emptyFrontier;
  const frontier = frontierOf(row);
  const { size, root } = readNote(row.note);
  if (!known.some((key) => isSignedBy(row.note, key))) throw new Broken('AUDIT_KEY_UNKNOWN');
  if (size !== frontier.size || !root.equals(rootOf(frontier))) throw new Broken('AUDIT_FORKED');
  return frontier;
};

interface StoredNote {
  size: string | number;
  note: string;
  frontier: string[];
}

const frontierOf = ({ size, frontier }: StoredNote): Frontier => ({
  size: Number(size),
  nodes: frontier.map((node) => Buffer.from(node, 'hex')),
});

const sizeOf = async (database: Sql): Promise<number> => {
  const [row] = await database.query<{ size: string | number | null }>('SELECT max(seq) AS size FROM hub_audit.leaf');
  return Number(row?.size ?? 0);
};

/** Reads the leaves behind what was signed; on the way they must pass every anchor. */
const follow = async (database: Sql, from: Frontier, size: number, anchors: readonly Anchor[]): Promise<Frontier> => {
  if ([from, ...anchors].some((anchor) => size < anchor.size)) throw new Broken('AUDIT_ROLLED_BACK');
  let frontier = from;
  for (;;) {
    const passed = anchors.find((anchor) => anchor.size === frontier.size);
    if (passed && !passed.root.equals(rootOf(frontier))) throw new Broken('AUDIT_FORKED');
    if (frontier.size === size) return frontier;
    const ahead = anchors.map((anchor) => anchor.size).filter((stop) => stop > frontier.size);
    frontier = extend(frontier, await leavesOf(database, frontier.size, Math.min(size, frontier.size + pageSize, ...ahead)));
  }
};

/** The leaves at places [from, to), every one of them. */
const leavesOf = async (database: Sql, from: number, to: number): Promise<Buffer[]> => {
  const rows = await database.query<{ leaf_hash: string }>(
    'SELECT leaf_hash FROM hub_audit.leaf WHERE seq > $1 AND seq <= $2 ORDER BY seq',
    [from, to],
  );
  if (rows.length !== to - from) throw new Broken('AUDIT_FORKED');
  return rows.map(({ leaf_hash }) => Buffer.from(leaf_hash, 'hex'));
};

/** Into the table, where another gateway's of the same moment may stand already. */
const store = async ({ database, origin, now }: CheckpointerOptions, signer: Signer, frontier: Frontier): Promise<void> => {
  const root = rootOf(frontier);
  const note = signNote({ origin, size: frontier.size, root, time: new Date(now()).toISOString() }, signer);
  await database.query(
    'INSERT INTO hub_audit.checkpoint (size, note, frontier) VALUES ($1, $2, $3) ON CONFLICT (size) DO NOTHING',
    [frontier.size, note, frontier.nodes.map((node) => node.toString('hex'))],
  );
  const stored = await noteAt(database, frontier.size);
  if (!stored || !readNote(stored.note).root.equals(root)) throw new Broken('AUDIT_FORKED');
};

const noteAt = async (database: Sql, size: number): Promise<{ note: string; frontier: Frontier } | undefined> => {
  const [row] = await database.query<StoredNote>('SELECT size, note, frontier FROM hub_audit.checkpoint WHERE size = $1', [size]);
  return row && { note: row.note, frontier: frontierOf(row) };
};

/** To the file and the witness, where they lack it; one that is away gets the next. */
const spread = async (options: CheckpointerOptions, state: State, size: number): Promise<void> => {
  const stored = await noteAt(options.database, size);
  if (!stored) throw new Broken('AUDIT_FORKED');
  const failed = (error: unknown): void => options.alert('AUDIT_CHECKPOINT_FAILED', error);
  if (options.file && state.filed && state.filed.size < size) {
    const { file } = options;
    await appendNote(file, stored.note).then(() => {
      state.filed = readNote(stored.note);
    }, failed);
  }
  if (options.witness) await cosign(options, options.witness, size, stored.note).catch(failed);
};

const cosign = async ({ database }: CheckpointerOptions, witness: Witness, size: number, note: string): Promise<void> => {
  const [last] = await database.query<{ size: string | number | null }>(
    'SELECT max(size) AS size FROM hub_audit.cosignature WHERE witness = $1',
    [witness.key.name],
  );
  let older = Number(last?.size ?? 0);
  if (older >= size) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const line = await askWitness(witness, older, await proofFrom(database, older, size), note);
      await database.query('INSERT INTO hub_audit.cosignature (size, witness, line) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
        size,
        witness.key.name,
        line,
      ]);
      return;
    } catch (error) {
      if (!(error instanceof WitnessHolds) || attempt > 3) throw error;
      if (error.size >= size) return; // Another gateway was faster.
      older = error.size;
    }
  }
};

const proofFrom = async (database: Sql, older: number, newer: number): Promise<Buffer[]> => {
  if (older === 0) return [];
  const before = await noteAt(database, older);
  if (!before) throw Object.assign(new Error('The witness holds a checkpoint that is not ours.'), { code: 'WITNESS_UNKNOWN' });
  const leaves = await leavesOf(database, older, newer);
  const leaf = (index: number): Buffer => leaves[index - older] ?? Buffer.alloc(32);
  return openTree(leaf, before.frontier).consistency(older, newer);
};
