/** An authority and certificates for loopback, made by the openssl program for one test run; nothing outlives it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

/** Node can read certificates but makes none. CI installs openssl; elsewhere the tests say what they miss. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Paths of an authority's certificate and of one that it issued for 127.0.0.1, with its key; `days` may be none. */
export const issueCertificates = (folder: string, name: string, days = 1): Certificates => {
  const path = (file: string) => join(folder, `${name}-${file}`);
  const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    path('ca.key'),
    '-out',
    path('ca.pem'),
    '-subj',
    `/CN=${name} authority`,
    '-days',
    '1',
  );
  openssl('req', ...newKey, '-keyout', path('own.key'), '-out', path('own.csr'), '-subj', `/CN=${name}`);
  writeFileSync(path('san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
  const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
  openssl(
    'x509',
    '-req',
    '-in',
    path('own.csr'),
    ...authority,
    '-days',
    `${days}`,
    '-extfile',
    path('san'),
    '-out',
    path('own.pem'),
  );
  return { ca: path('ca.pem'), cert: path('own.pem'), key: path('own.key') };
};

export const certificateFolder = (): { folder: string; drop: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'rtcc-certificates-'));
  return { folder, drop: () => rmSync(folder, { recursive: true }) };
};
