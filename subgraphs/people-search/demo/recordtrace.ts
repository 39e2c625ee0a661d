/** The stand-in of an XML vendor: basic authentication, mutual TLS, permissible-use codes, and a status inside HTTP 200. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Desk, type Fault, type Search, sendHuge } from './desk.ts';
import { disagreementOf, misspell, type Residence, type SyntheticPerson, shiftDays } from './persons.ts';

export interface Credentials {
  user: string;
  password: string;
}

const parser = new XMLParser({ parseTagValue: false, processEntities: true });
const builder = new XMLBuilder({ ignoreAttributes: false });

export const answerRecordTrace = async (
  desk: Desk,
  credentials: Credentials,
  request: IncomingMessage,
  response: ServerResponse,
) => {
  if (desk.isDown()) return response.writeHead(503).end();
  const expected = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  if (request.headers.authorization !== expected) return response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
  if (request.url === '/health') return response.writeHead(200).end('OK');
  if (request.url !== '/people/search' || request.method !== 'POST') return response.writeHead(404).end();
  const wait = desk.admit();
  if (wait !== undefined) {
    desk.fault();
    return response.writeHead(429, { 'retry-after': String(wait) }).end();
  }
  const body = await bodyOf(request);
  const [status, search] = searchOf(body);
  if (!search) return send(response, refusal(status));
  const booking = desk.book(search);
  if (!booking) return send(response, refusal(409));
  const persons = booking.persons.filter((person) => !disagreementOf('RecordTrace', person).missing);
  const charge = (booking.chargedCents / 100).toFixed(2);
  const header = { Status: 0, Message: 'OK', ReferenceCode: search.referenceCode, Charge: charge };
  const records = persons.map((person) => recordOf(person, search));
  const xml = document({ Header: header, Records: records.length > 0 ? { Record: records } : '' });
  return failing(desk.fault(), xml, request, response);
};

const failing = (fault: Fault | undefined, xml: string, request: IncomingMessage, response: ServerResponse): unknown => {
  if (fault === 'error') return response.writeHead(500).end('Internal error');
  if (fault === 'hangup') return request.socket.destroy();
  if (fault === 'slow') return;
  if (fault === 'huge') return sendHuge(response.writeHead(200, { 'content-type': 'application/xml' }), '<PersonSearchResponse>');
  if (fault === 'malformed') return send(response, xml.slice(0, xml.length - 40));
  if (fault === 'bomb') return send(response, bomb);
  if (fault === 'types') return send(response, xml.replace(/<Charge>[^<]*<\/Charge>/, '<Charge><Amount>many</Amount></Charge>'));
  if (fault === 'proto') return send(response, proto(xml));
  return send(response, xml);
};

const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
const bomb = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">${levels}]><PersonSearchResponse>&l9;</PersonSearchResponse>`;
const proto = (xml: string): string =>
  xml.replace(
    '<Header>',
    '<__proto__><polluted>1</polluted></__proto__><constructor><polluted>1</polluted></constructor><Header>',
  );

/** The vendor's own numbers: 301 and 302 for a missing or unknown permissible use, 303 no reference code, 304 nothing to search by. */
const searchOf = (body: string): [number, Search | undefined] => {
  if (body.length === 0 || /<!DOCTYPE/i.test(body) || XMLValidator.validate(body) !== true) return [300, undefined];
  const { User = {}, SearchBy = {} } = parser.parse(body).PersonSearchRequest ?? {};
  const [dppa, glb] = [Number(User.DPPAPurpose), Number(User.GLBPurpose)];
  if (!(dppa >= 1 && dppa <= 7)) return [301, undefined];
  if (!(Number.isInteger(glb) && ((glb >= 0 && glb <= 7) || glb === 11 || glb === 12))) return [302, undefined];
  if (!User.ReferenceCode || !['LAST4', 'NONE'].includes(User.SSNMask)) return [303, undefined];
  const { Year, Month, Day } = SearchBy.DOB ?? {};
  const question = {
    name: SearchBy.Name?.Full,
    dateOfBirth: Year && `${Year}-${Month}-${Day}`,
    address: SearchBy.Address?.Full,
    phone: SearchBy.Phone10,
  };
  if (!question.phone && !(question.name && (question.dateOfBirth || question.address))) return [304, undefined];
  return [0, { referenceCode: String(User.ReferenceCode), dppa, glb, ssnMask: User.SSNMask, question }];
};

/** Without a GLB purpose the record lacks what financial institutions stated: the number and the telephones. */
const recordOf = (person: SyntheticPerson, { ssnMask, glb }: Search): object => {
  const { birthDateOffByOne, misspelled } = disagreementOf('RecordTrace', person);
  const last = misspelled ? misspell(person.last) : person.last;
  const upper = { First: person.first.toUpperCase(), Middle: person.middle.toUpperCase(), Last: last.toUpperCase() };
  return {
    '@_id': `RT${person.seed.toUpperCase()}`,
    Names: { Name: [upper] },
    DOB: birthDateOffByOne ? shiftDays(person.dateOfBirth, 1) : person.dateOfBirth,
    ...(glb !== 0 && { SSN: ssnMask === 'NONE' ? person.ssn : `XXX-XX-${person.ssn.slice(-4)}` }),
    Addresses: { Address: person.residences.map(addressOf) },
    ...(glb !== 0 && {
      Phones: { Phone: person.phones.map((digits, at) => ({ Number: dashed(digits), Type: at === 0 ? 'MOBILE' : 'LANDLINE' })) },
    }),
    Emails: { Email: [person.email.toUpperCase()] },
    AsOf: '2022-09-30',
    Synthetic: 1,
  };
};

const short: Record<string, string> = { Street: 'ST', Avenue: 'AVE', Drive: 'DR', Boulevard: 'BLVD', Court: 'CT' };

const addressOf = ({ number, street, suffix, unit, zip, from, to }: Residence): object => ({
  Street: [number, street.toUpperCase(), short[suffix] ?? suffix, unit && `APT ${unit}`].filter(Boolean).join(' '),
  City: 'NEW ORLEANS',
  State: 'LA',
  Zip: `${zip}-0001`,
  FirstSeen: from,
  LastSeen: to,
});

const dashed = (digits: string): string => digits.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1-$2-$3');

const document = (content: object): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ PersonSearchResponse: content })}`;
const refusal = (status: number): string =>
  document({ Header: { Status: status, Message: 'Refused', Charge: '0.00' }, Records: '' });
const send = (response: ServerResponse, xml: string): unknown =>
  response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);

export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > 100_000) return '';
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString();
};
