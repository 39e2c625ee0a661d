/** For what purpose, on which case and why: what access rules read beside the token, sent with every operation. */
import type { Purpose } from '../../schema/principal.ts';

export interface Authority {
  purpose?: Purpose;
  caseNumber?: string;
  reason?: string;
}

/** Purposes with what each means; none missing, by its type. */
export const purposes: Record<Purpose, string> = {
  C: 'Criminal justice (C)',
  D: 'Domestic violence court (D)',
  F: 'Firearms (F)',
  J: 'Criminal-justice employment (J)',
  DISPATCH: 'Dispatch',
  AUDIT: 'Audit',
  DEMONSTRATION: 'Demonstration',
};

/** As `extensions` of a request: what is not stated is not sent. */
export const extensionsOf = ({ purpose, caseNumber, reason }: Authority): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ purpose, caseNumber: caseNumber?.trim(), reason: reason?.trim() }).filter(
      (entry): entry is [string, string] => Boolean(entry[1]),
    ),
  );
