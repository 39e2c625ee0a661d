/** The audit as a deployment has it: signed checkpoints, and a key for each class. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { noteKey, signerOf } from '../../../gateway/audit/note.ts';
import { auditClasses } from '../../../gateway/audit/record.ts';
import type { FieldKeys } from '../../../gateway/audit/seal.ts';
import type { AuditSettings } from '../../../gateway/audit/start.ts';

const origin = 'bench/audit';

export const signedAudit = (): AuditSettings => {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Record<string, unknown>;
  const signer = signerOf(origin, key);
  const known = [noteKey(origin, signer.privateKey)];
  const fieldKeys = Object.fromEntries(
    auditClasses.map((name) => [name, [{ id: 'k', key: randomBytes(32) }]]),
  ) as unknown as FieldKeys;
  return { fieldKeys, checkpoints: { keys: async () => ({ signer, known }), origin, everyRecords: 1_000, everyMs: 60_000 } };
};
