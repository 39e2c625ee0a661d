/** How the audit is, on the status board beside the systems; what the hub's subgraph searches it by. */
import type { AuditStatus } from '../gateway/audit/status.ts';
import { termKeyOf } from '../schema/terms.ts';
import type { Bus } from '../subgraphs/kit/bus.ts';
import { fieldKeys, hasFieldKeys } from './auditkeys.ts';
import type { Environment } from './settings.ts';

export const auditReporter =
  (bus: Pick<Bus, 'report'>) =>
  (status: AuditStatus): Promise<void> =>
    bus.report({ name: 'audit', title: 'The audit log', lastSeenAt: new Date().toISOString(), ...status });

/**
 * `HUB_AUDIT_TERM_KEYS`: with these an auditor finds who searched for a plate,
 * and nothing sealed can be opened. Empty where this machine has no keys.
 */
export const termKeySetting = async (environment: Environment, data: string): Promise<Record<string, string>> => {
  if (environment.HUB_AUDIT_TERM_KEYS || !hasFieldKeys(environment, data)) return {};
  const keys = Object.values(await fieldKeys({ environment, data })).flatMap((held) => held ?? []);
  return { HUB_AUDIT_TERM_KEYS: keys.map(({ key }) => termKeyOf(key).toString('base64')).join(',') };
};
