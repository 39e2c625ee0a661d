/** `hub policy explain`: a decision, the rules that made it, and what is missing. */

import type { Policies } from '../../gateway/policies/policies.ts';
import { labelsOf, missing, type Rule } from '../../gateway/rule.ts';
import { ExpectedError } from '../expected.ts';
import { personas } from '../identity/personas.ts';
import { agency, fieldNamed, mayRead, openGraph, openSet, personaNamed, ruleOf, type Stated, subjectOf } from './subject.ts';

export interface ExplainOptions {
  as: string;
  /** `Type.field`, or a label. */
  field: string;
  purpose?: string;
  case?: string;
  reason?: string;
  onBehalfOf?: string;
  emergency?: boolean;
  folder?: string | undefined;
  nowMs: number;
  say: (text: string) => void;
}

export const explain = ({ as, field, folder, nowMs, say, emergency = false, ...options }: ExplainOptions): void => {
  const stated: Stated = {
    purpose: options.purpose,
    caseNumber: options.case,
    reason: options.reason,
    onBehalfOf: options.onBehalfOf,
  };
  const subject = subjectOf(personas[personaNamed(as)], nowMs, stated);
  const policies = openSet(folder);
  const rule = ruleFor(field, policies);
  const decisions = policies.decide({ subject, nowMs, agency, emergency });
  const shown = mayRead(rule, subject, decisions.grants);
  say(`${field} as ${as}${statedWords(stated)}: ${shown ? 'SHOWN' : 'WITHHELD'}`);
  const labels = labelsOf(rule);
  if (labels.length === 0) say(`  It takes ${rule.authenticated ? 'a signed-in caller' : 'nothing'}, and no label.`);
  for (const label of labels) {
    say(`  ${label}: ${decisions.grants.includes(label) ? 'granted' : 'denied'}`);
    const made = policies.set.policies.filter(({ id }) => decisions.rulesFor(label).includes(id));
    for (const { id, effect, file, line, reason } of made) {
      say(`    by ${id} (${file}:${line}), which ${effect === 'permit' ? 'permits' : 'forbids without'}: ${reason}`);
    }
    if (made.length === 0) say('    by no policy: nothing permits it');
  }
  const authority = {
    authenticated: subject.kind !== 'anonymous',
    scopes: new Set(subject.scopes),
    grants: new Set(decisions.grants),
  };
  if (!shown) say(`Missing: ${missing(rule, authority).map(decisions.explain).join(' ')}`);
  say(`Set ${decisions.policySet}.`);
  policies.close();
};

const ruleFor = (field: string, { set }: Policies): Rule => {
  if (field.includes(':')) {
    if (set.labels.has(field)) return { authenticated: true, scopes: [], policies: [[[field]]] };
    throw new ExpectedError(`The policies list no label "${field}". They list: ${[...set.labels.keys()].sort().join(', ')}.`);
  }
  const graph = openGraph();
  const named = fieldNamed(graph, field);
  return ruleOf(graph, named.type, named.field);
};

const statedWords = ({ purpose, caseNumber, reason, onBehalfOf }: Stated): string =>
  [
    purpose && `purpose ${purpose}`,
    caseNumber && `case ${caseNumber}`,
    reason && 'with a reason',
    onBehalfOf && `on behalf of ${onBehalfOf}`,
  ]
    .filter(Boolean)
    .map((words) => `, ${words}`)
    .join('');
