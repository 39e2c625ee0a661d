/** One incident of the list: how urgent, how old, what, where, who is on it. */
import { memo, type ReactNode } from 'react';
import { useNow } from '../../../kit/clock.ts';
import { ageOf, clockOf, wordsOf } from '../../../kit/format.ts';
import type { Incident } from '../live/picture.ts';
import { titleOf, urgencyOf, urgencyWords } from '../priority.ts';

interface RowProps {
  id: string;
  incident: Incident;
  index: number;
  start: number;
  size: number;
  selected: boolean;
  fresh: 'new' | 'changed' | undefined;
  onSelect: (id: string) => void;
}

export const Row = memo(({ id, incident, index, start, size, selected, fresh, onSelect }: RowProps): ReactNode => {
  const { status, priority, location, receivedAt, units } = incident;
  const urgency = urgencyOf(incident);
  const unitWords = units.map(({ callSign }) => callSign).join(' ');
  return (
    <tr
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={`list-row incident urgency-${urgency} ${status.toLowerCase()}`}
      data-incident={incident.id}
      data-fresh={fresh}
      style={{ transform: `translateY(${start}px)`, height: size }}
      onClick={() => onSelect(incident.id)}
    >
      <td className="cell-priority">
        <span className="priority" title={urgencyWords[urgency]}>
          {priority ?? '–'}
        </span>
      </td>
      <td className="cell-receivedAt" title={clockOf(receivedAt)}>
        <Age at={receivedAt} />
      </td>
      <td className="cell-type">
        <span className="call-title">{titleOf(incident)}</span>
        <span className="call-place">
          {fresh && <span className="fresh">{fresh === 'new' ? 'NEW' : 'CHANGED'}</span>}
          {location?.address ?? 'No address'}
          {unitWords && <span className="call-units"> · {unitWords}</span>}
        </span>
      </td>
      <td className="cell-district">{location?.district ?? '–'}</td>
      <td className="cell-status">
        <span className={`status ${status.toLowerCase()}`}>{wordsOf(status)}</span>
      </td>
    </tr>
  );
});

const Age = ({ at }: { at: string }): ReactNode => ageOf(at, useNow());
