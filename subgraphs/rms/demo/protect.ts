/**
 * Who must be protected, told from what the papers say: juveniles by age, and
 * victims of sex crimes and of domestic violence by signal and charge. Where
 * both could be, a sex crime comes first; a doubt protects.
 */
import { hashOf } from '../../kit/demo/ownership.ts';
import type { Paper, Party } from './papers.ts';

/** As the vendor codes it: SX sex crime, DV domestic violence, blank none. */
export type Protection = 'SX' | 'DV' | '';

/** 42, 43, 80 and 81 with their suffixes and attempts; 24K rape kit; 283 voyeurism; 106 obscenity with a victim. */
const sexSignal = /^(27-)?(42|43|80|81)[A-Z]*$|^24K$|^283$|^106$/;
const sexCharge = /RAPE|SEXUAL|INDECENT BEHAVIOR|CARNAL KNOWLEDGE|VOYEUR|NONCONSENSUAL DISCLOSURE|OBSCENITY|LEWD/;
/** The agency marks a domestic signal by a final D (35D, 37D, 103D); 18DE and the like do not end so. */
const domesticSignal = /^(27-)?\d+D$/;
const domesticCharge = /DOMESTIC|DATING PARTNER|PROTECTIVE ORDER|STALKING/;
const juvenileSignal = /^(80|81|92|93|21J|17J)$/;

export const protectionOf = (paper: Paper, party: Party): Protection => {
  if (party.type !== 'VICTIM') return '';
  const charges = paper.charges.map(({ text }) => text.toUpperCase());
  if (sexSignal.test(paper.signal.code) || charges.some((text) => sexCharge.test(text))) return 'SX';
  const domestic =
    domesticSignal.test(paper.signal.code) || paper.signal.code === '79' || charges.some((text) => domesticCharge.test(text));
  return domestic ? 'DV' : '';
};

/** Under 18 when it happened; without an age, whoever the signal or the person's type calls a juvenile. */
export const isJuvenile = (paper: Paper, party: Party): boolean => {
  if (party.age !== null) return party.age < 18;
  if (party.type === 'MISSING JUVENILE' || party.type === 'RUNAWAY JUVENILE') return true;
  return party.type === 'VICTIM' && juvenileSignal.test(paper.signal.code);
};

/** A court sealed it: about one report in a hundred. */
export const isReportSealed = (item: string): boolean => hashOf(`sealed-report:${item}`) % 97 === 0;

/** Its owner keeps it to a few: about one report in a hundred, of those that no court sealed. Made up, as the seals are. */
export const isReportRestricted = (item: string): boolean => hashOf(`restricted-report:${item}`) % 89 === 0;

/** About one person in a hundred and fifty. */
export const isPersonSealed = (key: string): boolean => hashOf(`sealed-person:${key}`) % 151 === 0;
