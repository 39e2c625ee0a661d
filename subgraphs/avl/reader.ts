/** What one request reads through, as resolvers see it; source.ts makes it. */
import type { Page } from '../kit/page.ts';
import type { Bounds } from './bounds.ts';

/** A row of `avl.unit_position` or `avl.fix`. */
export interface FixRow {
  unitId: string;
  latitude: number;
  longitude: number;
  headingDegrees: number | null;
  speedKph: number | null;
  deviceState: string;
  fixedAt: Date;
  receivedAt: Date;
  observedAt: Date | null;
  derived: boolean;
  synthetic: boolean;
  sourceId: string;
}

/** A fix as the graph shows it: judged by its age at the time of reading. */
export interface PositionRecord extends FixRow {
  stale: boolean;
}

export interface TrailArguments {
  minutes?: number | null;
  from?: Date | null;
  to?: Date | null;
  first?: number | null;
  after?: string | null;
}

export interface PositionsAtArguments {
  at: Date;
  bounds?: Bounds | null;
  first?: number | null;
  after?: string | null;
}

export interface AvlReader {
  /** The unit's newest fix; null where it has none or the caller may not know of the unit. */
  position: (unitId: string) => Promise<PositionRecord | null>;
  trail: (unitId: string, args: TrailArguments) => Promise<Page<PositionRecord>>;
  /** The last fix of each unit before an instant of the past, by unit. */
  positionsAt: (args: PositionsAtArguments) => Promise<Page<PositionRecord>>;
}
