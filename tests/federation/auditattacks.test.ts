/** What somebody does who holds the database's password, and how it shows. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { leafHashOver } from '../../deploy/verifier/bytes.ts';
import { splitNotes } from '../../deploy/verifier/note.ts';
import type { Entry } from '../../deploy/verifier/verify.ts';
import { emptyFrontier, extend, rootOf } from '../../gateway/audit/merkle.ts';
import { type Signer, signNote } from '../../gateway/audit/note.ts';
import { type AuditRecord, rowOf } from '../../gateway/audit/record.ts';
import { listed, newSigner, openTestLog, origin, record, type TestLog } from './auditlog.ts';

let log: TestLog;

/** Ten records, signed at 4 and at 8. */
beforeAll(async () => {
  log = await openTestLog();
  const { checkpointer } = await log.gateway();
  await log.append(4);
  await checkpointer.run();
  await log.append(4);
  await checkpointer.run();
  await log.append(2);
  await log.remember();
});
afterAll(() => log.close());
beforeEach(() => log.restore());

const told = ({ findings }: { findings: { seq?: number | undefined; text: string }[] }): string[] =>
  findings.map(({ seq, text }) => `${seq ?? '-'}: ${text}`);

const sql = (statement: string): Promise<void> => log.database.exec(statement);

test("a line that is not the witness's own signature is none", async () => {
  const place = 'length(line) - 10';
  const broken = `overlay(line placing CASE substr(line, ${place}, 1) WHEN 'A' THEN 'B' ELSE 'A' END from ${place} for 1)`;
  await sql(`UPDATE hub_audit.cosignature SET line = ${broken} WHERE size = 8`);
  expect(await log.verify({ witness: true })).toMatchObject({ signedSize: 8, witnessedSize: 4 });
});

test('an untouched log holds, by table, file and witness', async () => {
  const report = await log.verify({ file: true, witness: true });
  expect(report).toMatchObject({ records: 10, purged: 0, signedSize: 8, witnessedSize: 8, findings: [], notes: [] });
  expect(log.witness.sizes).toEqual([4, 8]);
  expect(splitNotes(readFileSync(log.file, 'utf8'))).toHaveLength(2);
});

describe('a changed byte shows at its record', () => {
  const texts =
    'class kind operation_id subject ori purpose case_number reason operation_name operation_type document_hash outcome source_address destination_address search detail on_behalf_of'.split(
      ' ',
    );
  test.each([
    ...texts.map((column) => `${column} = overlay(${column} placing chr(ascii(${column}) # 1) from 1 for 1)`),
    ...texts.filter((column) => !/^(class|kind|operation_id|subject)$/.test(column)).map((column) => `${column} = NULL`),
    ...['fields', 'denied', 'entities', 'sources', 'terms'].flatMap((column) => [
      `${column}[1] = ${column}[1] || 'x'`,
      `${column} = '{}'`,
      `${column} = ${column} || '{x}'`,
    ]),
    "at = at + interval '1 millisecond'",
    'duration_ms = duration_ms # 1',
    'bytes_in = bytes_in # 1',
    'bytes_out = bytes_out # 1',
    'bytes_out = NULL',
    'terms = NULL',
    'spooled_at = NULL',
    "spooled_at = spooled_at + interval '1 millisecond'",
    // What came later is left out where nothing follows: taking all of it away must show too.
    'bytes_out = NULL, on_behalf_of = NULL, terms = NULL, spooled_at = NULL',
    'salt = overlay(salt placing chr(ascii(salt) # 1) from 1 for 1)',
  ])('of the record: %s', async (change) => {
    await sql(`UPDATE hub_audit.record SET ${change} WHERE seq = 6`);
    expect((await log.verify()).findings[0]).toMatchObject({ seq: 6 });
  });

  test.each([
    "at = at + interval '1 millisecond'",
    "class = 'ALPR'",
    'commitment = overlay(commitment placing chr(ascii(commitment) # 1) from 1 for 1)',
    'leaf_hash = overlay(leaf_hash placing chr(ascii(leaf_hash) # 1) from 1 for 1)',
  ])('of the leaf: %s', async (change) => {
    await sql(`UPDATE hub_audit.leaf SET ${change} WHERE seq = 6`);
    expect((await log.verify()).findings[0]).toMatchObject({ seq: 6 });
  });

  test('of a checkpoint', async () => {
    const other = `CASE substr(note, 40, 1) WHEN 'x' THEN 'y' ELSE 'x' END`; // One in 64 is an x by itself.
    await sql(`UPDATE hub_audit.checkpoint SET note = overlay(note placing ${other} from 40 for 1) WHERE size = 8`);
    expect(told(await log.verify())[0]).toMatch(/^-: The checkpoint .*in the table is (not one|signed by no known key)/);
  });
});

