/** Records → rows and leaves, against text and SHA-256 sums that were made by hand, and against the verifier's own reading. */
import { commitmentOver, leafHashOver } from '../../../deploy/verifier/bytes.ts';
import { type AuditRecord, commitmentOf, leafOf, payloadColumns, payloadOf, rowOf } from '../../../gateway/audit/record.ts';

const least: AuditRecord = {
  at: new Date('2022-02-20T18:42:11.123Z'),
  kind: 'INTENT',
  operationId: 'op-1',
  subject: 'officer-7',
  fields: [],
  denied: [],
  entities: [],
  sources: [],
};
const full: AuditRecord = {
  at: new Date('2022-02-20T12:42:11.500-06:00'),
  kind: 'OUTCOME',
  class: 'CJI',
  operationId: 'op-1',
  subject: 'officer-7',
  ori: 'LANPD0000',
  purpose: 'C',
  caseNumber: 'B-24020-22',
  reason: 'follow-up: "café"',
  operationName: 'Look',
  operationType: 'query',
  documentHash: 'ab12',
  fields: ['Query.person', 'Person.ssn'],
  denied: ['Person.dob: rms:persons'],
  entities: ['Person:1'],
  sources: ['rms', 'hub'],
  durationMs: 377,
  outcome: 'PARTIAL',
  sourceAddress: '192.0.2.7:50123',
  destinationAddress: '127.0.0.1:4000',
  bytesIn: 312,
  search: 'v1.CJI.k.iv.text.tag',
  detail: '{"a":1}',
};

const leastText =
  '[1,"2022-02-20T18:42:11.123Z","GENERAL","INTENT","op-1","officer-7",null,null,null,null,null,null,null,[],[],[],[],null,null,null,null,null,null,null]';
const fullText =
  '[2,"2022-02-20T18:42:11.500Z","CJI","OUTCOME","op-1","officer-7","LANPD0000","C","B-24020-22","follow-up: \\"café\\"","Look","query","ab12",["Query.person","Person.ssn"],["Person.dob: rms:persons"],["Person:1"],["rms","hub"],377,"PARTIAL","192.0.2.7:50123","127.0.0.1:4000",312,"v1.CJI.k.iv.text.tag","{\\"a\\":1}"]';
const salt = Buffer.alloc(32, 7);
/** { printf '\07%.0s' {1..32}; printf '%s' "$fullText"; } | sha256sum */
const fullCommitment = '6a7d8c329e5cc1f59e4bb323ae458e617e1a0faff9b3ee5d597b6bed8cfae3c5';
/** printf '\0rtcc-hub audit leaf v1\n2\n2022-02-20T18:42:11.500Z\nCJI\n%s\n' "$fullCommitment" | sha256sum */
const fullLeaf = 'acf16e9b79e474dd92327ee5b7d21e6b16cedf99b8cd1d47ca84f1c70a1af63a';

test('what is committed to is a JSON array of the values in the order of the format', () => {
  expect(JSON.stringify(payloadOf(1, least))).toBe(leastText);
  expect(JSON.stringify(payloadOf(2, full))).toBe(fullText);
});

describe('a column that came later', () => {
  test('is behind the others where it holds something, with those before it', () => {
    const text = JSON.stringify(payloadOf(1, { ...least, onBehalfOf: 'LANPD0000' }));
    expect(text).toBe(`${leastText.slice(0, -1)},null,"LANPD0000"]`);
  });

  test('makes another commitment, and the verifier comes to the same', () => {
    const parts: Partial<AuditRecord>[] = [
      { bytesOut: 0 },
      { onBehalfOf: 'LANPD0000' },
      { terms: ['a'] },
      { spooledAt: new Date('2026-11-20T09:00:00.000Z') },
    ];
    const rows = [{}, ...parts].map((part) => rowOf(2, { ...full, ...part }, salt));
    expect(new Set(rows.map(({ commitment }) => commitment)).size).toBe(rows.length);
    for (const row of rows) expect(commitmentOver(row)).toBe(row.commitment);
  });
});

