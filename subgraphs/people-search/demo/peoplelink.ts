/** The stand-in of a JSON vendor: OAuth 2 client credentials, throttled by the hour, and answers in pages of one record. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Desk, type Fault, type Search, sendHuge } from './desk.ts';
import { disagreementOf, misspell, type Residence, type SyntheticPerson, shiftDays } from './persons.ts';
import { bodyOf } from './recordtrace.ts';

export interface PeopleLinkState {
  desk: Desk;
  clientId: string;
  clientSecret: string;
  tokenSeconds: number;
  tokensPerHour: number;
  /** Live tokens, with the instant at which each expires. */
  tokens: Map<string, number>;
  /** When tokens were asked for. */
  granted: number[];
}

const requestSchema = z.object({
  referenceCode: z.string().min(1).max(64),
  permissibleUse: z.object({
    dppa: z.number().int().min(1).max(7),
    glb: z.union([z.number().int().min(0).max(7), z.literal(11), z.literal(12)]),
  }),
  ssnMask: z.enum(['LAST4', 'NONE']),
  includeMinors: z.boolean(),
  subject: z.object({ name: z.string(), dateOfBirth: z.string(), address: z.string(), phone: z.string() }).partial(),
  cursor: z.string().optional(),
});

export const answerPeopleLink = async (
  state: PeopleLinkState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<unknown> => {
  if (state.desk.isDown()) return json(response, 503, { error: 'unavailable' });
  if (request.url === '/oauth/token' && request.method === 'POST') return grant(state, request, response);
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  if ((state.tokens.get(token) ?? 0) <= Date.now()) return json(response, 401, { error: 'invalid_token' });
  if (request.url === '/v2/status') return json(response, 200, { status: 'up' });
  if (request.url !== '/v2/people/search' || request.method !== 'POST') return json(response, 404, { error: 'not_found' });
  const wait = state.desk.admit();
  if (wait !== undefined) {
    state.desk.fault();
    return json(response, 429, { error: 'rate_limited' }, { 'retry-after': String(wait) });
  }
  return search(state, await bodyOf(request), request, response);
};

const search = (state: PeopleLinkState, body: string, request: IncomingMessage, response: ServerResponse): unknown => {
  const parsed = requestSchema.safeParse(parseOr(body));
  if (!parsed.success) return json(response, 400, { error: 'invalid_request' });
  const { referenceCode, permissibleUse, ssnMask, subject, cursor } = parsed.data;
  const phone = subject.phone?.replace(/^\+1/, '');
  if (!phone && !(subject.name && (subject.dateOfBirth || subject.address)))
    return json(response, 400, { error: 'invalid_subject' });
  const asked: Search = { referenceCode, ...permissibleUse, ssnMask, question: { ...subject, phone } };
  const booking = state.desk.book(asked);
  if (!booking) return json(response, 409, { error: 'reference_code_reused' });
  const persons = booking.persons.filter((person) => !disagreementOf('PeopleLink', person).missing);
  const at = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64url').toString());
  const page = {
    referenceCode,
    chargeCents: booking.chargedCents,
    records: persons.slice(at, at + 1).map((person) => recordOf(person, asked)),
    nextCursor: at + 1 < persons.length ? Buffer.from(String(at + 1)).toString('base64url') : null,
  };
  return failing(state, JSON.stringify(page), request, response);
};

const failing = (state: PeopleLinkState, page: string, request: IncomingMessage, response: ServerResponse): unknown => {
  const fault: Fault | undefined = state.desk.fault();
  if (fault === 'error') return json(response, 500, { error: 'server_error' });
  if (fault === 'hangup') return request.socket.destroy();
  if (fault === 'slow') return;
  if (fault === 'huge') return sendHuge(response.writeHead(200, { 'content-type': 'application/json' }), '[');
  if (fault === 'malformed') return send(response, page.slice(0, page.length - 5));
  if (fault === 'bomb') return send(response, '['.repeat(500_000));
  if (fault === 'types') return send(response, page.replace(/"chargeCents":\d+/, '"chargeCents":{"amount":"many"}'));
  if (fault === 'proto')
    return send(response, `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${page.slice(1)}`);
  if (fault === 'expire') state.tokens.clear();
  return send(response, page);
};

const grant = async (state: PeopleLinkState, request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
  const form = new URLSearchParams(await bodyOf(request));
  const now = Date.now();
  state.granted = state.granted.filter((at) => at > now - 3_600_000);
  if (state.granted.length >= state.tokensPerHour) return json(response, 429, { error: 'slow_down' }, { 'retry-after': '3600' });
  state.granted.push(now);
  const expected = `Basic ${Buffer.from(`${state.clientId}:${state.clientSecret}`).toString('base64')}`;
  if (request.headers.authorization !== expected) return json(response, 401, { error: 'invalid_client' });
  if (form.get('grant_type') !== 'client_credentials') return json(response, 400, { error: 'unsupported_grant_type' });
  const token = randomBytes(24).toString('base64url');
  state.tokens.set(token, now + state.tokenSeconds * 1000);
  return json(response, 200, {
    access_token: token,
    token_type: 'Bearer',
    expires_in: state.tokenSeconds,
    scope: 'people.search',
  });
};

/** Without a GLB purpose the record lacks what financial institutions stated. */
const recordOf = (person: SyntheticPerson, { ssnMask, glb }: Search): object => {
  const { birthDateOffByOne, misspelled, oldAddress } = disagreementOf('PeopleLink', person);
  const last = misspelled ? misspell(person.last) : person.last;
  const residences = oldAddress ? person.residences.slice(1) : person.residences;
  return {
    recordId: `pl-${person.seed}`,
    names: [`${person.first} ${person.middle} ${last}`, `${last}, ${person.first}`],
    birthDate: birthDateOffByOne ? shiftDays(person.dateOfBirth, -1) : person.dateOfBirth,
    ssn: glb === 0 ? null : ssnMask === 'NONE' ? person.ssn : `***-**-${person.ssn.slice(-4)}`,
    addresses: residences.map((residence) => ({ line: lineOf(residence), from: residence.from, to: residence.to })),
    phones: glb === 0 ? [] : person.phones.slice(0, 1).map((digits) => ({ number: bracketed(digits), lineType: 'mobile' })),
    emails: [person.email],
    updatedAt: '2022-10-02T00:00:00Z',
    synthetic: true,
  };
};

const lineOf = ({ number, street, suffix, unit, zip }: Residence): string =>
  `${number} ${street} ${suffix}${unit ? ` #${unit}` : ''}, New Orleans, Louisiana ${zip}`;

const bracketed = (digits: string): string => digits.replace(/^(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');

const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): unknown =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const send = (response: ServerResponse, body: string): unknown =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);

const parseOr = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
