/**
 * The policies of a running gateway: opened, watched, and every change of them
 * logged and recorded in the audit.
 */
import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import { openPolicies, type Policies, type PolicyChange, wordsOf } from './policies.ts';
import { watchPolicies } from './watch.ts';

export interface PoliciesParts {
  folder: string;
  /** Labels that the supergraph names. */
  labels: readonly string[];
  log: Logger;
  audit: Pick<Audit, 'note'>;
}

export const startPolicies = ({ folder, labels, log, audit }: PoliciesParts): Policies => {
  const failure = (rules: readonly string[]) =>
    log.error({ rules }, 'A policy could not be evaluated: what it decides is denied.');
  const policies = openPolicies({ folder, labels, onFailure: failure });
  const { hash, labels: known, policies: rules } = policies.set;
  log.info({ policySet: hash, rules: rules.length }, 'The policies are in force.');
  const unknown = labels.filter((label) => !known.has(label));
  if (unknown.length > 0) log.warn({ labels: unknown }, 'The policies know nothing of these labels: they are granted to nobody.');
  policies.onChange((change) => {
    say(log, change);
    const { from, to, kind, problems } = change;
    const detail = { outcome: kind === 'POLICY_CHANGED' ? 'IN_FORCE' : 'REFUSED', from, to, problems: problems.length };
    audit.note({ kind: 'POLICY_CHANGED', subject: 'hub', detail }).catch((error: Error) => {
      log.error({ name: error.name, policySet: to }, 'The change of policies could not be recorded.');
    });
  });
  const stop = watchPolicies({ folder, policies });
  return {
    ...policies,
    get set() {
      return policies.set;
    },
    close: () => {
      stop();
      policies.close();
    },
  };
};

const say = (log: Logger, { kind, from, to, problems }: PolicyChange): void => {
  if (kind === 'POLICY_CHANGED') log.warn({ from, to }, 'Other policies are in force.');
  else log.error({ inForce: from, refused: to, problems: wordsOf(problems) }, 'The policies do not hold: those in force stay.');
};
