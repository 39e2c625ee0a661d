/** One unit in words: what it does, where it goes, and how old that knowledge is. */
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useNow } from '../../../kit/clock.ts';
import { ageOf, wordsOf } from '../../../kit/format.ts';
import { placeWords } from '../dock/units.tsx';
import { isStale } from './features.ts';
import type { UnitsStore } from './map.tsx';

interface UnitCardProps {
  id: string;
  units: UnitsStore;
  past: boolean;
  onClose: () => void;
}

export const UnitCard = ({ id, units, past, onClose }: UnitCardProps): ReactNode => {
  const now = useNow();
  const unit = units.get().get(id);
  if (!unit) return null;
  const { callSign, status, district, position } = unit;
  return (
    <section className="unit-card" aria-label={`Unit ${callSign}`} data-unit-card={unit.id}>
      <header className="camera-head">
        <h2>Unit {callSign}</h2>
        <Button className="button ghost" aria-label="Close the unit" onPress={onClose}>
          ✕
        </Button>
      </header>
      <dl className="facts">
        <dt>Status</dt>
        <dd>{past ? 'not on record for the past' : wordsOf(status)}</dd>
        <dt>District</dt>
        <dd>{district ?? '–'}</dd>
        <dt>Movement</dt>
        <dd>{placeWords(unit, now)}</dd>
        <dt>Last fix</dt>
        <dd className={isStale(unit, now) ? 'stale' : undefined}>
          {position ? `${ageOf(position.fixedAt, now)} ago${isStale(unit, now) ? ' (stale)' : ''}` : 'none'}
        </dd>
      </dl>
    </section>
  );
};
