/** One published row → one asset of the registry. What the row lacks is made from the asset number, the same each time. */
import { hashOf, homeAgency, isShared, neighborAgency, ownerOf } from '../../kit/demo/ownership.ts';
import type { NameOf } from './places.ts';

export interface Asset {
  number: string;
  label: string;
  typeCode: 'F' | 'P' | 'D' | 'U';
  statusCode: 1 | 2 | 3 | 9;
  ownershipCode: 'M' | 'P';
  party: { number: number; name: string; kind: 'M' | 'P' };
  ori: string;
  shared: boolean;
  latitude: string;
  longitude: string;
  headingDegrees: number | null;
  tiltDegrees: number | null;
  fieldOfViewDegrees: number | null;
  heightFeet: number | null;
  /** Calendar day of the published list; null where it states none. */
  surveyedOn: string | null;
}

interface Row {
  latitude: string;
  longitude: string;
}

const city: Asset['party'] = { number: 1, name: 'City of New Orleans', kind: 'M' };
const parish: Asset['party'] = { number: 2, name: neighborAgency.name, kind: 'M' };

/** `C` and the nine digits by which the city's list tells its cameras apart. */
export const cityAsset = ({ latitude, longitude, random_id }: Row & { random_id: string }, nameOf: NameOf): Asset => {
  const number = `C${random_id.replace(/^0?\./, '').padEnd(9, '0')}`;
  const party = ownerOf(number).ori === homeAgency.ori ? city : parish;
  return {
    ...made(number),
    label: labelOf({ latitude, longitude }, nameOf),
    ownershipCode: 'M',
    party,
    latitude,
    longitude,
    surveyedOn: '2022-03-11',
  };
};

/** The partners' list has no key at all: `S` and the row's place in it. */
export const partnerAsset = ({ latitude, longitude }: Row, ordinal: number, nameOf: NameOf): Asset => ({
  ...made(`S${String(ordinal).padStart(3, '0')}`),
  label: labelOf({ latitude, longitude }, nameOf),
  ownershipCode: 'P',
  party: { number: 100 + ordinal, name: `SafeCam partner ${ordinal}`, kind: 'P' },
  latitude,
  longitude,
  surveyedOn: null,
});

const made = (number: string): Omit<Asset, 'label' | 'ownershipCode' | 'party' | 'latitude' | 'longitude' | 'surveyedOn'> => {
  const draw = (what: string, sides: number) => hashOf(`${what}:${number}`) % sides;
  const typeCode = (['F', 'F', 'F', 'P', 'P', 'P', 'P', 'D', 'D', 'U'] as const)[draw('type', 10)] ?? 'U';
  const status = draw('status', 100);
  const surveyed = typeCode !== 'U';
  return {
    number,
    typeCode,
    statusCode: status < 90 ? 1 : status < 95 ? 2 : status < 98 ? 3 : 9,
    ori: ownerOf(number).ori,
    shared: isShared(number),
    headingDegrees: typeCode === 'F' || typeCode === 'P' ? draw('heading', 360) : null,
    tiltDegrees: surveyed ? -5 - draw('tilt', 30) : null,
    fieldOfViewDegrees: typeCode === 'D' ? 360 : surveyed ? 60 + draw('view', 50) : null,
    heightFeet: surveyed ? 12 + draw('height', 24) : null,
  };
};

/** A label says where the camera stands; where nobody can know, it gives no street. */
const labelOf = (row: Row, nameOf: NameOf): string => {
  const point = { latitude: Number(row.latitude || Number.NaN), longitude: Number(row.longitude || Number.NaN) };
  const nearCity = Math.abs(point.latitude - 30) < 1 && Math.abs(point.longitude + 90) < 1;
  return nearCity ? nameOf(point) : 'Place unknown';
};

export const streamOf = ({ number, typeCode }: Asset) => ({
  number: `${number}-1`,
  asset: number,
  protocolCode: 1 + (hashOf(`protocol:${number}`) % 3),
  reference: `vms:${number}/1`,
  ptz: typeCode === 'P',
});
