/**
 * Whether the stated case holds: the hub's word, not this page's. The board of a
 * case is there for whoever may work it (gateway/cases.ts); where it is not, the
 * hub says what it would take, and the page repeats it.
 */
import type { ApolloClient } from '@apollo/client';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import type { Authority } from '../../../kit/authority.ts';
import { CaseStandingDocument } from '../../generated/graphql.ts';

export type Standing =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'holds'; grants: readonly string[] }
  /** The case is not open, or not this caller's. */
  | { kind: 'refused'; because: string; grants: readonly string[] }
  | { kind: 'unknown'; because: string };

export interface Who {
  grants: readonly string[];
  roles: readonly string[];
  assignments: readonly string[];
}

export interface Answer {
  standing: Standing;
  who: Who | undefined;
}

export const askStanding = async (client: ApolloClient, authority: Authority, signal: AbortSignal): Promise<Answer> => {
  const { data, error } = await client.query({
    query: CaseStandingDocument,
    context: { authority, fetchOptions: { signal } },
  });
  const gaps = gapsOf(error);
  const me = data?.me;
  if (!me) return { standing: { kind: 'unknown', because: gaps[0]?.message ?? 'The hub gave no answer.' }, who: undefined };
  const who = { grants: me.grants, roles: me.roles, assignments: me.assignments };
  if (!authority.caseNumber?.trim()) return { standing: { kind: 'none' }, who };
  if (data.board) return { standing: { kind: 'holds', grants: me.grants }, who };
  return { standing: standingWithout(gaps, me.grants), who };
};

const standingWithout = (gaps: readonly Gap[], grants: readonly string[]): Standing => {
  const gap = gaps.find(({ path }) => path === 'board');
  if (gap?.kind === 'down' || gap?.kind === 'failed') return { kind: 'unknown', because: gap.message };
  return {
    kind: 'refused',
    because: gap?.satisfiedBy?.replace(/^\S+ takes /, 'A case takes ') ?? 'Your agency or role does not work cases in this hub.',
    grants,
  };
};
