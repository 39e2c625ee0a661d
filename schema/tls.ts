/**
 * Mutual TLS on the hops between gateway and subgraphs, where the settings ask
 * for it. The same three settings stand on both sides: what this process shows,
 * and the authority whose certificates it believes. All three or none: TLS that
 * proves only one side would look like more than it is.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

export interface HopTls {
  /** Certificate of this process, PEM. */
  cert: string;
  /** Its private key, PEM. */
  key: string;
  /** The authority that issued the certificates of the hub's processes, PEM; no other is believed. */
  ca: string;
}

/** Settings of TLS that cannot be used; the message names them. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
}

const names = { cert: 'HUB_TLS_CERT_FILE', key: 'HUB_TLS_KEY_FILE', ca: 'HUB_TLS_CA_FILE' } as const;

/** Undefined where none is set. */
export const readTls = (env: Readonly<Record<string, string | undefined>>, nowMs: number = Date.now()): HopTls | undefined => {
  const missing = Object.values(names).filter((name) => !env[name]);
  if (missing.length === Object.keys(names).length) return undefined;
  if (missing.length > 0)
    throw new TlsError(`${missing.join(', ')}: set together with the other HUB_TLS_ settings, or none of them.`);
  const tls = { cert: read(names.cert, env), key: read(names.key, env), ca: read(names.ca, env) };
  assertFit(tls, nowMs);
  return tls;
};

const read = (name: string, env: Readonly<Record<string, string | undefined>>): string => {
  try {
    return readFileSync(env[name] ?? '', 'utf8');
  } catch {
    throw new TlsError(`${name}: the file ${env[name]} cannot be read.`);
  }
};

/** Said at the start, by name: afterwards it would be a handshake that fails without a word. */
const assertFit = ({ cert, key, ca }: HopTls, nowMs: number): void => {
  const own = certificate(names.cert, cert);
  const authority = certificate(names.ca, ca);
  try {
    createSecureContext({ cert, key, ca });
  } catch {
    throw new TlsError(`${names.key}: not the private key of the certificate in ${names.cert}.`);
  }
  if (!own.checkIssued(authority) || !own.verify(authority.publicKey))
    throw new TlsError(`${names.cert}: not issued by the authority in ${names.ca}.`);
  if (Date.parse(own.validFrom) > nowMs) throw new TlsError(`${names.cert}: the certificate holds only from ${own.validFrom}.`);
  if (Date.parse(own.validTo) <= nowMs) throw new TlsError(`${names.cert}: the certificate ended at ${own.validTo}.`);
};

const certificate = (name: string, pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TlsError(`${name}: the file holds no certificate (PEM).`);
  }
};