test('a commitment is the SHA-256 of salt and text, a leaf that of a zero byte and what is kept for ever', () => {
  expect(commitmentOf(salt, payloadOf(2, full))).toBe(fullCommitment);
  expect(leafOf(2, '2022-02-20T18:42:11.500Z', 'CJI', fullCommitment).toString('hex')).toBe(fullLeaf);
});

test('a row holds what was committed to, the salt, and the leaf', () => {
  const row = rowOf(2, full, salt);
  expect(row).toMatchObject({ seq: 2, class: 'CJI', case_number: 'B-24020-22', entities: ['Person:1'], duration_ms: 377 });
  expect(row).toMatchObject({ salt: salt.toString('hex'), commitment: fullCommitment, leaf_hash: fullLeaf });
  expect(Object.keys(row).slice(0, payloadColumns.length)).toEqual([...payloadColumns]);
  expect(rowOf(1, least, salt)).toMatchObject({ ori: null, outcome: null, fields: [], class: 'GENERAL' });
});

test.each<[string, AuditRecord]>([
  ['the least', least],
  ['the most', full],
  ['odd text', { ...full, reason: 'tab\t line\n \u0001\u001f \u2028 "\\/" 😀 é', subject: '\u007f', entities: ['', ',', '"'] }],
])('the verifier, from the format alone, comes to the same sums: %s', (_what, record) => {
  const row = rowOf(7, record, salt);
  expect(commitmentOver(row)).toBe(row.commitment);
  expect(leafHashOver(row as never).toString('hex')).toBe(row.leaf_hash);
});

test.each<[string, Partial<AuditRecord>]>([
  ['the time', { at: new Date('2022-02-20T18:42:11.501Z') }],
  ['the class', { class: 'ALPR' }],
  ['the kind', { kind: 'INTENT' }],
  ['the operation', { operationId: 'op-2' }],
  ['the subject', { subject: 'officer-8' }],
  ['the agency', { ori: undefined }],
  ['the purpose', { purpose: 'D' }],
  ['the case', { caseNumber: 'B-24020-23' }],
  ['the reason', { reason: 'follow-up: "cafe"' }],
  ['the name', { operationName: 'look' }],
  ['the type', { operationType: 'mutation' }],
  ['the document', { documentHash: 'ab13' }],
  ['a field', { fields: ['Query.person'] }],
  ['how fields are divided', { fields: ['Query.person,Person.ssn'] }],
  ['a denial', { denied: [] }],
  ['an entity', { entities: ['Person:2'] }],
  ['the order of sources', { sources: ['hub', 'rms'] }],
  ['the duration', { durationMs: 378 }],
  ['the outcome', { outcome: 'OK' }],
  ['where it came from', { sourceAddress: '192.0.2.8:50123' }],
  ['where it came to', { destinationAddress: undefined }],
  ['its length', { bytesIn: 313 }],
  ['what was searched for', { search: 'v1.CJI.k.iv.texu.tag' }],
  ['the detail', { detail: '{"a":2}' }],
  ['a value that moves to the next column', { outcome: undefined, documentHash: 'PARTIAL' }],
])('another commitment comes of another record: %s', (_what, change) => {
  expect(commitmentOf(salt, payloadOf(2, { ...full, ...change }))).not.toBe(fullCommitment);
});

test('the same record under another salt, or at another place, is another commitment: nothing is guessed from a leaf', () => {
  expect(commitmentOf(Buffer.alloc(32, 8), payloadOf(2, full))).not.toBe(fullCommitment);
  expect(commitmentOf(salt, payloadOf(3, full))).not.toBe(fullCommitment);
});

test('what a database cannot store is replaced before it is committed to', () => {
  const row = rowOf(1, { ...least, subject: 'a\0b', reason: 'half a pair: \uD83D', entities: ['Person:\0', 'Person:😀'] }, salt);
  expect(row).toMatchObject({ subject: 'a\uFFFDb', reason: 'half a pair: \uFFFD', entities: ['Person:\uFFFD', 'Person:😀'] });
  expect(commitmentOver(row)).toBe(row.commitment);
});
