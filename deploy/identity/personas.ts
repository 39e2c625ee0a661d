/**
 * Who can sign in to the demo provider, and every claim that the hub reads of a
 * token. The claim names are the contract that any issuer maps to (README.md);
 * the personas are roles, not people.
 */

/** The API that access tokens are for: their `aud`. */
export const audience = 'rtcc-hub';

/** CJIS AC-2: no authority outlives half an hour unseen. */
export const accessTokenSeconds = 30 * 60;

/** GFIPM 2.0 names where GFIPM has the attribute; the hub's own where it has none. */
export const claimNames = {
  employerOri: 'gfipm:2.0:user:EmployerORI',
  employerName: 'gfipm:2.0:user:EmployerName',
  sworn: 'gfipm:2.0:user:SwornLawEnforcementOfficerIndicator',
  /** GFIPM says of a certificate only that it is there; the hub needs its end: `[{ name, expiresAt }]`. */
  certifications: 'certifications',
  /** Case numbers, in the agency's spelling. */
  assignments: 'assignments',
  roles: 'roles',
} as const;

export const scopes = ['hub.query', 'hub.subscribe'] as const;

export const certificationNames = ['CJIS', 'NCIC', '28CFR23', 'DPPA'] as const;
export type CertificationName = (typeof certificationNames)[number];

export const personaNames = ['patrol', 'analyst', 'detective', 'supervisor', 'auditor', 'admin', 'partner', 'vendor'] as const;
export type PersonaName = (typeof personaNames)[number];

export interface Persona {
  /** `sub`; for a service also its client id, as RFC 9068 has it. */
  subject: string;
  title: string;
  /** A person signs in; a service has credentials of its own. */
  kind: 'person' | 'service';
  employer: { ori: string; name: string };
  sworn: boolean;
  roles: string[];
  /** Days that each certificate is good for from the moment the token is issued; negative: it has lapsed. */
  certificationDays: Partial<Record<CertificationName, number>>;
  assignments: string[];
}

const newOrleans = { ori: 'LANPD0000', name: 'New Orleans Police Department' };
const jefferson = { ori: 'LA0260000', name: "Jefferson Parish Sheriff's Office" };

export const personas: Record<PersonaName, Persona> = {
  patrol: person('patrol', { sworn: true, certificationDays: { CJIS: 300, NCIC: 200 } }),
  analyst: person('analyst', { certificationDays: { CJIS: 300, NCIC: 200, '28CFR23': 250 } }),
  detective: person('detective', {
    sworn: true,
    certificationDays: { CJIS: 300, NCIC: 200, '28CFR23': 250, DPPA: 150 },
    assignments: ['B-24020-22'],
  }),
  supervisor: person('supervisor', { sworn: true, certificationDays: { CJIS: 300, NCIC: 200, '28CFR23': 250, DPPA: 150 } }),
  auditor: person('auditor', { certificationDays: { CJIS: 300 } }),
  admin: person('admin', { certificationDays: { CJIS: 300 } }),
  // The neighbour's DPPA certificate has lapsed, so that a lapsed one can be shown.
  partner: person('partner', {
    title: 'Demo analyst of a neighboring agency',
    employer: jefferson,
    roles: ['analyst'],
    certificationDays: { CJIS: 300, NCIC: 200, '28CFR23': 250, DPPA: -30 },
  }),
  vendor: person('vendor', { title: 'Demo vendor system', kind: 'service', certificationDays: { CJIS: 300 } }),
};

export const isPersonaName = (name: string): name is PersonaName => Object.hasOwn(personas, name);

export const personaOf = (subject: string | undefined): Persona | undefined =>
  Object.values(personas).find((persona) => persona.subject === subject);

/** What an access token says of the persona, beside what every JWT says. */
export const claimsOf = (persona: Persona, nowMs: number): Record<string, unknown> => ({
  [claimNames.employerOri]: persona.employer.ori,
  [claimNames.employerName]: persona.employer.name,
  [claimNames.sworn]: persona.sworn,
  [claimNames.certifications]: Object.entries(persona.certificationDays).map(([name, days]) => ({
    name,
    expiresAt: new Date(nowMs + days * 24 * 3_600_000).toISOString(),
  })),
  [claimNames.assignments]: persona.assignments,
  [claimNames.roles]: persona.roles,
});

function person(name: PersonaName, own: Partial<Persona>): Persona {
  return {
    subject: `demo-${name}`,
    title: `Demo ${name}`,
    kind: 'person',
    employer: newOrleans,
    sworn: false,
    roles: [name],
    certificationDays: {},
    assignments: [],
    ...own,
  };
}
