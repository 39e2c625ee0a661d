/** What `hub doctor` says of the certificates on the hops: whether the settings can be used, and whether they soon cannot. */
import { X509Certificate } from 'node:crypto';
import { readTls, TlsError } from '../schema/tls.ts';
import type { Finding } from '../subgraphs/kit/conformance.ts';
import type { Environment } from './settings.ts';

const soonDays = 30;
const fix = 'Issue a certificate for this process anew, put it where the setting says, and start the process again.';

export const tlsFindings = (environment: Environment, nowMs: number = Date.now()): Finding[] => {
  try {
    const tls = readTls(environment, nowMs);
    return tls ? endingSoon(new X509Certificate(tls.cert).validTo, nowMs) : [];
  } catch (error) {
    if (!(error instanceof TlsError)) throw error;
    const [setting = '', ...rest] = error.message.split(': ');
    return [{ view: setting, state: 'unconfigured', severity: 'error', detail: rest.join(': '), fix }];
  }
};

const endingSoon = (validTo: string, nowMs: number): Finding[] => {
  const days = Math.floor((Date.parse(validTo) - nowMs) / 86_400_000);
  if (days >= soonDays) return [];
  const detail = `The certificate ends in ${days} ${days === 1 ? 'day' : 'days'}, at ${validTo}.`;
  return [{ view: 'HUB_TLS_CERT_FILE', state: 'stale', severity: 'warning', detail, fix }];
};
