/** A stream's record: what was delivered is on record sooner or later, or the stream ends. */
import { type Intent, openAudit } from '../../../gateway/audit/audit.ts';
import { openLedger } from '../../../gateway/audit/ledger.ts';
import type { AuditRecord } from '../../../gateway/audit/record.ts';
import { HubError } from '../../../schema/errors.ts';
import { anonymous } from '../../../schema/principal.ts';

const intent: Intent = {
  principal: { ...anonymous, operationId: 'op' },
  operationType: 'subscription',
  documentHash: 'hash',
  fields: [],
  denied: [],
  sources: [],
};
const shown = (...entities: string[]) => ({ data: {}, errors: [], entities });

let written: AuditRecord[];
let away: boolean;
let tried: () => void;

const openStream = () => {
  const append = async (record: Parameters<Parameters<typeof openAudit>[0]['ledger']['append']>[0]) => {
    if (away) {
      tried();
      throw new HubError('AUDIT_UNAVAILABLE');
    }
    written.push(record as AuditRecord);
  };
  const ledger = { append, close: async () => {} } as unknown as Parameters<typeof openAudit>[0]['ledger'];
  return openAudit({ ledger, now: () => 0, intervalMs: 1 }).open(intent);
};
const delivered = () => written.filter(({ kind }) => kind === 'STREAM_DELIVERED').flatMap(({ entities }) => entities);

beforeEach(() => {
  written = [];
  away = false;
  tried = () => {};
});

test('keys that could not be written are written with the next ones, none is lost', async () => {
  const stream = await openStream();
  away = true;
  const failed = new Promise<void>((resolve) => {
    tried = () => setImmediate(resolve); // Once the failure has been taken note of.
  });
  await stream.settle(shown('Unit:1'));
  await failed;
  away = false;
  await stream.settle(shown('Unit:2'));
  expect(delivered().sort()).toEqual(['Unit:1', 'Unit:2']);
  await stream.close('COMPLETED');
  expect(delivered()).toHaveLength(2);
});

test('a stream whose record stays away ends with its next event', async () => {
  const stream = await openStream();
  away = true;
  const failed = new Promise<void>((resolve) => {
    tried = () => setImmediate(resolve); // Once the failure has been taken note of.
  });
  await stream.settle(shown('Unit:1'));
  await failed;
  await expect(stream.settle(shown('Unit:2'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
});

test('records wait for a store that hangs up to a bound; behind it they are refused, as if it were away', async () => {
  const hangs = (sql: string) => (sql.includes('INSERT') ? new Promise<never>(() => {}) : Promise.resolve([]));
  const ledger = await openLedger({ exec: async () => {}, query: hangs });
  const record = {
    ...intent,
    at: new Date(0),
    kind: 'REFUSED',
    operationId: 'op',
    subject: 'nobody',
    entities: [],
  } as AuditRecord;
  for (let waiting = 0; waiting < 10_001; waiting += 1) void ledger.append(record); // One is under way, ten thousand wait.
  await expect(ledger.append(record)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
});
