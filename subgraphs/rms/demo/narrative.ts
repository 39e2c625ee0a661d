/**
 * Made-up accounts. The published papers have no narrative; each gets a short
 * one made of its own facts, which says of itself that it is made up. It names
 * nobody: whoever may read it may not be allowed the names.
 */
import { toLocal } from '../../kit/demo/time.ts';
import type { Paper, Party } from './papers.ts';
import type { Vehicle } from './vehicles.ts';

export const narrativeOf = (paper: Paper, vehicle: Vehicle | undefined): string => {
  const [day = '', time = ''] = toLocal(paper.occurredAt).split(' ');
  const others = paper.parties.filter(({ type }) => type !== undefined);
  const offenders = paper.parties.filter(({ type }) => type === undefined);
  return [
    '[Synthetic narrative, composed from the fields of the report.]',
    `On ${day} at about ${time.slice(0, 5)} hours officers took a report of ${paper.signal.text.toLowerCase()} (signal ${paper.signal.code}) at ${paper.address ?? 'an unrecorded place'}.`,
    ...others.map((party) => `${title(party)}: ${looks(party)}.${party.fatal ? ' The injuries were fatal.' : ''}`),
    ...offenders.map((party) => `Offender ${party.number}: ${looks(party)}; ${party.arrested ? 'arrested' : 'not arrested'}.`),
    ...(vehicle ? [`Vehicle: ${vehicle.color.toLowerCase()} ${vehicle.year} ${vehicle.make} ${vehicle.model}.`] : []),
    ...(paper.charges.length > 0 ? [`Charges: ${paper.charges.map(({ code, text }) => `${code} ${text}`).join('; ')}.`] : []),
    `Status: ${paper.disposition.toLowerCase()}.`,
  ].join(' ');
};

const title = ({ type, number }: Party): string => {
  const text = (type ?? 'person').toLowerCase().replaceAll('-', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${number}`;
};

const looks = ({ race, sex, age }: Party): string => {
  const words = [race?.toLowerCase(), sex?.toLowerCase(), age === null ? undefined : `aged ${age}`].filter(
    (word) => word !== undefined,
  );
  return words.length > 0 ? words.join(' ') : 'no description';
};
