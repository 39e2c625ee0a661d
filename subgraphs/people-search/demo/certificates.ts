/**
 * Certificates for the stand-in vendors, made anew at each start: an authority,
 * a server on this machine and a client. Node makes keys and signatures but no
 * certificates, so the few fields of X.509 (RFC 5280) that TLS looks at are
 * written here in DER. The keys live as long as the process.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Certificate {
  cert: string;
  key: string;
}

export interface Certificates {
  ca: string;
  server: Certificate;
  client: Certificate;
}

export const makeCertificates = (nowMs = Date.now()): Certificates => {
  const authority = pair();
  const name = 'Stand-in vendors';
  const validity = { from: nowMs - 86_400_000, to: nowMs + 365 * 86_400_000 };
  const issue = (subject: string, keys: Pair, extensions: Buffer[]): Certificate => ({
    cert: certificate({ issuer: name, subject, publicKey: keys.publicKey, signer: authority.privateKey, validity, extensions }),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
  const ca = issue(name, authority, [basicConstraints(true), keyUsage(0x06, 1)]);
  const server = issue('localhost', pair(), [
    basicConstraints(false),
    keyUsage(0x80, 7),
    usage('1.3.6.1.5.5.7.3.1'),
    alternativeNames(),
  ]);
  const client = issue('rtcc-hub', pair(), [basicConstraints(false), keyUsage(0x80, 7), usage('1.3.6.1.5.5.7.3.2')]);
  return { ca: ca.cert, server, client };
};

interface Pair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const pair = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Parts {
  issuer: string;
  subject: string;
  publicKey: KeyObject;
  signer: KeyObject;
  validity: { from: number; to: number };
  extensions: Buffer[];
}

const certificate = ({ issuer, subject, publicKey, signer, validity, extensions }: Parts): string => {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // Positive, and without a leading zero.
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2')); // ecdsa-with-SHA256
  const body = sequence(
    der(0xa0, integer(2)), // version 3
    der(0x02, serial),
    algorithm,
    commonName(issuer),
    sequence(time(validity.from), time(validity.to)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = bitString(sign('sha256', body, signer), 0);
  const base64 = sequence(body, algorithm, signature).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
};

const basicConstraints = (authority: boolean): Buffer =>
  extension('2.5.29.19', sequence(...(authority ? [boolean(true)] : [])), true);
const keyUsage = (bits: number, unused: number): Buffer => extension('2.5.29.15', bitString(Buffer.from([bits]), unused), true);
const usage = (purpose: string): Buffer => extension('2.5.29.37', sequence(objectId(purpose)), false);
const alternativeNames = (): Buffer =>
  extension('2.5.29.17', sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))), false);

const extension = (id: string, value: Buffer, critical: boolean): Buffer =>
  sequence(objectId(id), ...(critical ? [boolean(true)] : []), der(0x04, value));

const commonName = (name: string): Buffer => sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(name)))));

const der = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts));
const integer = (value: number): Buffer => der(0x02, Buffer.from([value]));
const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
const bitString = (bits: Buffer, unused: number): Buffer => der(0x03, Buffer.concat([Buffer.from([unused]), bits]));

/** UTCTime: `YYMMDDhhmmssZ`, good until 2049. */
const time = (ms: number): Buffer => der(0x17, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

const objectId = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
};

const base128 = (value: number): number[] => {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
};
