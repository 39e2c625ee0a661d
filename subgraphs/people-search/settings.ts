/** The system's settings, parsed once when it opens; anything wrong is said at once, by the setting's name. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const url = z.url({ protocol: /^https?$/ });
const file = z.string().transform((path, context) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    context.addIssue({ code: 'custom', message: 'names a file that cannot be read' });
    return z.NEVER;
  }
});

const schema = z
  .object({
    PEOPLE_SEARCH_LEDGER_URL: z.string().optional(),
    NODE_ENV: z.string().optional(),
    PEOPLE_SEARCH_LEDGER_SECRET: z.string().min(16).optional(),
    PEOPLE_SEARCH_RECORDTRACE_URL: url.optional(),
    PEOPLE_SEARCH_RECORDTRACE_USER: z.string().default(''),
    PEOPLE_SEARCH_RECORDTRACE_PASSWORD: z.string().default(''),
    PEOPLE_SEARCH_RECORDTRACE_CA: file.optional(),
    PEOPLE_SEARCH_RECORDTRACE_CERT: file.optional(),
    PEOPLE_SEARCH_RECORDTRACE_KEY: file.optional(),
    /** What the contract says that a search costs; shown before the click, never used to reckon. */
    PEOPLE_SEARCH_RECORDTRACE_PRICE_CENTS: z.coerce.number().int().min(0).optional(),
    PEOPLE_SEARCH_RECORDTRACE_PER_MINUTE: count(240),
    PEOPLE_SEARCH_RECORDTRACE_BURST: count(60),
    PEOPLE_SEARCH_PEOPLELINK_URL: url.optional(),
    PEOPLE_SEARCH_PEOPLELINK_CLIENT_ID: z.string().default(''),
    PEOPLE_SEARCH_PEOPLELINK_CLIENT_SECRET: z.string().default(''),
    PEOPLE_SEARCH_PEOPLELINK_CA: file.optional(),
    PEOPLE_SEARCH_PEOPLELINK_PRICE_CENTS: z.coerce.number().int().min(0).optional(),
    PEOPLE_SEARCH_PEOPLELINK_PER_MINUTE: count(240),
    PEOPLE_SEARCH_PEOPLELINK_BURST: count(60),
    PEOPLE_SEARCH_PEOPLELINK_TOKENS_PER_HOUR: count(12),
    /** One search of one vendor, from asking to answer, waits and retries included. */
    PEOPLE_SEARCH_TIMEOUT_MS: count(8_000),
    PEOPLE_SEARCH_BREAKER_RESET_MS: count(15_000),
    PEOPLE_SEARCH_CACHE_MINUTES: count(15),
    /** How long vendors answer a reference code again without billing it again. */
    PEOPLE_SEARCH_RETRY_HOURS: count(24),
    PEOPLE_SEARCH_ANSWER_BYTES: count(2_000_000),
    /** Whom one operation may search for; each costs a search a vendor. */
    PEOPLE_SEARCH_PERSONS_AT_MOST: count(25),
  })
  .refine(({ NODE_ENV, PEOPLE_SEARCH_LEDGER_SECRET }) => NODE_ENV !== 'production' || PEOPLE_SEARCH_LEDGER_SECRET, {
    path: ['PEOPLE_SEARCH_LEDGER_SECRET'],
    // Without one the ledger's hashes are made with a word that stands in the code, and names could be guessed from them.
    message: 'needed with NODE_ENV=production; 16 characters or more, kept where the other secrets are',
  });

export type Settings = z.output<typeof schema>;

export const readSettings = (settings: Readonly<Record<string, string | undefined>>): Settings => {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
};
