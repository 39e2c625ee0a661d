/**
 * Made-up vehicles. The published papers name none, so those whose signal or
 * charge is about a vehicle get one: what was stolen, what was broken into,
 * what the suspects came in. Some stolen ones turn up again as a suspect's.
 * Plates have Louisiana's form; the VIN's check digit is wrong on purpose, so
 * that it cannot be a real vehicle's.
 */
import { hashOf, ownerOf } from '../../kit/demo/ownership.ts';
import type { Paper, Party } from './papers.ts';
import { type Index, openNumbers } from './people.ts';

/** S stolen, O the offenders', V the victim's. */
export type VehicleRole = 'S' | 'O' | 'V';

export interface Vehicle {
  seq: number;
  ori: string;
  plate: string;
  vin: string;
  make: string;
  model: string;
  year: number;
  color: string;
  ownerSeq: number | null;
  uses: { item: string; role: VehicleRole }[];
  lastSeenAt: Date;
}

export const colors: Record<string, string> = {
  BLK: 'BLACK',
  WHI: 'WHITE',
  SIL: 'SILVER',
  GRY: 'GRAY',
  RED: 'RED',
  BLU: 'BLUE',
  GRN: 'GREEN',
  GLD: 'GOLD',
  MAR: 'MAROON',
  TAN: 'TAN',
};

const makes: [string, string[]][] = [
  ['HONDA', ['ACCORD', 'CIVIC', 'CR-V']],
  ['TOYOTA', ['CAMRY', 'COROLLA', 'TACOMA']],
  ['NISSAN', ['ALTIMA', 'SENTRA', 'ROGUE']],
  ['FORD', ['F-150', 'FUSION', 'EXPLORER']],
  ['CHEVROLET', ['MALIBU', 'SILVERADO', 'TAHOE']],
  ['DODGE', ['CHARGER', 'DURANGO', 'RAM 1500']],
  ['KIA', ['OPTIMA', 'SOUL', 'FORTE']],
  ['HYUNDAI', ['ELANTRA', 'SONATA', 'TUCSON']],
  ['JEEP', ['CHEROKEE', 'WRANGLER', 'COMPASS']],
  ['INFINITI', ['Q50', 'QX60', 'G37']],
];

const stolenSignal = /^(67AR?|64J|65J|68|21R)$/;
const victimSignal = /^(27-67A|27-64J|27-65J|62C|27-62C|67C|27-67C)$/;
const suspectSignal = /^(100|99)$/;
const stolenCharge = /^14 (64\.2|67\.26|68\.4)$/;
const driveBy = /^14 37\.1$/;
/** Shootings and robberies by gun: one in so many has a suspects' vehicle. */
const gunSignal = /^(30S|34S|64G)$/;
const gunEvery = 6;
const reuseWithinMs = 14 * 86_400_000;

export const vehiclesOf = (papers: Paper[], { personOf }: Index): Vehicle[] => {
  const vehicles: Vehicle[] = [];
  const numberOf = openNumbers('vehicle');
  for (const paper of papers) {
    const role = roleIn(paper);
    if (!role) continue;
    const again = role === 'O' ? stolenBefore(paper, vehicles) : undefined;
    if (again) {
      again.uses.push({ item: paper.item, role });
      again.lastSeenAt = paper.occurredAt;
      continue;
    }
    const owner = role === 'O' ? undefined : ownerIn(paper);
    vehicles.push({
      ...madeUp(paper, role, numberOf(paper.item)),
      ownerSeq: owner ? (personOf.get(owner.key)?.seq ?? null) : null,
    });
  }
  return vehicles;
};

const roleIn = ({ item, signal, charges }: Paper): VehicleRole | undefined => {
  if (stolenSignal.test(signal.code) || charges.some(({ code }) => stolenCharge.test(code))) return 'S';
  if (victimSignal.test(signal.code)) return 'V';
  if (suspectSignal.test(signal.code) || charges.some(({ code }) => driveBy.test(code))) return 'O';
  return gunSignal.test(signal.code) && hashOf(`vehicle:${item}`) % gunEvery === 0 ? 'O' : undefined;
};

/** Every second suspects' vehicle is one that the same agency wrote down as stolen in the two weeks before. */
const stolenBefore = (paper: Paper, vehicles: Vehicle[]): Vehicle | undefined =>
  hashOf(`again:${paper.item}`) % 2 === 0
    ? vehicles.findLast(
        ({ uses, ori, lastSeenAt }) =>
          uses.length === 1 &&
          uses[0]?.role === 'S' &&
          ori === ownerOf(paper.item).ori &&
          paper.occurredAt.getTime() - lastSeenAt.getTime() < reuseWithinMs,
      )
    : undefined;

const ownerIn = ({ parties }: Paper): Party | undefined =>
  parties.find(({ type, age }) => type === 'VICTIM' && (age === null || age >= 16));

const madeUp = (paper: Paper, role: VehicleRole, seq: number): Omit<Vehicle, 'ownerSeq'> => {
  const roll = (what: string, sides: number): number => hashOf(`${what}:${paper.item}`) % sides;
  const [make, models] = makes[roll('make', makes.length)] ?? ['FORD', []];
  const year = 2004 + roll('year', 18);
  return {
    seq,
    ori: ownerOf(paper.item).ori,
    plate: `${String(100 + roll('plate', 900))} ${letters(roll('letters', 26 ** 3), 3)}`,
    vin: vinOf(roll('vin', 2 ** 32), year, seq),
    make,
    model: models[roll('model', models.length)] ?? '',
    year,
    color: Object.keys(colors)[roll('color', 10)] ?? 'BLK',
    uses: [{ item: paper.item, role }],
    lastSeenAt: paper.occurredAt,
  };
};

const letters = (number: number, length: number): string =>
  Array.from({ length }, (_, at) => String.fromCharCode(65 + (Math.floor(number / 26 ** at) % 26))).join('');

const vinAlphabet = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

const vinOf = (seed: number, year: number, seq: number): string => {
  const pick = (at: number): string => vinAlphabet[hashOf(`${seed}:${at}`) % vinAlphabet.length] ?? 'A';
  const body = Array.from({ length: 17 }, (_, at) => (at < 11 ? pick(at) : String((seq * 7919 + at) % 10)));
  body[9] = 'ABCDEFGHJKLMNPRSTVWXY123456789'[(year - 1980) % 30] ?? 'A';
  body[8] = '0';
  body[8] = wrongDigit(body);
  return body.join('');
};

/** ISO 3779's transliteration: A to I are 1 to 9, J to R 1 to 9, S to Z 2 to 9. */
const vinValueOf = (character: string): number =>
  /\d/.test(character) ? Number(character) : Number('12345678.12345.7.923456789'[character.charCodeAt(0) - 65]) || 0;

/** Any digit but the one that the sum asks for. */
const wrongDigit = (vin: string[]): string => {
  const sum = vin.reduce((total, character, at) => total + vinValueOf(character) * (vinWeights[at] ?? 0), 0);
  return String(((sum + 1) % 11) % 10 === sum % 11 ? ((sum + 2) % 11) % 10 : ((sum + 1) % 11) % 10);
};
