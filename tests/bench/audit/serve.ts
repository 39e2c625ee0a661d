/** `DATABASE on|off`: a small federation with the audit as a deployment has it, or without. Ends with its standard input. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { withoutAudit } from '../../../gateway/audit/audit.ts';
import { noteKey, signerOf } from '../../../gateway/audit/note.ts';
import { auditClasses } from '../../../gateway/audit/record.ts';
import type { FieldKeys } from '../../../gateway/audit/seal.ts';
import { openDatabase } from '../../../subgraphs/kit/database.ts';
import { startToyHub } from '../../federation/harness.ts';

const [url = '', mode] = process.argv.slice(2);

const incidents = Array.from({ length: 25 }, (_, at) => ({
  id: `inc-${at}`,
  number: `B-${24_000 + at}-22`,
  type: '21',
  priority: '2B',
  address: `${100 + at} Main St`,
  receivedAt: '2022-02-20T18:42:11.123Z',
}));

const cad = {
  name: 'cad',
  sdl: `
    type Query { incidents(district: String! @reads(fields: [])): [Incident!]! @authenticated }
    type Incident @key(fields: "id") @authenticated {
      id: ID! number: String! type: String! priority: String! address: String! receivedAt: String!
    }
  `,
  resolvers: { Query: { incidents: () => incidents } },
};

const origin = 'bench/audit';
const signer = signerOf(origin, generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Record<string, unknown>);
const known = [noteKey(origin, signer.privateKey)];
const fieldKeys = Object.fromEntries(
  auditClasses.map((name) => [name, [{ id: 'k', key: randomBytes(32) }]]),
) as unknown as FieldKeys;

const database = await openDatabase(url);
const audit = { fieldKeys, checkpoints: { keys: async () => ({ signer, known }), origin, everyRecords: 1_000, everyMs: 60_000 } };
const hub = await startToyHub({
  subgraphs: [cad],
  database,
  audit: mode === 'on' ? audit : {},
  env: { HUB_LIMIT_RATE: '100000000' },
});
if (mode === 'off') hub.gateway.hub.audit = withoutAudit;
const token = await hub.issuer.token(['detective'], { sub: 'officer-7' });
process.stdout.write(`${JSON.stringify({ url: hub.gateway.url, token })}\n`);
process.stdin.resume().once('end', () => {
  void hub
    .close()
    .then(() => database.close())
    .then(() => process.exit(0));
});
