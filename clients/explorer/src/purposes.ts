/** Purposes that an operation may state, with what each means; none missing, by its type. */
import type { Purpose } from '../../../schema/principal.ts';

export const purposes: Record<Purpose | '', string> = {
  '': 'no purpose',
  C: 'C: criminal justice',
  D: 'D: domestic violence court',
  F: 'F: firearms',
  J: 'J: criminal-justice employment',
  DISPATCH: 'dispatch',
  AUDIT: 'audit',
  DEMONSTRATION: 'demonstration',
};