/** Records 6 to 10 as somebody would write them who knows the format: every hash follows. */
const rewrite = async (change: (record: AuditRecord, seq: number) => AuditRecord, from = 6): Promise<Buffer[]> => {
  const { database } = log;
  const kept = await database.query<{ leaf_hash: string }>('SELECT leaf_hash FROM hub_audit.leaf WHERE seq < $1 ORDER BY seq', [
    from,
  ]);
  const leaves = kept.map(({ leaf_hash }) => Buffer.from(leaf_hash, 'hex'));
  for (let seq = from; seq <= 10; seq += 1) {
    const row = rowOf(
      seq,
      change(record(`op-${seq}`, Date.parse('2026-11-20T09:00:00.000Z') + seq * 1_000), seq),
      Buffer.alloc(32, seq),
    );
    await database.query('UPDATE hub_audit.leaf SET at = $2, commitment = $3, leaf_hash = $4 WHERE seq = $1', [
      ...[seq, row.at, row.commitment, row.leaf_hash],
    ]);
    await database.query('UPDATE hub_audit.record SET at = $2, subject = $3, salt = $4 WHERE seq = $1', [
      ...[seq, row.at, row.subject, row.salt],
    ]);
    leaves.push(Buffer.from(String(row.leaf_hash), 'hex'));
  }
  return leaves;
};

const signAnew = async (leaves: readonly Buffer[], size: number, signer: Signer, time: string): Promise<void> => {
  const frontier = extend(emptyFrontier, leaves.slice(0, size));
  const note = signNote({ origin, size, root: rootOf(frontier), time }, signer);
  await sql(`DELETE FROM hub_audit.cosignature WHERE size = ${size}; DELETE FROM hub_audit.checkpoint WHERE size = ${size}`);
  await log.database.query('INSERT INTO hub_audit.checkpoint VALUES ($1, $2, $3)', [
    ...[size, note, frontier.nodes.map((node) => node.toString('hex'))],
  ]);
};

const another = (one: AuditRecord): AuditRecord => ({ ...one, subject: 'officer-8' });

