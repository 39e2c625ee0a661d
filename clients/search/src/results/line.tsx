/** One record as a line: tick it, open it, put it on the case's board. */
import type { KeyboardEvent, ReactNode } from 'react';
import { Link } from 'wouter';
import { dayTimeOf } from '../../../kit/format.ts';
import { useStore } from '../../../kit/store.ts';
import { usePutOnBoard } from '../board/put.ts';
import { useDesk } from '../desk.ts';
import { originOf, type Row } from '../rows.ts';
import { step } from '../shortcuts.ts';

interface LineProps {
  row: Row;
  /** The record whose page is open. */
  current?: boolean;
  children?: ReactNode;
}

export const Line = ({ row, current = false, children }: LineProps): ReactNode => {
  const desk = useDesk();
  const picked = useStore(desk.picked).has(row.key);
  const put = usePutOnBoard();
  return (
    <div className={`line ${row.type.toLowerCase()}`} data-key={row.key} data-current={current || undefined}>
      <input
        type="checkbox"
        className="line-pick"
        aria-label={`Tick ${row.title}`}
        checked={picked}
        onChange={({ target }) => desk.pick([row], target.checked)}
      />
      <Link
        href={desk.pathOf(row)}
        className="line-open"
        data-line=""
        aria-current={current ? 'true' : undefined}
        onKeyDown={onArrow}
      >
        <span className="line-title">
          <span className="kind" aria-hidden="true">
            {marks[row.type]}
          </span>
          {row.title}
        </span>
        {row.marks.map((mark) => (
          <span key={mark} className="chip">
            {mark}
          </span>
        ))}
        <span className="line-detail">{row.detail}</span>
      </Link>
      {children}
      <span className="line-from" title={row.from ? originOf(row.from) : undefined}>
        {row.at && <time dateTime={row.at}>{dayTimeOf(row.at)}</time>}
        {row.from?.synthetic && <span className="synthetic">synthetic</span>}
        {row.from?.derived && <span className="synthetic">derived</span>}
      </span>
      {put && (
        <button
          type="button"
          className="button small line-put"
          aria-label={`Put ${row.title} on the board`}
          onClick={() => put(row)}
        >
          + Board
        </button>
      )}
    </div>
  );
};

const onArrow = (event: KeyboardEvent): void => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  step(by);
};

export const marks = { Person: '◉', Report: '▤', Incident: '▲', Vehicle: '▣', Place: '◆' } as const;
