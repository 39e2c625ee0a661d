/** `audit verify`: the verifier over tables, a dump or an export, and what it found in lines for a person. */
import { access, readFile } from 'node:fs/promises';
import { hasKeys, type ListedKey, listedKeys, originOf, readListed } from './auditkeys.ts';
import { withAuditDatabase } from './auditplace.ts';
import { ExpectedError } from './expected.ts';
import type { Environment } from './settings.ts';
import { verifyExport } from './verifier/exported.ts';
import { parseKey, splitNotes, type VerificationKey } from './verifier/note.ts';
import { type Read, readDump, readTables } from './verifier/read.ts';
import { type GivenCheckpoint, type Report, verifyLog } from './verifier/verify.ts';

export interface VerifyCommand {
  /** A database's address; absent: the hub's own. */
  database?: string | undefined;
  dump?: string;
  export?: string;
  /** Files of checkpoints that were kept elsewhere. */
  checkpoint?: string[];
  /** A file of what `audit keys` printed. */
  keys?: string;
  /** A witness that must have signed. */
  witness?: string;
  data: string;
  environment: Environment;
}

/** What is printed, and whether the log holds. */
export interface Verdict {
  text: string;
  holds: boolean;
}

export const verify = async (command: VerifyCommand): Promise<Verdict> => {
  const listed = await listOf(command);
  const keys = listed.map(({ key, from, until }) => ({ ...keyIn(key), from, until: until ?? undefined }));
  if (command.export) return verdictOfExport(await verifyExport(command.export, keys));
  const witness = command.witness ? keyIn(command.witness) : undefined;
  const kept = await checkpointsIn(command);
  const check = async ({ entries, checkpoints }: Read): Promise<Verdict> =>
    verdict(await verifyLog({ entries, checkpoints: [...checkpoints, ...kept], keys, witness }), command.witness !== undefined);
  if (command.dump) return check(await readDump(await existing(command.dump)));
  return withAuditDatabase(command, async (database) => check(await readTables(database.query)), { readOnly: true });
};

/** Those that are there: a verifier makes none. */
const listOf = async ({ keys, environment, data }: VerifyCommand): Promise<ListedKey[]> => {
  if (keys) return readListed(keys);
  if (!hasKeys(environment, data))
    throw new ExpectedError(`There are no audit keys in ${data}: name the hub's data folder, or a list of keys with --keys.`);
  return listedKeys({ environment, data, origin: originOf(environment) });
};

const keyIn = (line: string): VerificationKey => {
  try {
    return parseKey(line);
  } catch (error) {
    throw new ExpectedError((error as Error).message);
  }
};

/** Those that were named, and the file that the hub itself writes, where it is known. */
const checkpointsIn = async ({ checkpoint = [], environment }: VerifyCommand): Promise<GivenCheckpoint[]> => {
  const own = environment.HUB_AUDIT_CHECKPOINTS;
  const paths = checkpoint.length > 0 || !own ? checkpoint : [own];
  const files = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(await existing(path), 'utf8') })));
  return files.flatMap(({ path, text }) => splitNotes(text).map((note) => ({ note, from: path })));
};

const existing = async (path: string): Promise<string> => {
  await access(path).catch(() => {
    throw new ExpectedError(`The file ${path} cannot be read.`);
  });
  return path;
};

const verdict = (report: Report, witnessed: boolean): Verdict => {
  const { records, purged, signedSize, signedAt, witnessedSize, findings, notes, root } = report;
  const lines = findings.map(({ seq, text }) => (seq === undefined ? text : `Record ${seq}: ${text}`));
  const unsigned = records - signedSize;
  const signed =
    signedSize === 0
      ? 'Nothing is signed.'
      : `${signedSize} are proven by a checkpoint of ${signedAt}, ${unsigned} lie behind it.`;
  const facts = [
    `${records} records, ${purged} of them purged. ${signed}`,
    ...(witnessed ? [`The witness has signed the first ${witnessedSize}.`] : []),
    `Root: ${root}`,
    ...notes,
  ];
  const word = findings.length === 0 ? 'The log holds.' : 'THE LOG DOES NOT HOLD.';
  return { text: [word, ...lines, ...facts].join('\n'), holds: findings.length === 0 };
};

const verdictOfExport = ({ records, faults }: { records: number; faults: string[] }): Verdict => ({
  text: [
    faults.length === 0 ? `The export holds: ${records} records, each in the signed log.` : 'THE EXPORT DOES NOT HOLD.',
    ...faults,
  ].join('\n'),
  holds: faults.length === 0,
});
