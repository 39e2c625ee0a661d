/** The agency's priorities as the picture draws them: the leading digit tells the urgency. */
import type { Incident } from './live/picture.ts';

export type Urgency = '2' | '1' | '0';

/** NOPD: 3 and 2 are emergencies, 1 needs an officer, 0 is no emergency. */
export const urgencyOf = ({ priority }: Pick<Incident, 'priority'>): Urgency => {
  const digit = priority?.charAt(0) ?? '0';
  if (digit >= '2') return '2';
  return digit === '1' ? '1' : '0';
};

export const urgencyWords: Record<Urgency, string> = { '2': 'Emergency', '1': 'Priority', '0': 'Routine' };

export const titleOf = ({ type, number }: Pick<Incident, 'type' | 'number'>): string => type?.text ?? type?.code ?? number;
