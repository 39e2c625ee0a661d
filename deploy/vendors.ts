/** Do the commercial databases answer? For the doctor; nobody is searched for, so nothing is billed. */
import type { Finding } from '../subgraphs/kit/conformance.ts';
import { readSettings, type Settings } from '../subgraphs/people-search/settings.ts';
import { openVendors } from '../subgraphs/people-search/vendors.ts';
import type { Environment } from './settings.ts';

const view = 'people-search';

export const checkVendors = async (environment: Environment, now: () => number = Date.now): Promise<Finding[]> => {
  const settings = settingsOrFinding(environment);
  if ('severity' in settings) return [settings];
  const vendors = openVendors(settings, now);
  if (vendors.length === 0) return [unconfigured];
  try {
    const checks = await Promise.allSettled(vendors.map((vendor) => vendor.check()));
    return checks.flatMap((check, index) =>
      check.status === 'rejected' ? [silent(vendors[index]?.name ?? '', check.reason)] : [],
    );
  } finally {
    await Promise.all(vendors.map((vendor) => vendor.close()));
  }
};

const settingsOrFinding = (environment: Environment): Settings | Finding => {
  try {
    return readSettings(environment);
  } catch (error) {
    const fix = 'Correct these settings; deploy/README.md lists what each takes.';
    return { view, state: 'unconfigured', severity: 'error', detail: `Settings do not fit: ${(error as Error).message}.`, fix };
  }
};

const unconfigured: Finding = {
  view,
  state: 'unconfigured',
  severity: 'warning',
  detail: 'No commercial database is configured, so persons have no leads.',
  fix: 'Set PEOPLE_SEARCH_RECORDTRACE_URL or PEOPLE_SEARCH_PEOPLELINK_URL, with the credentials of your contract.',
};

const silent = (name: string, reason: unknown): Finding => ({
  view,
  state: 'away',
  severity: 'error',
  detail: `${name} does not answer as it should: ${reason instanceof Error ? reason.message : 'unknown'}`,
  fix: `Check PEOPLE_SEARCH_${name.toUpperCase()}_URL, its credentials and certificates, and that this machine may reach it.`,
});
