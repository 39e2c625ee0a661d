/**
 * RecordTrace's wire: one XML document each way, over HTTPS with basic
 * authentication and, where certificates are configured, mutual TLS. The
 * document states the permissible uses and our reference code; a status inside
 * the answer says whether the search was run.
 *
 * The parser gets no chance to expand anything: a document type is refused
 * before parsing, and only the five entities that XML itself defines are read.
 */
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';
import { type Bucket, inTurn } from './limit.ts';
import { e164, isDay } from './query.ts';
import type { Query, Terms, Vendor, VendorAnswer, VendorRecord } from './vendor.ts';
import { VendorError } from './vendor.ts';
import { expectOk, type Reply, type Wire } from './wire.ts';

export interface RecordTraceOptions {
  url: string;
  user: string;
  password: string;
  wire: Wire;
  bucket: Bucket;
  patienceMs: number;
}

export const recordTraceName = 'RecordTrace';

export const recordTrace = ({ url, user, password, wire, bucket, patienceMs }: RecordTraceOptions): Vendor => {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const address = (path: string) => new URL(path, url).href;
  return {
    name: recordTraceName,
    search: async (query, terms, signal) => {
      await inTurn(recordTraceName, bucket, patienceMs, signal);
      const headers = { authorization, 'content-type': 'application/xml; charset=utf-8', accept: 'application/xml' };
      const reply = await wire.send(
        address('/people/search'),
        { method: 'POST', headers, body: requestOf(query, terms) },
        signal,
      );
      return answerOf(reply, terms);
    },
    check: async (signal) =>
      expectOk(recordTraceName, await wire.send(address('/health'), { method: 'GET', headers: { authorization } }, signal)),
    close: wire.close,
  };
};

const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: true });

export const requestOf = (query: Query, terms: Terms): string => {
  const [year, month, day] = query.dateOfBirth?.split('-') ?? [];
  const text: string = builder.build({
    PersonSearchRequest: {
      User: {
        ReferenceCode: terms.referenceCode,
        DPPAPurpose: terms.dppa,
        GLBPurpose: terms.glb,
        SSNMask: terms.ssnMask,
        DOBMask: 'NONE',
        IncludeMinors: 0,
      },
      SearchBy: {
        ...(query.name && { Name: { Full: query.name } }),
        ...(year && { DOB: { Year: year, Month: month, Day: day } }),
        ...(query.address && { Address: { Full: query.address } }),
        ...(query.phone && { Phone10: query.phone.replace(/^\+1/, '') }),
      },
    },
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text}`;
};

const lists = new Set(['Record', 'Name', 'Address', 'Phone', 'Email']);
const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  maxNestedTags: 12,
  isArray: (name) => lists.has(name),
});

const text = z
  .string()
  .max(300)
  .transform((value) => value.replace(/&(lt|gt|amp|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});/g, decoded));
const required = text.refine((value) => value.trim() !== '');
const optional = text.transform((value) => value.trim() || undefined).optional();
const day = z.string().refine(isDay);
const listOf = <Item extends z.ZodType>(tag: string, item: Item) =>
  z
    .union([z.object({ [tag]: z.array(item).max(50) }), z.literal('')])
    .optional()
    .transform((holder) => (holder ? ((holder as Record<string, z.output<Item>[]>)[tag] ?? []) : []));

const record = z.object({
  '@_id': required,
  Names: listOf('Name', z.object({ First: optional, Middle: optional, Last: optional, Suffix: optional })),
  DOB: day.optional(),
  SSN: z
    .string()
    .regex(/^(\d{3}-\d{2}|XXX-XX)-\d{4}$/)
    .optional(),
  Addresses: listOf(
    'Address',
    z.object({
      Street: required,
      City: optional,
      State: optional,
      Zip: optional,
      FirstSeen: day.optional(),
      LastSeen: day.optional(),
    }),
  ),
  Phones: listOf('Phone', z.object({ Number: required, Type: optional })),
  Emails: listOf('Email', required),
  AsOf: day.optional(),
  Synthetic: z.enum(['0', '1']).default('0'),
});

const response = z.object({
  PersonSearchResponse: z.object({
    Header: z.object({
      Status: z.string().regex(/^\d{1,4}$/),
      Charge: z.string().regex(/^\d{1,4}\.\d{2}$/),
      ReferenceCode: text.optional(),
    }),
    Records: listOf('Record', record),
  }),
});

export const answerOf = (reply: Reply, { referenceCode, ssnMask }: Terms): VendorAnswer => {
  expectOk(recordTraceName, reply);
  const parsed = response.safeParse(treeOf(reply.text));
  if (!parsed.success) throw invalid('the answer is not a search response');
  const { Header, Records } = parsed.data.PersonSearchResponse;
  if (Header.Status !== '0') throw new VendorError(recordTraceName, 'SOURCE_REFUSED', `vendor status ${Header.Status}`);
  if (Header.ReferenceCode !== referenceCode) throw invalid('the answer is to another search');
  return { records: Records.map((item) => recordOf(item, ssnMask)), chargedCents: Math.round(Number(Header.Charge) * 100) };
};

const treeOf = (xml: string): unknown => {
  if (/<!\s*(DOCTYPE|ENTITY)/i.test(xml)) throw invalid('the answer brings a document type');
  if (XMLValidator.validate(xml) !== true) throw invalid('the answer is not well-formed XML');
  try {
    return parser.parse(xml);
  } catch {
    throw invalid('the answer is not XML that can be read');
  }
};

const recordOf = (item: z.output<typeof record>, ssnMask: Terms['ssnMask']): VendorRecord => ({
  id: item['@_id'],
  names: item.Names.map(({ First, Middle, Last, Suffix }) => [First, Middle, Last, Suffix].filter(Boolean).join(' ')).filter(
    Boolean,
  ),
  dateOfBirth: item.DOB,
  addresses: item.Addresses.map(({ Street, City, State, Zip, FirstSeen, LastSeen }) => ({
    address: [Street, City, [State, Zip].filter(Boolean).join(' ')].filter(Boolean).join(', '),
    firstSeen: FirstSeen,
    lastSeen: LastSeen,
  })),
  phones: item.Phones.map(({ Number: number, Type }) => ({ number: e164(number) ?? number, kind: Type?.toLowerCase() })),
  emails: item.Emails,
  ssnLast4: item.SSN?.slice(-4),
  // A vendor that forgets the mask must not undo it.
  ssn: ssnMask === 'NONE' && item.SSN && /^\d/.test(item.SSN) ? item.SSN : undefined,
  observedAt: item.AsOf ? new Date(`${item.AsOf}T00:00:00Z`) : undefined,
  synthetic: item.Synthetic === '1',
});

const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

const decoded = (whole: string, entity: string): string => {
  if (!entity.startsWith('#')) return named[entity] ?? whole;
  const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  const valid = code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? String.fromCodePoint(code) : '';
};

const invalid = (reason: string): VendorError => new VendorError(recordTraceName, 'SOURCE_INVALID', reason);
