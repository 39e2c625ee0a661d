/**
 * The standing: whose authority was withdrawn (a user, a token, the assignment to
 * a case), and who broke the glass. Kept in the hub's own database; gateways read
 * it and are told of each change. The gateway has asked for the label already;
 * it is asked for again here, with what only the row can tell: nobody lifts a
 * revocation of their own, and nobody reviews an emergency of their own.
 */
import { randomUUID } from 'node:crypto';
import { HubError, withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { oneBy } from '../kit/batch.ts';
import { type Page, type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import type { Runtime } from '../kit/system.ts';
import type { Alarm } from './alarm.ts';
import { checkedReason } from './reason.ts';

export type RevocationKind = 'USER' | 'TOKEN' | 'ASSIGNMENT';
export type EmergencyState = 'OPEN' | 'UNREVIEWED' | 'REVIEWED';
export type Finding = 'JUSTIFIED' | 'NOT_JUSTIFIED';

export interface Revocation {
  id: string;
  place: string;
  kind: RevocationKind;
  subject: string | null;
  token: string | null;
  caseNumber: string | null;
  reason: string;
  revokedAt: Date;
  revokedBy: string;
  liftedAt: Date | null;
  liftedBy: string | null;
  liftedReason: string | null;
}

export interface Emergency {
  id: string;
  place: string;
  subject: string;
  ori: string;
  reason: string;
  caseNumber: string | null;
  openedAt: Date;
  endsAt: Date;
  endedAt: Date | null;
  endedBy: string | null;
  reviewedAt: Date | null;
  reviewedBy: string | null;
  finding: Finding | null;
  note: string | null;
}

/** What a gateway needs to know, whole: what is in force and what is open. */
export interface StandingOfAll {
  revocations: Revocation[];
  emergencies: Emergency[];
}

export type NewRevocation = { kind: RevocationKind; subject?: string; token?: string; caseNumber?: string; reason: string };

export interface StandingReader {
  nowMs: number;
  inForce: () => Promise<StandingOfAll>;
  /** Latest first. */
  revocations: (inForce: boolean | null | undefined, page: PageArguments) => Promise<Page<Revocation>>;
  revocation: (id: string) => Promise<Revocation | null>;
  revoke: (revocation: NewRevocation) => Promise<Revocation>;
  lift: (id: string, reason: string) => Promise<Revocation>;
  /** Latest first. */
  emergencies: (state: EmergencyState | null | undefined, page: PageArguments) => Promise<Page<Emergency>>;
  emergency: (id: string) => Promise<Emergency | null>;
  breakGlass: (emergency: { reason: string; caseNumber?: string | null; minutes: number }) => Promise<Emergency>;
  end: (id: string) => Promise<Emergency>;
  review: (id: string, finding: Finding, note: string) => Promise<Emergency>;
}

export interface StandingOptions {
  runtime: Pick<Runtime, 'database' | 'now'>;
  alarm: Alarm;
  /** How long an emergency may last. */
  maximumMinutes: number;
}

const labels = {
  revoke: 'hub:revoke',
  revokeAssignment: 'hub:revoke-assignment',
  break: 'hub:break-glass',
  review: 'hub:review-emergency',
  audit: 'hub:audit',
} as const;

export const openStanding =
  (options: StandingOptions) =>
  (principal: Principal): StandingReader => {
    const { database, now } = options.runtime;
    const may = (label: string): boolean => principal.grants.includes(label);
    const revocations = tableOf<Revocation>(options, 'hub.revocation', revocationColumns, revocationRule(may));
    const emergencies = tableOf<Emergency>(options, 'hub.emergency', emergencyColumns, emergencyRule(may, principal));
    return {
      nowMs: now(),
      inForce: async () => ({
        revocations: await database.query(`SELECT ${revocationColumns} FROM hub.revocation WHERE lifted_at IS NULL`),
        emergencies: await database.query(
          `SELECT ${emergencyColumns} FROM hub.emergency WHERE ended_at IS NULL AND ends_at > $1::timestamptz`,
          [new Date(now()).toISOString()],
        ),
      }),
      revocations: (inForce, page) =>
        revocations.page(inForce == null ? 'true' : `lifted_at IS ${inForce ? '' : 'NOT '}NULL`, page),
      revocation: revocations.one,
      emergencies: (state, page) => emergencies.page(state ? stateRule[state] : 'true', page),
      emergency: emergencies.one,
      ...revoking(options, principal, may, revocations.one),
      ...breaking(options, principal, may, emergencies.one),
    };
  };

type May = (label: string) => boolean;

const revoking = (
  { runtime: { database, now } }: StandingOptions,
  principal: Principal,
  may: May,
  one: (id: string) => Promise<Revocation | null>,
): Pick<StandingReader, 'revoke' | 'lift'> => ({
  revoke: async ({ kind, subject, token, caseNumber, reason }) => {
    demand(may, labelOf(kind));
    const row = [`revocation-${randomUUID()}`, kind, keyed(subject), keyed(token), keyed(caseNumber), checkedReason(reason)];
    const [made] = await database.query<Revocation>(
      `INSERT INTO hub_registry.revocation (id, kind, subject, token, case_number, reason, revoked_at, revoked_by, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz, $8, now()) RETURNING ${revocationColumns}`,
      [...row, new Date(now()).toISOString(), principal.subject],
    );
    return present(made, 'revocation');
  },
  lift: async (id, reason) => {
    const { kind, subject, liftedAt } = present(await one(id), 'revocation');
    demand(may, labelOf(kind));
    if (subject === principal.subject) throw withheld(labelOf(kind), 'another person than the one whose authority was revoked');
    if (liftedAt) throw new HubError('BAD_USER_INPUT', { message: 'The revocation is lifted already.' });
    const [lifted] = await database.query<Revocation>(
      `UPDATE hub_registry.revocation SET lifted_at = $2::timestamptz, lifted_by = $3, lifted_reason = $4
       WHERE id = $1 AND lifted_at IS NULL RETURNING ${revocationColumns}`,
      [id, new Date(now()).toISOString(), principal.subject, checkedReason(reason)],
    );
    return present(lifted, 'revocation');
  },
});

const breaking = (
  { runtime: { database, now }, alarm, maximumMinutes }: StandingOptions,
  principal: Principal,
  may: May,
  one: (id: string) => Promise<Emergency | null>,
): Pick<StandingReader, 'breakGlass' | 'end' | 'review'> => ({
  breakGlass: async ({ reason, caseNumber, minutes }) => {
    demand(may, labels.break);
    if (minutes < 1 || minutes > maximumMinutes)
      throw new HubError('BAD_USER_INPUT', { message: `"minutes" takes 1 to ${maximumMinutes}.` });
    const [openedAt, endsAt] = [now(), now() + minutes * 60_000].map((ms) => new Date(ms).toISOString());
    const who = [`emergency-${randomUUID()}`, principal.subject, principal.ori];
    const [opened] = await database.query<Emergency>(
      `INSERT INTO hub_registry.emergency (id, subject, ori, reason, case_number, opened_at, ends_at, changed_at)
       SELECT $1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz, now()
       WHERE NOT EXISTS (SELECT FROM hub_registry.emergency WHERE subject = $2 AND ended_at IS NULL AND ends_at > $6::timestamptz)
       RETURNING ${emergencyColumns}`,
      [...who, checkedReason(reason), keyed(caseNumber), openedAt, endsAt],
    );
    if (!opened) throw new HubError('BAD_USER_INPUT', { message: 'An emergency of yours is open already: end it first.' });
    alarm(opened);
    return opened;
  },
  end: async (id) => {
    const { subject } = present(await one(id), 'emergency');
    if (subject !== principal.subject) demand(may, labels.review);
    const [ended] = await database.query<Emergency>(
      `UPDATE hub_registry.emergency SET ended_at = $2::timestamptz, ended_by = $3
       WHERE id = $1 AND ended_at IS NULL AND ends_at > $2::timestamptz RETURNING ${emergencyColumns}`,
      [id, new Date(now()).toISOString(), principal.subject],
    );
    if (!ended) throw new HubError('BAD_USER_INPUT', { message: 'The emergency is over already.' });
    return ended;
  },
  review: async (id, finding, note) => {
    demand(may, labels.review);
    const emergency = present(await one(id), 'emergency');
    if (emergency.subject === principal.subject) throw withheld(labels.review, 'another person than the one who broke the glass');
    if (principal.kind !== 'person') throw withheld(labels.review, 'a person');
    if (stateOf(emergency, now()) !== 'UNREVIEWED')
      throw new HubError('BAD_USER_INPUT', { message: 'An emergency is reviewed once, when it is over.' });
    const [reviewed] = await database.query<Emergency>(
      `UPDATE hub_registry.emergency SET reviewed_at = $2::timestamptz, reviewed_by = $3, finding = $4, note = $5
       WHERE id = $1 AND reviewed_at IS NULL RETURNING ${emergencyColumns}`,
      [id, new Date(now()).toISOString(), principal.subject, finding, checkedReason(note, 'note')],
    );
    return present(reviewed, 'emergency');
  },
});

export const stateOf = ({ reviewedAt, endedAt, endsAt }: Emergency, nowMs: number): EmergencyState => {
  if (reviewedAt) return 'REVIEWED';
  return !endedAt && endsAt.getTime() > nowMs ? 'OPEN' : 'UNREVIEWED';
};

/** The same, in SQL. */
const stateRule: Record<EmergencyState, string> = {
  OPEN: 'reviewed_at IS NULL AND ended_at IS NULL AND ends_at > $1::timestamptz',
  UNREVIEWED: 'reviewed_at IS NULL AND (ended_at IS NOT NULL OR ends_at <= $1::timestamptz)',
  REVIEWED: 'reviewed_at IS NOT NULL',
};

/** Who sees which rows: the rule stands in the WHERE, `$2` is the caller. */
const revocationRule = (may: May): { sql: string; subject: string } => {
  if (may(labels.revoke) || may(labels.audit)) return { sql: 'true', subject: '' };
  return { sql: may(labels.revokeAssignment) ? "kind = 'ASSIGNMENT'" : 'false', subject: '' };
};

const emergencyRule = (may: May, { subject }: Principal): { sql: string; subject: string } => {
  if (may(labels.review)) return { sql: 'true', subject };
  return { sql: may(labels.break) ? 'subject = $2::text' : 'false', subject };
};

const tableOf = <Row extends { id: string; place: string }>(
  { runtime: { database, now } }: StandingOptions,
  view: string,
  columns: string,
  rule: { sql: string; subject: string },
) => {
  // `$1` and `$2` are always there, so that each rule may use them; PostgreSQL wants to see every parameter used.
  const select = `SELECT ${columns} FROM ${view} WHERE $1::timestamptz IS NOT NULL AND $2::text IS NOT NULL AND ${rule.sql}`;
  const parameters = () => [new Date(now()).toISOString(), rule.subject];
  const byId = oneBy<string, Row>(
    (ids) => database.query(`${select} AND id = ANY($3::text[])`, [...parameters(), ids.filter((id) => !id.includes('\0'))]),
    ({ id }) => id,
  );
  return {
    one: (id: string): Promise<Row | null> => byId.load(id),
    page: async (where: string, page: PageArguments): Promise<Page<Row>> => {
      const window = windowOf(page, 1);
      const [after = '9223372036854775807'] = window.after ?? [];
      if (!/^\d{1,19}$/.test(after)) throw new HubError('CURSOR_INVALID');
      const rows = await database.query<Row>(
        `${select} AND ${where} AND ${view}.place < $3::text::bigint ORDER BY ${view}.place DESC LIMIT $4::int`,
        [...parameters(), after, window.limit],
      );
      return pageOf(rows, window, ({ place }) => [place]);
    },
  };
};

const revocationColumns =
  'id, place::text AS place, kind, subject, token, case_number AS "caseNumber", reason, revoked_at AS "revokedAt", revoked_by AS "revokedBy", lifted_at AS "liftedAt", lifted_by AS "liftedBy", lifted_reason AS "liftedReason"';
const emergencyColumns =
  'id, place::text AS place, subject, ori, reason, case_number AS "caseNumber", opened_at AS "openedAt", ends_at AS "endsAt", ended_at AS "endedAt", ended_by AS "endedBy", reviewed_at AS "reviewedAt", reviewed_by AS "reviewedBy", finding, note';

const labelOf = (kind: RevocationKind): string => (kind === 'ASSIGNMENT' ? labels.revokeAssignment : labels.revoke);

const demand = (may: May, label: string): void => {
  if (!may(label)) throw withheld(label, 'a grant that the caller lacks');
};

/** Ids and numbers as the identity provider and the agency spell them. */
const keyed = (value: string | null | undefined): string | null => {
  if (value == null) return null;
  const text = value.trim();
  if (text === '' || text.length > 255 || /[\p{C}\p{Zl}\p{Zp}]/u.test(text))
    throw new HubError('BAD_USER_INPUT', { message: 'An id or a number takes 1 to 255 characters of one line.' });
  return text;
};

const present = <Row>(row: Row | null | undefined, what: string): Row => {
  if (!row) throw new HubError('BAD_USER_INPUT', { message: `There is no such ${what}, or not for the caller.` });
  return row;
};
