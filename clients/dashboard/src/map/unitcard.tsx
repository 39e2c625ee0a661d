/** One unit in words: what it does, where it goes, and how old that knowledge is. */
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { useNow } from '../../../kit/clock.ts';
import { ageOf, wordsOf } from '../../../kit/format.ts';
import { placeWords } from '../dock/units.tsx';
import type { Unit } from '../live/picture.ts';
import { isStale } from './features.ts';

export const UnitCard = ({ unit, past, onClose }: { unit: Unit; past: boolean; onClose: () => void }): ReactNode => {
  const now = useNow();
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
