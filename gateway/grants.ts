/**
 * What a caller is granted for this operation: which of the graph's policies
 * (`system:class`) hold for these roles, this purpose, this case. The one place
 * where the gateway decides; the grants then travel to the subgraphs, whose row
 * rules read nothing else. A label that is not in the table is never granted.
 */
import type { Principal, Purpose } from '../schema/principal.ts';

export interface GrantRule {
  /** Roles that may hold it. */
  roles: readonly string[];
  /** Purposes it may be used for; absent: any, or none. */
  purposes?: readonly Purpose[];
  caseNumber?: true;
  reason?: true;
  /** A certification that must be in force at the moment of the decision. */
  certification?: string;
  /** Only callers of the agency that runs the hub. */
  own?: true;
  sworn?: true;
}

const operational = ['patrol', 'analyst', 'detective', 'supervisor'] as const;
const investigative = ['detective', 'supervisor'] as const;
const criminalJustice = ['C', 'D', 'F'] as const satisfies readonly Purpose[];

export const grantRules: Readonly<Record<string, GrantRule>> = {
  'cad:read': { roles: [...operational, 'vendor'] },
  'cad:notes': { roles: operational, certification: 'CJIS' },
  'cad:caller': { roles: operational, certification: 'CJIS', own: true },
  'avl:read': { roles: [...operational, 'vendor'] },
  'cameras:read': { roles: operational },
  'cameras:stream': { roles: ['analyst', 'detective', 'supervisor'], own: true },
  'cameras:registry': { roles: ['analyst', 'supervisor', 'admin'], own: true },
  'rms:read': { roles: operational, certification: 'CJIS' },
  'rms:persons': { roles: operational, certification: 'CJIS' },
  'rms:narrative': { roles: investigative, certification: 'CJIS', caseNumber: true },
  'rms:juvenile': { roles: investigative, certification: 'CJIS', purposes: criminalJustice, caseNumber: true, own: true },
  'rms:victim-identity': { roles: investigative, certification: 'CJIS', purposes: criminalJustice, caseNumber: true, own: true },
  // A permissible purpose is stated before a commercial database is searched (DPPA 18 USC 2721(b)(1), GLBA 15 USC 6802(e)); never employment (J: FCRA).
  'people:leads': { roles: investigative, certification: 'DPPA', purposes: criminalJustice, caseNumber: true, own: true },
  'people:ssn': {
    roles: investigative,
    certification: 'DPPA',
    purposes: criminalJustice,
    caseNumber: true,
    reason: true,
    sworn: true,
    own: true,
  },
  'hub:audit': { roles: ['auditor'], certification: 'CJIS' },
  // Beyond their own agency's records: partners' and vendors' use of this hub too.
  'hub:audit-all': { roles: ['auditor'], certification: 'CJIS', own: true },
};

export interface GrantOptions {
  principal: Omit<Principal, 'grants'>;
  nowMs: number;
  /** ORI of the agency that runs the hub. */
  agency: string;
  rules?: Readonly<Record<string, GrantRule>>;
}

export const grantsOf = ({ rules = grantRules, ...options }: GrantOptions): string[] =>
  Object.entries(rules)
    .filter(([, rule]) => lacks(rule, options).length === 0)
    .map(([label]) => label);

/** What would satisfy a policy, in words: for the caller, so it says nothing of any record. */
export const explain = (label: string, { rules = grantRules, ...options }: GrantOptions): string => {
  if (label === 'a signed-in caller') return 'Sign in: send an access token.';
  if (label.startsWith('scope ')) return `The access token needs the ${label}.`;
  if (/ (and|or) /.test(label)) return `It takes ${label}.`;
  const rule = rules[label];
  if (!rule) return `The policy ${label} is granted to nobody here.`;
  return `${label} takes ${lacks(rule, options).join(', ') || 'nothing more'}.`;
};

const lacks = (rule: GrantRule, { principal, nowMs, agency }: Omit<GrantOptions, 'rules'>): string[] => {
  const { roles, purposes, certification } = rule;
  const wants: (string | false | undefined)[] = [
    !principal.roles.some((role) => roles.includes(role)) && `one of the roles ${roles.join(', ')}`,
    rule.own && principal.ori !== agency && 'membership of the agency that runs the hub',
    rule.sworn && !principal.sworn && 'a sworn officer',
    certification && !certified(principal, certification, nowMs) && `the certification ${certification} in force`,
    purposes &&
      !(principal.purpose && purposes.includes(principal.purpose)) &&
      `"purpose" (${purposes.join(', ')}) in the request's extensions`,
    rule.caseNumber && !principal.caseNumber && '"caseNumber" in the request\'s extensions',
    rule.reason && !principal.reason && '"reason" in the request\'s extensions',
  ];
  return wants.filter((want): want is string => typeof want === 'string');
};

const certified = ({ certifications }: Omit<Principal, 'grants'>, name: string, nowMs: number): boolean =>
  certifications.some((certification) => certification.name === name && Date.parse(certification.expiresAt) > nowMs);
