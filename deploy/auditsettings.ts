/** The environment → what signs the audit, seals its search terms, and is told when it fails. */
import { z } from 'zod';
import { readWitnessKey } from '../gateway/audit/note.ts';
import { leastDays, type Retention } from '../gateway/audit/retention.ts';
import type { Witness } from '../gateway/audit/sinks.ts';
import type { AuditSettings } from '../gateway/audit/start.ts';
import { isWebhookSecret } from '../schema/webhook.ts';
import { checkpointKeys, fieldKeys, originOf } from './auditkeys.ts';
import { ExpectedError } from './expected.ts';
import type { Environment } from './settings.ts';

const whole = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

const settings = z.object({
  /** On other storage than the database. */
  HUB_AUDIT_CHECKPOINTS: z.string().optional(),
  HUB_AUDIT_CHECKPOINT_RECORDS: whole(1_000),
  HUB_AUDIT_CHECKPOINT_SECONDS: whole(60),
  HUB_AUDIT_WITNESS_URL: z.url().optional(),
  HUB_AUDIT_WITNESS_KEY: z.string().optional(),
  HUB_AUDIT_ALERT_URL: z.url().optional(),
  HUB_WEBHOOK_SECRET: z.string().refine(isWebhookSecret, 'It takes "whsec_" and 24 to 64 bytes in base64.').optional(),
  /** `CJI=1095,ALPR=1825`: days, a year at the least. */
  HUB_AUDIT_RETENTION: z.string().optional(),
  /** A file on this machine; an agency's choice. */
  HUB_AUDIT_SPOOL: z.string().optional(),
});

export const auditSettings = async (environment: Environment, data: string): Promise<AuditSettings> => {
  const parsed = settings.safeParse(environment);
  if (!parsed.success)
    throw new ExpectedError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'));
  const set = parsed.data;
  const place = { environment, data, origin: originOf(environment) };
  await checkpointKeys(place); // What is wrong with them is told at start.
  return {
    checkpoints: {
      keys: () => checkpointKeys(place),
      origin: place.origin,
      everyRecords: set.HUB_AUDIT_CHECKPOINT_RECORDS,
      everyMs: set.HUB_AUDIT_CHECKPOINT_SECONDS * 1_000,
      file: set.HUB_AUDIT_CHECKPOINTS,
      witness: witnessOf(set.HUB_AUDIT_WITNESS_URL, set.HUB_AUDIT_WITNESS_KEY),
    },
    fieldKeys: await fieldKeys(place),
    alertUrl: set.HUB_AUDIT_ALERT_URL,
    webhookSecret: set.HUB_WEBHOOK_SECRET,
    retention: retentionOf(set.HUB_AUDIT_RETENTION),
    spool: set.HUB_AUDIT_SPOOL,
  };
};

const retentionOf = (text: string | undefined): Retention | undefined => {
  if (!text) return undefined;
  const parts = text.split(',').map((part) => /^(GENERAL|CJI|ALPR|COMMERCIAL|BLACK)=(\d{1,6})$/.exec(part.trim()));
  if (parts.some((part) => !part || Number(part[2]) < leastDays))
    throw new ExpectedError(`HUB_AUDIT_RETENTION takes days for each class, ${leastDays} at the least: CJI=1095,ALPR=1825.`);
  return Object.fromEntries(parts.map((part) => [part?.[1], Number(part?.[2])]));
};

const witnessOf = (url: string | undefined, key: string | undefined): Witness | undefined => {
  if (!url && !key) return undefined;
  if (!url || !key) throw new ExpectedError('HUB_AUDIT_WITNESS_URL and HUB_AUDIT_WITNESS_KEY go together.');
  try {
    return { url, key: readWitnessKey(key) };
  } catch {
    throw new ExpectedError('HUB_AUDIT_WITNESS_KEY takes a key of the form name+id+key.');
  }
};
