/**
 * How large a demo may be made. The sizes are those of a mid-size and of a
 * top-ten city (calls a day, units, cameras, persons); the rows are the real
 * ones, multiplied: see `multiply.ts`.
 */

export interface Volume {
  /** As it is noted beside what was loaded: `city`, `metro`, or `city of 5000 calls`. */
  name: string;
  /** Of each real call, report and person, beside itself. */
  copies: number;
  unitCopies: number;
  cameraCopies: number;
  /** One every ten seconds. */
  fixesAUnit: number;
  /** The real eleven months are folded into their last quarter: four times as many calls a day. */
  inOneQuarter: boolean;
}

export type VolumeName = 'city' | 'metro';

/** What the real demo has of each. */
const realCalls = 6_528;

/**
 * `city`: 333,000 calls (1,000 a day), 285,000 persons, 374 units, 5,400 cameras, half a million fixes.
 * `metro`: 1.3 million calls (14,000 a day), 1.1 million persons, 2,600 units, 18,000 cameras, 1.1 million fixes.
 */
const volumes: Record<VolumeName, Omit<Volume, 'name'>> = {
  city: { copies: 50, unitCopies: 0, cameraCopies: 10, fixesAUnit: 1_440, inOneQuarter: false },
  metro: { copies: 200, unitCopies: 6, cameraCopies: 36, fixesAUnit: 420, inOneQuarter: true },
};

/** With `calls`, the same in proportion to that many calls for service. */
export const volumeOf = (name: VolumeName, calls?: number): Volume => {
  const whole = volumes[name];
  if (calls === undefined) return { name, ...whole };
  const copies = Math.max(1, Math.round(calls / realCalls) - 1);
  const part = (count: number): number => Math.round((count * copies) / whole.copies);
  return {
    ...whole,
    name: `${name} of ${calls} calls`,
    copies,
    unitCopies: part(whole.unitCopies),
    cameraCopies: part(whole.cameraCopies),
    fixesAUnit: Math.max(1, part(whole.fixesAUnit)),
  };
};