describe('records', () => {
  test.each<[string, string, RegExp]>([
    ['deleted', 'DELETE FROM hub_audit.record WHERE seq = 6', /^6: The record is gone, and no purge/],
    [
      'deleted with its leaf',
      'DELETE FROM hub_audit.record WHERE seq = 6; DELETE FROM hub_audit.leaf WHERE seq = 6',
      /^6: Record 6 is missing/,
    ],
    [
      'deleted, those behind it moved up',
      ['record', 'leaf']
        .map(
          (table) =>
            `DELETE FROM hub_audit.${table} WHERE seq = 6; UPDATE hub_audit.${table} SET seq = -seq WHERE seq > 6; UPDATE hub_audit.${table} SET seq = -seq - 1 WHERE seq < 0`,
        )
        .join(';'),
      /^6: The leaf is not/,
    ],
    [
      'swapped',
      ['record', 'leaf']
        .map(
          (table) =>
            `UPDATE hub_audit.${table} SET seq = CASE seq WHEN 5 THEN -6 ELSE -5 END WHERE seq IN (5, 6); UPDATE hub_audit.${table} SET seq = -seq WHERE seq < 0`,
        )
        .join(';'),
      /^5: The leaf is not/,
    ],
    [
      'duplicated at the end',
      `INSERT INTO hub_audit.leaf SELECT 11, at, class, commitment, leaf_hash FROM hub_audit.leaf WHERE seq = 10`,
      /^11: The leaf is not/,
    ],
  ])('%s', async (_what, statement, finding) => {
    await sql(statement);
    expect(told(await log.verify())[0]).toMatch(finding);
  });

  test('the first deleted', async () => {
    await sql('DELETE FROM hub_audit.record WHERE seq = 1; DELETE FROM hub_audit.leaf WHERE seq = 1');
    expect(told(await log.verify())[0]).toMatch(/^1: Record 1 is missing/);
  });

  test('duplicated in place, the key of the table dropped', async () => {
    const twice = (entries: Entry[]): Entry[] => entries.flatMap((entry) => (entry.leaf.seq === 6 ? [entry, entry] : [entry]));
    expect(told(await log.verify({ change: twice }))[0]).toMatch(/^6: Record 6 is there twice/);
  });

  test('inserted, with those behind it renumbered and every hash made anew', async () => {
    const renumbered = (entries: Entry[]): Entry[] => {
      const extra = rowOf(6, record('forged', Date.parse('2026-11-20T09:00:05.500Z')), Buffer.alloc(32));
      const all = entries.toSpliced(5, 0, { leaf: { ...extra } as never, record: extra });
      return all.map(({ leaf, record: row }, at) => {
        if (at <= 5) return { leaf, record: row };
        const made = { ...leaf, seq: at + 1 };
        return { leaf: { ...made, leaf_hash: leafHashOver(made).toString('hex') }, record: { ...row, seq: at + 1 } };
      });
    };
    const [first] = told(await log.verify({ change: renumbered }));
    expect(first).toMatch(/^7: The record is not what was committed to/);
  });

  test('rewritten with every hash made anew: the signed root differs, and the last proven place is named', async () => {
    await rewrite(another);
    expect(told(await log.verify())).toEqual([
      expect.stringMatching(/^-: Records 5 to 8: their root is not the one that was signed .* The first 4 records are proven/),
    ]);
  });

  test('rewritten, with the checkpoint taken away: the file still has it', async () => {
    await rewrite(another);
    await sql('DELETE FROM hub_audit.cosignature WHERE size = 8; DELETE FROM hub_audit.checkpoint WHERE size = 8');
    expect(told(await log.verify())).toEqual([]);
    expect(told(await log.verify({ file: true }))).toEqual([expect.stringContaining('Records 5 to 8')]);
  });

  test('a clock set back behind the log: told by the log itself; a record with an earlier time that is not announced shows', async () => {
    const { ledger } = await log.gateway();
    const setBack = log.clock.nowMs - 3_600_000;
    await ledger.append(record('later', setBack));
    const report = await log.verify();
    expect(report.findings).toEqual([]);
    expect(report.notes).toEqual([expect.stringMatching(/^The clock went back 3600 s at record 11, and the log says so/)]);
    const silent = (entries: Entry[]): Entry[] =>
      entries.slice(0, 10).concat(
        entries.slice(11).map(({ leaf, record: row }) => {
          const made = rowOf(11, record('later', setBack), Buffer.alloc(32));
          return { leaf: { ...leaf, ...made } as never, record: { ...row, ...made } };
        }),
      );
    expect(told(await log.verify({ change: silent }))[0]).toMatch(/^11: The clock went back 3600 s, and the log does not say so/);
    expect(log.alerts).toContain('AUDIT_CLOCK');
  });
});

