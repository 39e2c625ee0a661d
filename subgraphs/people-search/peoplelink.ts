/**
 * PeopleLink's wire: JSON over HTTPS with OAuth 2 client credentials. The token
 * endpoint is throttled by the hour, so a token is kept until it expires and
 * every search shares it. An answer comes in pages under one reference code; a
 * token that dies between two pages is replaced and the page asked again.
 */
import { z } from 'zod';
import { type Bucket, inTurn } from './limit.ts';
import { e164, isDay } from './query.ts';
import { openTokens, type TokenOptions } from './token.ts';
import type { Query, Terms, Vendor, VendorAnswer, VendorRecord } from './vendor.ts';
import { VendorError } from './vendor.ts';
import { expectOk, type Reply, type Wire } from './wire.ts';

export interface PeopleLinkOptions extends Omit<TokenOptions, 'vendor'> {
  bucket: Bucket;
  patienceMs: number;
}

export const peopleLinkName = 'PeopleLink';

const mostPages = 10;

export const peopleLink = ({ bucket, patienceMs, ...options }: PeopleLinkOptions): Vendor => {
  const { url, wire } = options;
  const tokens = openTokens({ ...options, vendor: peopleLinkName });
  const post = async (body: object, signal: AbortSignal): Promise<Reply> => {
    await inTurn(peopleLinkName, bucket, patienceMs, signal);
    return tokens.authorized((authorization) => {
      const headers = { authorization, 'content-type': 'application/json', accept: 'application/json' };
      return wire.send(new URL('/v2/people/search', url).href, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
    }, signal);
  };
  return {
    name: peopleLinkName,
    search: (query, terms, signal) => pages((cursor) => post(requestOf(query, terms, cursor), signal), terms),
    check: async (signal) => {
      const status = (authorization: string) => statusOf(wire, url, authorization, signal);
      expectOk(peopleLinkName, await tokens.authorized(status, signal));
    },
    close: wire.close,
  };
};

const statusOf = (wire: Wire, url: string, authorization: string, signal: AbortSignal): Promise<Reply> =>
  wire.send(new URL('/v2/status', url).href, { method: 'GET', headers: { authorization } }, signal);

export const requestOf = (query: Query, terms: Terms, cursor: string | undefined): object => ({
  referenceCode: terms.referenceCode,
  permissibleUse: { dppa: terms.dppa, glb: terms.glb },
  ssnMask: terms.ssnMask,
  includeMinors: false,
  subject: query,
  ...(cursor !== undefined && { cursor }),
});

const pages = async (ask: (cursor: string | undefined) => Promise<Reply>, terms: Terms): Promise<VendorAnswer> => {
  const records: VendorRecord[] = [];
  let chargedCents = 0;
  let cursor: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const page = pageOf(await ask(cursor), terms);
    records.push(...page.records.map((item) => recordOf(item, terms.ssnMask)));
    chargedCents = Math.max(chargedCents, page.chargeCents);
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined) return { records, chargedCents };
  }
  throw invalid('the answer has too many pages');
};

const text = z.string().trim().min(1).max(300);
const day = z.string().refine(isDay);
const record = z.object({
  recordId: text,
  names: z.array(text).max(50).default([]),
  birthDate: day.nullish(),
  ssn: z
    .string()
    .regex(/^(\d{3}-\d{2}|\*{3}-\*{2})-\d{4}$/)
    .nullish(),
  addresses: z
    .array(z.object({ line: text, from: day.nullish(), to: day.nullish() }))
    .max(50)
    .default([]),
  phones: z
    .array(z.object({ number: text, lineType: text.nullish() }))
    .max(50)
    .default([]),
  emails: z.array(text).max(50).default([]),
  updatedAt: z.iso.datetime().nullish(),
  synthetic: z.boolean().default(false),
});
const responsePage = z.object({
  referenceCode: z.string(),
  chargeCents: z.number().int().min(0).max(1_000_000),
  records: z.array(record).max(50),
  nextCursor: z.string().max(500).nullish(),
});

export const pageOf = (reply: Reply, { referenceCode }: Terms): z.output<typeof responsePage> => {
  expectOk(peopleLinkName, reply);
  const parsed = responsePage.safeParse(jsonOf(reply.text));
  if (!parsed.success) throw invalid('the answer is not a page of a search');
  if (parsed.data.referenceCode !== referenceCode) throw invalid('the answer is to another search');
  return parsed.data;
};

const jsonOf = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('the answer is not JSON'); // The parser's own message would quote it.
  }
};

const recordOf = (item: z.output<typeof record>, ssnMask: Terms['ssnMask']): VendorRecord => ({
  id: item.recordId,
  names: item.names,
  dateOfBirth: item.birthDate ?? undefined,
  addresses: item.addresses.map(({ line, from, to }) => ({
    address: line,
    firstSeen: from ?? undefined,
    lastSeen: to ?? undefined,
  })),
  phones: item.phones.map(({ number, lineType }) => ({ number: e164(number) ?? number, kind: lineType?.toLowerCase() })),
  emails: item.emails,
  ssnLast4: item.ssn?.slice(-4),
  // A vendor that forgets the mask must not undo it.
  ssn: ssnMask === 'NONE' && item.ssn && /^\d/.test(item.ssn) ? item.ssn : undefined,
  observedAt: item.updatedAt ? new Date(item.updatedAt) : undefined,
  synthetic: item.synthetic,
});

const invalid = (reason: string): VendorError => new VendorError(peopleLinkName, 'SOURCE_INVALID', reason);
