/** What `hub revoke …` and `hub emergencies` do: the mutations and queries that any client sends. */
import { z } from 'zod';
import { ask, type Place } from './asking.ts';

type Because = Place & { reason: string };

const revocationFields = 'id kind subject token caseNumber reason revokedAt revokedBy';
const revocationSchema = z.object({
  id: z.string(),
  kind: z.string(),
  subject: z.string().nullable(),
  token: z.string().nullable(),
  caseNumber: z.string().nullable(),
  reason: z.string(),
  revokedAt: z.string(),
  revokedBy: z.string(),
});

export const revokeUser = ({ subject, reason, ...place }: Because & { subject: string }): Promise<string> => {
  const query = `mutation Revoke($subject: String!, $reason: String!) {
    changed: revokeUser(subject: $subject, reason: $reason) { ${revocationFields} } }`;
  return change(place, query, { subject, reason });
};

export const revokeToken = ({ token, reason, ...place }: Because & { token: string }): Promise<string> => {
  const query = `mutation Revoke($token: String!, $reason: String!) {
    changed: revokeToken(token: $token, reason: $reason) { ${revocationFields} } }`;
  return change(place, query, { token, reason });
};

export const revokeAssignment = (given: Because & { subject: string; caseNumber: string }): Promise<string> => {
  const { subject, caseNumber, reason, ...place } = given;
  const query = `mutation Revoke($subject: String!, $caseNumber: String!, $reason: String!) {
    changed: revokeAssignment(subject: $subject, caseNumber: $caseNumber, reason: $reason) { ${revocationFields} } }`;
  return change(place, query, { subject, caseNumber, reason });
};

export const lift = ({ id, reason, ...place }: Because & { id: string }): Promise<string> => {
  const query = `mutation Lift($id: ID!, $reason: String!) {
    changed: liftRevocation(id: $id, reason: $reason) { ${revocationFields} } }`;
  return change(place, query, { id, reason });
};

const change = async (place: Place, query: string, variables: object): Promise<string> =>
  revocationLine((await ask(place, query, variables)).changed);

export const listRevocations = async (place: Place): Promise<string> => {
  const query = `query Revocations($after: String) {
    page: revocations(inForce: true, first: 100, after: $after) { nodes { ${revocationFields} } pageInfo { endCursor hasNextPage } } }`;
  const lines = (await pages(place, query, {})).map(revocationLine);
  return lines.join('\n') || 'No revocation is in force.';
};

const revocationLine = (row: unknown): string => {
  const { id, kind, subject, token, caseNumber, reason, revokedAt, revokedBy } = revocationSchema.parse(row);
  const what = [subject ?? token, caseNumber && `case ${caseNumber}`].filter(Boolean).join(', ');
  return `${id}  ${revokedAt}  ${kind.padEnd(10)}  ${what}  by ${revokedBy}: ${reason}`;
};

const emergencySchema = z.object({
  id: z.string(),
  state: z.string(),
  subject: z.string(),
  openedAt: z.string(),
  endsAt: z.string(),
  endedAt: z.string().nullable(),
  reason: z.string(),
  reviewedBy: z.string().nullable(),
  finding: z.string().nullable(),
});

export const listEmergencies = async ({ state, ...place }: Place & { state?: string }): Promise<string> => {
  const query = `query Emergencies($state: EmergencyState, $after: String) {
    page: emergencies(state: $state, first: 100, after: $after) {
      nodes { id state subject openedAt endsAt endedAt reason reviewedBy finding } pageInfo { endCursor hasNextPage } } }`;
  const lines = (await pages(place, query, { state })).map(emergencyLine);
  return lines.join('\n') || 'There is none.';
};

const emergencyLine = (row: unknown): string => {
  const { id, state, subject, openedAt, endsAt, endedAt, reason, reviewedBy, finding } = emergencySchema.parse(row);
  const review = reviewedBy ? `  ${finding}, by ${reviewedBy}` : '';
  return `${id}  ${state.padEnd(10)}  ${openedAt} to ${endedAt ?? endsAt}  ${subject}: ${reason}${review}`;
};

const pageSchema = z.object({
  nodes: z.array(z.unknown()),
  pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
});

const pages = async (place: Place, query: string, variables: object): Promise<unknown[]> => {
  const rows: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo } = pageSchema.parse((await ask(place, query, { ...variables, after })).page);
    rows.push(...nodes);
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) return rows;
  }
};
