/**
 * Does the log hold what was written, all of it, in the order in which it was
 * written? Every rule of gateway/audit/FORMAT.md, in one pass over the leaves;
 * the first place where one is broken, and how, in words. Reads, and writes nothing.
 */
import { commitmentOver, type Fields, type Leaf, leafHashOver } from './bytes.ts';
import { faultOf, isWitnessed, type Note, parseNote, type VerificationKey } from './note.ts';
import { growingTree } from './tree.ts';

export interface Entry {
  leaf: Leaf;
  /** Null when it has been purged, or somebody took it. */
  record: Fields | null;
}

export interface GivenCheckpoint {
  note: string;
  /** Where it was kept, for messages: `the table`, a file's path. */
  from: string;
  cosignatures?: readonly string[];
}

export interface Log {
  entries: AsyncIterable<Entry>;
  checkpoints: readonly GivenCheckpoint[];
  keys: readonly VerificationKey[];
  witness?: VerificationKey | undefined;
}

export interface Finding {
  /** The first bad record; absent where no single one can be named. */
  seq?: number | undefined;
  text: string;
}

export interface Report {
  records: number;
  purged: number;
  /** Of the largest checkpoint that holds; 0 without any. */
  signedSize: number;
  signedAt?: string | undefined;
  /** Of the largest checkpoint that the witness has signed. */
  witnessedSize: number;
  root: string;
  /** In order of place; empty when everything holds. */
  findings: Finding[];
  /** What an auditor should know though nothing is wrong. */
  notes: string[];
}

/** No more are told than this: whoever exchanged the whole log need not fill a screen for each record. */
const mostFindings = 20;
const clockToleranceMs = 60_000;

export const verifyLog = async ({ entries, checkpoints, keys, witness }: Log): Promise<Report> => {
  const walk = openWalk();
  const checked = checkNotes(checkpoints, keys, walk.find);
  let next = 0;
  let provenSize = 0;
  const reach = (): void => {
    for (let one = checked[next]; one && one.note.size <= walk.size(); one = checked[next]) {
      next += 1;
      if (one.note.size < walk.size()) continue;
      if (one.note.root.equals(walk.root())) provenSize = one.note.size;
      else walk.find(undefined, differs(one, provenSize));
    }
  };
  reach();
  for await (const entry of entries) {
    walk.take(entry);
    reach();
  }
  for (const one of checked.slice(next)) walk.find(undefined, truncated(one, walk.size()));
  walk.end();
  const proven = checked.filter(({ note }) => note.size === provenSize);
  const witnessed = checked.filter(({ note, cosignatures }) => witness && isWitnessed(note, cosignatures, witness));
  const witnessedSize = Math.max(0, ...witnessed.map(({ note }) => note.size).filter((size) => size <= provenSize));
  if (witness && witnessedSize === 0) walk.find(undefined, `No checkpoint that holds is signed by the witness ${witness.name}.`);
  return {
    ...walk.report(),
    signedSize: proven.length > 0 ? provenSize : 0,
    signedAt: proven[0]?.note.time,
    witnessedSize,
  };
};

interface Checked {
  note: Note;
  from: string;
  cosignatures: readonly string[];
}

const differs = ({ note, from }: Checked, provenSize: number): string =>
  `Records ${provenSize + 1} to ${note.size}: their root is not the one that was signed at ${note.time} (${from}). ` +
  `${provenSize === 0 ? 'No record is' : `The first ${provenSize} records are`} proven by an earlier checkpoint.`;

const truncated = ({ note, from }: Checked, size: number): string =>
  `The log ends at record ${size}, but ${note.size} records were signed at ${note.time} (${from}): ` +
  'the end has been cut off, or an older state put in its place.';

type Find = (seq: number | undefined, text: string) => void;

/** Those that count, by size. Two of one size and two roots are a log that was shown in two forms. */
const checkNotes = (given: readonly GivenCheckpoint[], keys: readonly VerificationKey[], find: Find): Checked[] => {
  const checked: Checked[] = [];
  for (const { note: text, from, cosignatures = [] } of given) {
    const note = parseNote(text);
    const fault = note ? faultOf(note, keys) : 'is not one';
    if (note && !fault) checked.push({ note, from, cosignatures });
    else find(undefined, `The checkpoint ${note ? `of ${note.size} records ` : ''}in ${from} ${fault}.`);
  }
  checked.sort((one, other) => one.note.size - other.note.size);
  for (const [at, { note, from }] of checked.entries()) {
    const before = checked[at - 1];
    if (!before) continue;
    if (before.note.origin !== note.origin) find(undefined, `Checkpoints of two logs: ${before.note.origin} and ${note.origin}.`);
    else if (before.note.size === note.size && !before.note.root.equals(note.root))
      find(undefined, `Two roots were signed for ${note.size} records (${before.from}; ${from}): the log has been forked.`);
    else if (before.note.size < note.size && before.note.time > note.time)
      find(undefined, `The checkpoint of ${note.size} records (${from}) is older than that of ${before.note.size}.`);
  }
  return checked;
};