describe('the end', () => {
  test.each([9, 8])('cut off at %i behind the last checkpoint is within what nobody has signed', async (end) => {
    await sql(`DELETE FROM hub_audit.record WHERE seq > ${end}; DELETE FROM hub_audit.leaf WHERE seq > ${end}`);
    expect(await log.verify({ file: true })).toMatchObject({ records: end, findings: [] });
  });

  test('cut off before the last checkpoint', async () => {
    await sql('DELETE FROM hub_audit.record WHERE seq > 7; DELETE FROM hub_audit.leaf WHERE seq > 7');
    expect(told(await log.verify())).toEqual([expect.stringMatching(/^-: The log ends at record 7, but 8 records were signed/)]);
  });

  const rollBack = () =>
    sql(
      'DELETE FROM hub_audit.cosignature WHERE size > 4; DELETE FROM hub_audit.checkpoint WHERE size > 4; DELETE FROM hub_audit.record WHERE seq > 4; DELETE FROM hub_audit.leaf WHERE seq > 4',
    );

  test('rolled back with its checkpoints, the log is whole in itself; against the older checkpoint of the file it is not', async () => {
    await rollBack();
    expect(told(await log.verify())).toEqual([]);
    expect(told(await log.verify({ file: true }))).toEqual([
      expect.stringMatching(/ends at record 4, but 8 records were signed/),
    ]);
  });

  test('rolled back under a gateway: it refuses to write, and to sign', async () => {
    const { ledger, checkpointer } = await log.gateway();
    await rollBack();
    await expect(ledger.append(record('x', log.clock.nowMs))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_ROLLED_BACK']);
    expect(await log.verify()).toMatchObject({ records: 4, signedSize: 4 });
  });

  test('rolled back and grown again: the gateway that starts on it does not sign the fork, and tells', async () => {
    await rollBack();
    await log.append(8);
    const { checkpointer } = await log.gateway();
    await checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_FORKED']);
    expect(await log.verify()).toMatchObject({ records: 12, signedSize: 4, findings: [] });
    expect(told(await log.verify({ file: true }))).toEqual([expect.stringContaining('Records 5 to 8')]);
  });
});

describe('checkpoints', () => {
  test('a fork: two roots that were signed for one size', async () => {
    const leaves = await rewrite(another);
    await signAnew(leaves, 8, log.signer, '2026-11-20T09:00:08.000Z');
    expect(told(await log.verify())).toEqual([]); // Whoever holds key and database can do that,
    const found = told(await log.verify({ file: true })); // and not take back what was given away.
    expect(found).toContainEqual(expect.stringMatching(/^-: Two roots were signed for 8 records .*forked/));
  });

  test('a witness does not sign a fork', async () => {
    const held = { ...log.witness.held };
    const leaves = await rewrite(another);
    await signAnew(leaves, 8, log.signer, '2026-11-20T09:00:08.000Z');
    writeFileSync(log.file, '');
    const { checkpointer } = await log.gateway();
    await checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_CHECKPOINT_FAILED']);
    expect(log.witness.held).toEqual(held);
    expect(told(await log.verify({ witness: true }))).toEqual([]); // That of 4 still counts; the newest has no signature.
    expect(await log.verify({ witness: true })).toMatchObject({ signedSize: 10, witnessedSize: 4 });
  });

  test('signed by a key that had ended by then does not count; one signed while it held does', async () => {
    const next = newSigner();
    const ended = '2026-11-20T09:00:06.000Z';
    const keys = [listed(log.signer, ended), listed(next)];
    expect(told(await log.verify({ keys }))).toEqual([
      expect.stringMatching(/^-: The checkpoint of 8 records in the table is signed by the key \w{8}, which was not valid at/),
    ]);
    expect(await log.verify({ keys })).toMatchObject({ signedSize: 4 });
  });

  test('re-signed by a retired key, dated back: it contradicts what was signed before', async () => {
    const leaves = await rewrite(another);
    const keys = [listed(log.signer, '2026-11-20T10:00:00.000Z'), listed(newSigner())];
    await signAnew(leaves, 8, log.signer, '2026-11-20T09:59:59.000Z');
    expect(told(await log.verify({ keys, file: true }))).toContainEqual(expect.stringMatching(/forked/));
  });

  test('signed by somebody else', async () => {
    const leaves = await rewrite(another);
    await signAnew(leaves, 8, newSigner(), '2026-11-20T09:00:08.000Z');
    expect(told(await log.verify())).toEqual([expect.stringMatching(/of 8 records in the table is signed by no known key/)]);
  });

  test('with an earlier time than the one before it', async () => {
    const rows = await log.database.query<{ leaf_hash: string }>('SELECT leaf_hash FROM hub_audit.leaf ORDER BY seq');
    const leaves = rows.map(({ leaf_hash }) => Buffer.from(leaf_hash, 'hex'));
    await signAnew(leaves, 10, log.signer, '2026-11-20T08:00:00.000Z');
    expect(told(await log.verify())).toEqual([expect.stringMatching(/of 10 records .* is older than that of 8/)]);
  });
});

describe('a checkpointer', () => {
  test('does not continue what a key has signed that it does not know, nor a frontier that is not the signed one', async () => {
    const rows = await log.database.query<{ leaf_hash: string }>('SELECT leaf_hash FROM hub_audit.leaf ORDER BY seq');
    const leaves = rows.map(({ leaf_hash }) => Buffer.from(leaf_hash, 'hex'));
    await signAnew(leaves, 8, newSigner(), '2026-11-20T09:00:08.000Z');
    await (await log.gateway()).checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_KEY_UNKNOWN']);
    await log.restore();
    await sql(
      'UPDATE hub_audit.checkpoint SET frontier = (SELECT frontier FROM hub_audit.checkpoint WHERE size = 4) WHERE size = 8',
    );
    await (await log.gateway()).checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_FORKED']);
    expect(await log.verify()).toMatchObject({ signedSize: 8 });
  });

  test('whose file is away tells, signs on, and writes the file when it is back', async () => {
    const { checkpointer } = await log.gateway();
    const kept = readFileSync(log.file);
    rmSync(log.file);
    mkdirSync(log.file);
    await checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_CHECKPOINT_FAILED']);
    expect(await log.verify({ witness: true })).toMatchObject({ signedSize: 10, witnessedSize: 10, findings: [] });
    rmSync(log.file, { recursive: true });
    writeFileSync(log.file, kept);
    await log.append(1);
    await checkpointer.run();
    expect(splitNotes(readFileSync(log.file, 'utf8'))).toHaveLength(3);
    expect(await log.verify({ file: true })).toMatchObject({ signedSize: 11, findings: [] });
  });

  test('whose witness is away tells, signs on, and has it catch up', async () => {
    const { checkpointer } = await log.gateway();
    const { held } = log.witness;
    log.keys = [];
    await log.append(1);
    await checkpointer.run();
    expect(log.alerts).toEqual(['AUDIT_CHECKPOINT_FAILED']);
    log.keys = [listed(log.signer)];
    expect(log.witness.held).toEqual(held);
    await log.append(1);
    await checkpointer.run();
    expect(await log.verify({ file: true, witness: true })).toMatchObject({ signedSize: 12, witnessedSize: 12, findings: [] });
  });

  test('two gateways on one log sign one history', async () => {
    const [one, two] = [await log.gateway(), await log.gateway()];
    await log.append(3);
    await Promise.all([one.checkpointer.run(), two.checkpointer.run()]);
    expect(log.alerts).toEqual([]);
    expect(await log.verify({ file: true, witness: true })).toMatchObject({ signedSize: 13, witnessedSize: 13, findings: [] });
  });

  test('an exchanged key signs from then on, and what the old one signed still holds', async () => {
    const [before, keys] = [log.signer, log.keys];
    const { checkpointer } = await log.gateway();
    log.clock.nowMs += 60_000;
    log.signer = newSigner();
    log.keys = [listed(before, new Date(log.clock.nowMs).toISOString()), listed(log.signer)];
    await log.append(2);
    await checkpointer.run();
    expect(await log.verify()).toMatchObject({ signedSize: 12, findings: [] });
    expect(told(await log.verify({ keys: [listed(before)] }))).toEqual([expect.stringMatching(/of 12 records .* no known key/)]);
    [log.signer, log.keys] = [before, keys];
  });
});

describe('a purge that is only claimed', () => {
  const claim = async (detail: object, daysLater = 400): Promise<void> => {
    const { ledger } = await log.gateway();
    const atMs = log.clock.nowMs + daysLater * 24 * 3_600_000;
    await ledger.append(record('', atMs, { kind: 'PURGED', class: 'SYSTEM', detail: JSON.stringify(detail) }));
  };
  const all = { class: 'CJI', before: '2027-01-01T00:00:00.000Z', through: 10, count: 1 };

  test('accounts for what it says', async () => {
    await claim(all);
    await sql('DELETE FROM hub_audit.record WHERE seq = 6');
    expect(await log.verify()).toMatchObject({ purged: 1, findings: [] });
  });

  test('accounts for nothing that was younger than a year', async () => {
    await claim(all, 364);
    await sql('DELETE FROM hub_audit.record WHERE seq = 6');
    expect(told(await log.verify())).toEqual([expect.stringMatching(/^6: The record is gone/)]);
  });

  test.each<[string, object]>([
    ['of another class', { ...all, class: 'ALPR' }],
    ['of an earlier time', { ...all, before: '2026-11-20T09:00:01.000Z' }],
    ['of earlier places', { ...all, through: 5 }],
    ['without a place', { ...all, through: undefined }],
    ['of everything', {}],
  ])('accounts for no more: %s', async (_what, detail) => {
    await claim(detail);
    await sql('DELETE FROM hub_audit.record WHERE seq = 6');
    expect(told(await log.verify())).toEqual([expect.stringMatching(/^6: The record is gone/)]);
  });

  test('does not account for what was written after it, nor for what the audit says of itself', async () => {
    await claim({ ...all, through: 99 }, 0);
    await log.append(1);
    await log.append(1, { class: 'SYSTEM' });
    await claim({ ...all, class: 'SYSTEM', through: 99 }, 0);
    await sql('DELETE FROM hub_audit.record WHERE seq IN (12, 13)');
    expect(told(await log.verify()).map((text) => text.slice(0, 2))).toEqual(['12', '13']);
  });
});
