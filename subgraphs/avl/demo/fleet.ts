/**
 * The demo's vehicles: which modem each unit has. Half the fleet speaks TAIP and
 * names itself by its call sign; the other half forwards NMEA behind a 16-digit
 * modem id. Loader and driver derive the same fleet, so that they agree without
 * talking to each other.
 */
import { hashOf, isShared, type Owner, ownerOf } from '../../kit/demo/ownership.ts';
import type { DemoUnit } from '../../kit/demo/units.ts';
import type { Protocol } from '../fix.ts';

export interface Vehicle {
  number: number;
  callSign: string;
  owner: Owner;
  shared: boolean;
  protocol: Protocol;
  deviceId: string;
  /** Where it waits between calls. */
  home: DemoUnit['home'];
  /** One in forty has a modem that switches off for most of the time. */
  failing: boolean;
}

export const fleetOf = (units: readonly DemoUnit[]): Vehicle[] =>
  units.map(({ callSign, home }, index) => {
    const protocol = index % 2 === 0 ? 'TAIP' : 'NMEA';
    return {
      number: 1_000 + index,
      callSign,
      owner: ownerOf(callSign),
      shared: isShared(callSign),
      protocol,
      deviceId: protocol === 'TAIP' ? callSign : modemId(index),
      home: spread(home, callSign),
      failing: hashOf(`modem:${callSign}`) % 40 === 0,
    };
  });

/** As modems print theirs: sixteen digits with a common head. */
const modemId = (index: number): string => `00010104${String(7_500_001 + index).padStart(8, '0')}`;

/** Cars of one zone share a home; they do not stand on top of each other. */
const spread = ({ latitude, longitude }: DemoUnit['home'], callSign: string): DemoUnit['home'] => {
  const step = (what: string) => ((hashOf(`${what}:${callSign}`) % 41) - 20) * 1e-5;
  return { latitude: latitude + step('north'), longitude: longitude + step('east') };
};