/** A purge, where and when the log says it was. */
interface Told {
  seq: number;
  atMs: number;
  purge: Purge;
}

interface Purge {
  class: string;
  before: string;
  through: number;
}

const openWalk = () => {
  const tree = growingTree();
  const findings: Finding[] = [];
  const notes: string[] = [];
  let [size, count] = [0, 0];
  let previousAtMs = Number.NEGATIVE_INFINITY;
  const missing: Leaf[] = [];
  const purges: Told[] = [];
  const find: Find = (seq, text) => {
    count += 1;
    if (findings.length < mostFindings) findings.push({ seq, text });
  };
  const take = ({ leaf, record }: Entry): void => {
    const expected = size + 1;
    if (leaf.seq !== expected) find(Math.min(leaf.seq, expected), placeFault(leaf.seq, expected));
    // Counted on from what is there, so that one gap is one finding.
    size = Math.max(size, leaf.seq);
    const fault = leafFault(leaf) ?? (record && recordFault(leaf, record));
    if (fault) find(leaf.seq, fault);
    const atMs = Date.parse(leaf.at);
    if (!(atMs >= previousAtMs - clockToleranceMs)) {
      const step = `The clock went back ${Math.round((previousAtMs - atMs) / 1000)} s`;
      if (record?.kind === 'CLOCK_STEPPED_BACK') notes.push(`${step} at record ${leaf.seq}, and the log says so.`);
      else find(leaf.seq, `${step}, and the log does not say so.`);
    }
    previousAtMs = atMs;
    if (!record) missing.push(leaf);
    const purge = record?.kind === 'PURGED' ? readPurge(record) : undefined;
    if (purge) purges.push({ seq: leaf.seq, atMs, purge });
    tree.add(Buffer.from(leaf.leaf_hash, 'hex'));
  };
  const end = (): void => {
    for (const leaf of missing) if (!isPurged(leaf, purges)) find(leaf.seq, 'The record is gone, and no purge accounts for it.');
    if (count > findings.length) notes.push(`${count - findings.length} further findings are not told.`);
    findings.sort((one, other) => (one.seq ?? Number.POSITIVE_INFINITY) - (other.seq ?? Number.POSITIVE_INFINITY));
  };
  return {
    find,
    take,
    end,
    size: () => size,
    root: tree.root,
    report: () => ({ records: size, purged: missing.length, root: tree.root().toString('base64'), findings, notes }),
  };
};

const placeFault = (seq: number, expected: number): string => {
  if (seq < expected) return `Record ${seq} is there twice, or out of its place.`;
  const gone = seq - 1 === expected ? `Record ${expected} is` : `Records ${expected} to ${seq - 1} are`;
  return `${gone} missing with everything that stood for ${seq - 1 === expected ? 'it' : 'them'}.`;
};

const leafFault = (leaf: Leaf): string | undefined =>
  leafHashOver(leaf).toString('hex') === leaf.leaf_hash ? undefined : 'The leaf is not what its hash was made over.';

const recordFault = (leaf: Leaf, record: Fields): string | undefined => {
  if (commitmentOver(record) !== leaf.commitment) return 'The record is not what was committed to: a column has been changed.';
  const other = (['seq', 'at', 'class'] as const).find((name) => record[name] !== leaf[name]);
  return other && `The record and its leaf differ in "${other}".`;
};

const readPurge = ({ detail }: Fields): Purge | undefined => {
  try {
    const purge = JSON.parse(String(detail)) as Purge;
    return typeof purge.class === 'string' && typeof purge.before === 'string' && typeof purge.through === 'number'
      ? purge
      : undefined;
  } catch {
    return undefined;
  }
};

/** CJIS AU-11: a record is kept for a year at the least, so a purge that says otherwise accounts for nothing. */
const leastKeptMs = 365 * 24 * 3_600_000;

const isPurged = (leaf: Leaf, purges: readonly Told[]): boolean =>
  leaf.class !== 'SYSTEM' &&
  purges.some(
    ({ seq, atMs, purge }) =>
      leaf.seq < seq &&
      leaf.seq <= purge.through &&
      purge.class === leaf.class &&
      leaf.at < purge.before &&
      Date.parse(leaf.at) <= atMs - leastKeptMs,
  );
