/**
 * Secondary dissemination: a record leaves the hub for somebody outside, and who
 * released what to whom, why and when is written down for good (28 CFR 23.20(g),
 * CJIS Security Policy 5.1.3). That the caller may see the records is checked by
 * the gateway, which alone knows all systems.
 *
 * The id is a hash of the row's content, and the gateway's audit keeps the ids of
 * what it showed: a row that was changed later no longer gives its id, and the
 * log, which is signed and elsewhere too, holds the one that it had.
 */
import { createHash } from 'node:crypto';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { Database } from '../kit/database.ts';
import { type Page, type PageArguments, pageOf, windowOf } from '../kit/page.ts';
import { checkedReason } from './reason.ts';
import { demand, sentence, text, wrong } from './words.ts';

export interface NewDissemination {
  recipient: { agency: string; ori?: string | null; role?: string | null };
  purpose: string;
  reason: string;
  recordKeys: string[];
  format: string;
  caveats?: string | null;
}

export interface Dissemination {
  id: string;
  sequence: number;
  at: Date;
  subject: string;
  ori: string;
  operationId: string;
  caseNumber: string | null;
  recipientAgency: string;
  recipientOri: string | null;
  recipientRole: string | null;
  purpose: string;
  reason: string;
  recordKeys: string[];
  format: string;
  caveats: string | null;
}

export interface DisseminationFilter {
  record?: string | null;
  recipientOri?: string | null;
  subject?: string | null;
  caseNumber?: string | null;
  from?: Date | null;
  to?: Date | null;
}

export interface Disseminations {
  record: (release: NewDissemination) => Promise<Dissemination>;
  /** Of the caller's own agency, latest first. */
  page: (filter: DisseminationFilter, page: PageArguments) => Promise<Page<Dissemination>>;
  one: (id: string) => Promise<Dissemination | null>;
}

export interface DisseminationsOptions {
  database: Pick<Database, 'query'>;
  principal: Principal;
  now: () => number;
}

const columns = `id, sequence::float8 AS sequence, at, subject, ori, operation_id AS "operationId", case_number AS "caseNumber",
  recipient_agency AS "recipientAgency", recipient_ori AS "recipientOri", recipient_role AS "recipientRole", purpose, reason,
  record_keys AS "recordKeys", format, caveats`;

const keysAtMost = 500;
const triesAtMost = 20;

export const openDisseminations = (options: DisseminationsOptions): Disseminations => {
  const { database, principal } = options;
  const reads = principal.grants.includes('hub:disseminations');
  return {
    record: async (release) => append(rowOf(release, options), database),
    page: (filter, page) => readPage(reads ? principal.ori : '', filter, page, database),
    one: async (id) => {
      const [row] = await database.query<Dissemination>(`SELECT ${columns} FROM hub_registry.dissemination WHERE id = $1`, [
        text(id),
      ]);
      const own = row && (row.subject === principal.subject || (reads && row.ori === principal.ori));
      return own ? row : null;
    },
  };
};

/** True while the row is what was recorded. */
export const isIntact = ({ id, ...row }: Dissemination): boolean => idOf(row) === id;

type Content = Omit<Dissemination, 'id'>;

const rowOf = (release: NewDissemination, { principal, now }: DisseminationsOptions): Omit<Content, 'sequence'> => {
  demand(principal, 'hub:disseminate');
  const { recipient, recordKeys } = release;
  const optional = (given: string | null | undefined, what: string) => (given == null ? null : sentence(given, what));
  if (recordKeys.length === 0 || recordKeys.length > keysAtMost) throw wrong(`"recordKeys" takes 1 to ${keysAtMost} keys.`);
  if (recipient.ori != null && !/^[A-Z0-9]{9}$/.test(recipient.ori)) throw wrong('"ori" takes the nine characters of an ORI.');
  return {
    at: new Date(now()),
    subject: principal.subject,
    ori: principal.ori,
    operationId: principal.operationId,
    caseNumber: principal.caseNumber ?? null,
    recipientAgency: sentence(recipient.agency, 'agency'),
    recipientOri: recipient.ori ?? null,
    recipientRole: optional(recipient.role, 'role'),
    purpose: release.purpose,
    reason: checkedReason(release.reason),
    recordKeys: [...new Set(recordKeys.map(text))].sort(),
    format: release.format,
    caveats: optional(release.caveats, 'caveats'),
  };
};

/** Its operation's id is random, so that nobody finds the content by guessing. */
const idOf = (row: Content): string => {
  const { sequence, at, subject, ori, operationId, caseNumber, recipientAgency, recipientOri, recipientRole, ...rest } = row;
  const { purpose, reason, recordKeys, format, caveats } = rest;
  const who = [sequence, at.toISOString(), subject, ori, operationId, caseNumber, recipientAgency, recipientOri, recipientRole];
  const content = JSON.stringify([...who, purpose, reason, recordKeys, format, caveats]);
  return `dis-${createHash('sha256').update(content).digest('hex').slice(0, 40)}`;
};

/** The place is the primary key, and part of the id: of two that take the same, one tries again behind the other. */
const append = async (row: Omit<Content, 'sequence'>, database: DisseminationsOptions['database']): Promise<Dissemination> => {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const [{ last } = { last: 0 }] = await database.query<{ last: number }>(
      'SELECT coalesce(max(sequence), 0)::float8 AS last FROM hub_registry.dissemination',
    );
    const numbered = { ...row, sequence: last + 1 };
    const id = idOf(numbered);
    const [appended] = await database.query<Dissemination>(
      `INSERT INTO hub_registry.dissemination (sequence, id, at, subject, ori, operation_id, case_number, recipient_agency,
         recipient_ori, recipient_role, purpose, reason, record_keys, format, caveats)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
       ON CONFLICT DO NOTHING RETURNING ${columns}`,
      [
        ...[numbered.sequence, id, row.at, row.subject, row.ori, row.operationId, row.caseNumber, row.recipientAgency],
        ...[row.recipientOri, row.recipientRole, row.purpose, row.reason, row.recordKeys, row.format, row.caveats],
      ],
    );
    if (appended) return appended;
  }
  throw new HubError('SOURCE_UNAVAILABLE', { source: 'hub' });
};

const readPage = async (
  ori: string,
  { record, recipientOri, subject, caseNumber, from, to }: DisseminationFilter,
  page: PageArguments,
  database: DisseminationsOptions['database'],
): Promise<Page<Dissemination>> => {
  const window = windowOf(page, 1);
  const behind = window.after?.[0];
  if (behind !== undefined && !/^\d{1,15}$/.test(behind)) throw new HubError('CURSOR_INVALID');
  const given = [record, recipientOri, subject, caseNumber].map((value) => (value == null ? null : text(value)));
  const rows = await database.query<Dissemination>(
    `SELECT ${columns} FROM hub_registry.dissemination
     WHERE ori = $1 AND $1 <> '' AND ($2::text IS NULL OR record_keys @> ARRAY[$2]) AND ($3::text IS NULL OR recipient_ori = $3)
       AND ($4::text IS NULL OR subject = $4) AND ($5::text IS NULL OR case_number = $5)
       AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7) AND ($8::bigint IS NULL OR sequence < $8)
     ORDER BY sequence DESC LIMIT $9`,
    [ori, ...given, from ?? null, to ?? null, behind ?? null, window.limit],
  );
  return pageOf(rows, window, ({ sequence }) => [String(sequence)]);
};
