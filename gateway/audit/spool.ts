/**
 * An agency may choose that dispatch and unit positions go on while the audit's
 * store is away (life safety; CJISSECPOL AU-5 asks for an alert, not for a
 * halt). Their records then go to an append-only file on this machine, each
 * durable before anything is asked, and from there into the log, in their order
 * and marked. Everything else is refused as before.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { HubError } from '../../schema/errors.ts';
import type { Ledger, Sql } from './ledger.ts';
import type { AuditRecord } from './record.ts';

export interface SpoolOptions {
  path: string;
  ledger: Ledger;
  database: Sql;
  now: () => number;
  /** Told when it begins, and how many wait, whenever that changes. */
  onSpooling: (waiting: number) => void;
  /** How often an absent store is tried again. */
  retryMs?: number;
  /** The file's length at the most; then the next is refused. */
  mostBytes?: number;
}

export interface SpooledLedger extends Ledger {
  /** Records that wait in the file. */
  waiting: () => number;
  /** Resolves when the store has been tried once more. */
  drain: () => Promise<void>;
}

/** Systems whose data are not regulated, and whose silence may cost a life. */
const lifeSafety: ReadonlySet<string> = new Set(['cad', 'avl']);
const batchSize = 500;

export const openSpool = async (options: SpoolOptions): Promise<SpooledLedger> => {
  const { ledger, onSpooling, now, retryMs = 1_000 } = options;
  const file = await openFile(options.path, options.mostBytes ?? 256 << 20);
  let timer: NodeJS.Timeout | undefined;
  let draining: Promise<void> | undefined;

  const drain = (): Promise<void> => {
    clearTimeout(timer);
    draining ??= moveAll(file, options)
      .catch(() => {}) // The ledger has told of it; the file keeps what it has.
      .then(() => {
        draining = undefined;
        onSpooling(file.waiting());
        if (file.waiting() > 0) timer = setTimeout(() => void drain(), retryMs).unref();
      });
    return draining;
  };
  const spool = async (record: AuditRecord): Promise<void> => {
    await file.add({ ...record, spooledAt: new Date(now()) });
    onSpooling(file.waiting());
    if (!draining) timer ??= setTimeout(() => void drain(), retryMs).unref();
  };
  if (file.waiting() > 0) void drain();
  return {
    waiting: file.waiting,
    drain,
    append: async (record) => {
      if (!isLifeSafety(record)) return ledger.append(record);
      if (file.waiting() > 0) return spool(record); // Behind those before it.
      return ledger.append(record).catch(() => spool(record));
    },
    close: async () => {
      clearTimeout(timer);
      await draining;
      await file.close();
      await ledger.close();
    },
  };
};

const isLifeSafety = ({ kind, sources }: AuditRecord): boolean =>
  kind === 'LOGGED_ON' || (sources.length > 0 && sources.every((source) => lifeSafety.has(source)));

/** In order, and each once: what a gateway that died had moved already is looked up. */
const moveAll = async (file: SpoolFile, { ledger, database, now }: SpoolOptions): Promise<void> => {
  for (let batch = file.next(batchSize); batch.length > 0; batch = file.next(batchSize)) {
    const moved = await movedOf(database, batch);
    const left = batch.filter((record) => !moved.has(keyOf(record)));
    await Promise.all(left.map((record) => ledger.append({ ...record, at: new Date(now()) })));
    await file.taken(batch.length);
  }
};

const keyOf = ({ operationId, kind, spooledAt }: AuditRecord): string => `${operationId} ${kind} ${spooledAt?.toISOString()}`;

const movedOf = async (database: Sql, batch: readonly AuditRecord[]): Promise<Set<string>> => {
  const rows = await database.query<{ operation_id: string; kind: AuditRecord['kind']; spooled_at: Date }>(
    'SELECT operation_id, kind, spooled_at FROM hub_audit.record WHERE operation_id = ANY($1::text[]) AND spooled_at IS NOT NULL',
    [batch.map(({ operationId }) => operationId)],
  );
  return new Set(rows.map(({ operation_id, kind, spooled_at }) => `${operation_id} ${kind} ${spooled_at.toISOString()}`));
};

interface SpoolFile {
  /** Durable when it resolves. */
  add: (record: AuditRecord) => Promise<void>;
  /** The first ones that are not taken yet. */
  next: (count: number) => AuditRecord[];
  /** The first ones are elsewhere. The file is emptied when it holds no other. */
  taken: (count: number) => Promise<void>;
  waiting: () => number;
  close: () => Promise<void>;
}

/** The records are kept in memory too: it is a queue whose file is its promise. */
const openFile = async (path: string, mostBytes: number): Promise<SpoolFile> => {
  const file = await open(path, 'a+', 0o600);
  const text = await file.readFile('utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1); // What a crash cut off was never told to be durable.
  const records = linesOf(whole);
  let bytes = Buffer.byteLength(whole);
  await file.truncate(bytes);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Value>(step: () => Promise<Value>): Promise<Value> => {
    const done = last.then(step);
    last = done.catch(() => {});
    return done;
  };
  return {
    add: (record) =>
      inTurn(async () => {
        const line = `${JSON.stringify(record)}\n`;
        if (bytes + line.length > mostBytes) throw new HubError('AUDIT_UNAVAILABLE');
        await written(file, line, bytes);
        bytes += Buffer.byteLength(line);
        records.push(record);
      }),
    next: (count) => records.slice(0, count),
    taken: (count) =>
      inTurn(async () => {
        records.splice(0, count);
        if (records.length > 0) return;
        await file.truncate(0);
        await file.datasync();
        bytes = 0;
      }),
    waiting: () => records.length,
    close: () => inTurn(() => file.close()),
  };
};

/** Half a line, where the disk is full, is taken back. */
const written = async (file: FileHandle, line: string, before: number): Promise<void> => {
  try {
    await file.appendFile(line);
    await file.datasync();
  } catch (cause) {
    await file.truncate(before).catch(() => {});
    throw new HubError('AUDIT_UNAVAILABLE', { originalError: cause as Error });
  }
};

const linesOf = (text: string): AuditRecord[] =>
  text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => recordIn(line) ?? []);

const recordIn = (line: string): AuditRecord | undefined => {
  try {
    const { at, spooledAt, ...rest } = JSON.parse(line) as Omit<AuditRecord, 'at' | 'spooledAt'> & {
      at: string;
      spooledAt: string;
    };
    return { ...rest, at: new Date(at), spooledAt: new Date(spooledAt) };
  } catch {
    return undefined;
  }
};
