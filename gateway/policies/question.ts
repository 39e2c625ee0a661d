/**
 * What enters a decision, in Cedar's terms: who asks (an entity, whose tags are
 * certifications), of which hub, stating what. Whatever is not stated is absent,
 * so that a policy that needs it does not hold.
 */
import type { CedarValueJson, Context, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Principal } from '../../schema/principal.ts';
import type { Reads } from './reads.ts';

/** Who asks, and what the operation says of itself. */
export type Subject = Omit<Principal, 'grants' | 'operationId' | 'purpose'> & {
  /** Any code, also one that no request may state. */
  purpose?: string | undefined;
  /** GFIPM indicators that are true. */
  privileges?: readonly string[];
  /** How the person proved to be who they are (`amr`). */
  methods?: readonly string[];
  /** Milliseconds since the epoch; when (`auth_time`). */
  signedInAtMs?: number | undefined;
};

export interface Question {
  subject: Subject;
  nowMs: number;
  /** ORI of the agency that runs the hub. */
  agency: string;
  /** True where the operation names an emergency of the caller's that is open. */
  emergency?: boolean;
  /** False where nobody knows who was revoked lately. */
  standingKnown?: boolean;
}

export interface Asked {
  principal: { type: string; id: string };
  resource: { type: string; id: string };
  context: Context;
  entities: EntityJson[];
}

const hub = { type: 'Hub', id: 'hub' };

/** With `reads`, only what the policies look at. */
export const askedOf = ({ subject, nowMs, agency, emergency = false, standingKnown = true }: Question, reads?: Reads): Asked => {
  const principal = { type: subject.kind === 'service' ? 'Service' : 'Person', id: subject.subject };
  const { purpose, reason, caseNumber, onBehalfOf, signedInAtMs } = subject;
  return {
    principal,
    resource: hub,
    context: given({
      now: instant(nowMs),
      purpose,
      reason,
      caseNumber: caseNumber === undefined ? undefined : plainNumber(caseNumber) || undefined,
      onBehalfOf: onBehalfOf === undefined ? undefined : agencyOf(onBehalfOf),
      emergency,
      standingKnown,
    }),
    entities: [
      {
        uid: principal,
        attrs: looked(reads?.attributes, {
          roles: [...subject.roles],
          scopes: [...subject.scopes],
          privileges: [...(subject.privileges ?? [])],
          sworn: subject.sworn,
          assignments: subject.assignments.map(plainNumber),
          methods: [...(subject.methods ?? [])],
          signedInAt: signedInAtMs === undefined ? undefined : instant(signedInAtMs),
        }),
        parents: [{ type: 'Agency', id: subject.ori }],
        tags: looked(reads?.tags, Object.fromEntries([...endsOf(subject)].map(([name, endMs]) => [name, instant(endMs)]))),
      },
      { uid: hub, attrs: { agency: agencyOf(agency) }, parents: [] },
    ],
  };
};

/** Certification → when it ends. Of several by one name the one that lasts longest; one without a date is none. */
export const endsOf = ({ certifications }: Pick<Principal, 'certifications'>): Map<string, number> => {
  const ends = new Map<string, number>();
  for (const { name, expiresAt } of certifications) {
    const endMs = Date.parse(expiresAt);
    if (endMs > (ends.get(name) ?? Number.NEGATIVE_INFINITY)) ends.set(name, endMs);
  }
  return ends;
};

const agencyOf = (ori: string): CedarValueJson => ({ __entity: { type: 'Agency', id: ori } });

/** The last instant that Cedar's four-digit years can say; "never" ends there. */
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');
const instant = (ms: number): CedarValueJson => ({
  __extn: { fn: 'datetime', arg: new Date(Math.max(0, Math.min(Math.floor(ms), lastMs))).toISOString() },
});

const plainNumber = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, '');

const given = (values: Record<string, CedarValueJson | undefined>): Record<string, CedarValueJson> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, CedarValueJson] => entry[1] !== undefined));

const looked = (
  names: ReadonlySet<string> | undefined,
  values: Record<string, CedarValueJson | undefined>,
): Record<string, CedarValueJson> =>
  given(names ? Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name))) : values);
