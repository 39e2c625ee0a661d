/** Who is on the call, and who is near and free; distances move with the units. */
import type { ReactNode } from 'react';
import type { Gap } from '../../../kit/answer.ts';
import { useNow } from '../../../kit/clock.ts';
import { ageOf, agoOf, distanceMeters, headingOf, metersOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import type { Unit } from '../live/picture.ts';
import { isStale } from '../map/features.ts';
import type { UnitsStore } from '../map/map.tsx';
import type { Whole } from './dock.tsx';
import { Section } from './section.tsx';

interface UnitsProps {
  incident: Whole;
  /** Read once a second, with the clock. */
  units: UnitsStore;
  gaps: readonly Gap[];
  onUnit: (id: string) => void;
}

const nearestFree = 4;

export const Units = ({ incident: { dispatches, location }, units, gaps, onUnit }: UnitsProps): ReactNode => {
  const now = useNow();
  const known = units.get();
  const point = location?.point ?? undefined;
  const distanceOf = ({ position }: Unit): number | undefined =>
    position && point ? distanceMeters(position.point, point) : undefined;
  const assigned = new Set(dispatches.map(({ unit }) => unit.id));
  const free = point
    ? [...known.values()]
        .filter((unit) => unit.status === 'AVAILABLE' && !assigned.has(unit.id) && !isStale(unit, now))
        .map((unit) => ({ unit, distance: distanceOf(unit) ?? Number.POSITIVE_INFINITY }))
        .sort((a, b) => a.distance - b.distance)
        .slice(0, nearestFree)
    : [];
  return (
    <Section title="Units" count={dispatches.length}>
      <Gaps gaps={gaps} what="Units" />
      <ul className="lines">
        {dispatches.map(({ unit, onSceneAt, enRouteAt, dispatchedAt, clearedAt }) => {
          const live = known.get(unit.id);
          const step = clearedAt ? 'Cleared' : onSceneAt ? 'On scene' : enRouteAt ? 'En route' : 'Dispatched';
          const since = clearedAt ?? onSceneAt ?? enRouteAt ?? dispatchedAt;
          return (
            <li key={`${unit.id} ${dispatchedAt}`}>
              <button type="button" className="line unit" onClick={() => onUnit(unit.id)} data-unit={unit.id}>
                <strong>{unit.callSign}</strong>
                <span>
                  {step} {since && <span className="quiet">{agoOf(since, now)}</span>}
                </span>
                <span className="quiet">{live ? placeWords(live, now) : 'no position'}</span>
                <span className="distance">{metersOf(live && distanceOf(live))}</span>
              </button>
            </li>
          );
        })}
      </ul>
      {dispatches.length === 0 && gaps.length === 0 && <NothingFound>No unit is assigned.</NothingFound>}
      {free.length > 0 && (
        <>
          <h4 className="dock-sub">Nearest available</h4>
          <ul className="lines">
            {free.map(({ unit, distance }) => (
              <li key={unit.id}>
                <button type="button" className="line unit" onClick={() => onUnit(unit.id)} data-unit={unit.id}>
                  <strong>{unit.callSign}</strong>
                  <span>{wordsOf(unit.status)}</span>
                  <span className="quiet">{placeWords(unit, now)}</span>
                  <span className="distance">{metersOf(distance)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Section>
  );
};

/** `NE 42 mph` · `standing` · `position 4 min old` */
export const placeWords = (unit: Unit, now: number): string => {
  const { position } = unit;
  if (!position) return 'no position';
  if (isStale(unit, now)) return `position ${ageOf(position.fixedAt, now)} old`;
  if (position.headingDegrees === null || !position.speedKph) return 'standing';
  return `${headingOf(position.headingDegrees)} ${Math.round(position.speedKph / 1.609)} mph`;
};
