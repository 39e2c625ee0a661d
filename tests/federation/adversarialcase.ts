/** An adversarial case that is one operation: who asks what, what is shown, what is told, what may not have been fetched. */
import type { Answer, Ask } from './harness.ts';

export interface Case extends Omit<Ask, 'token'> {
  /** The case's number, then what holds. */
  what: string;
  /** patrol, unless said. */
  who?: 'patrol' | 'detective' | 'vendor' | 'partner' | 'investigator' | 'nobody';
  /** What is shown, whole; absent: the operation is refused and nothing is asked. */
  data?: Answer['data'];
  /** Code of the first error, where there is one. */
  code?: string;
  /** Paths of all that is withheld. */
  withheld?: (string | number)[][];
  /** Denials as the record lists them. */
  denied?: string[];
  /** May not have been in any request to a system; `ssn` may not in any case but those that permit it. */
  unfetched?: RegExp;
  permitsSsn?: true;
  /** May not be in what the caller is told. */
  untold?: RegExp;
}

export const forCase = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'follow-up' };
export const person = (selection: string): string => `{ person(id: "p1") { ${selection} } }`;

export const denies = { code: 'UNAUTHORIZED_FIELD_OR_TYPE' };
export const invalid = { code: 'GRAPHQL_VALIDATION_FAILED' };
export const bad = { code: 'BAD_REQUEST' };
