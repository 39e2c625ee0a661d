/** What happened when, the latest first, in one column whatever system knows it. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { dayTimeOf } from '../../../kit/format.ts';
import { NothingFound } from '../../../kit/notices.tsx';
import { useDesk } from '../desk.ts';
import { marks } from '../results/line.tsx';
import type { Row } from '../rows.ts';

export interface Moment {
  at: string;
  title: string;
  detail: string;
  row?: Row;
}

/** @param more what is no record of its own: warrants, steps of a call */
export const momentsOf = (rows: readonly Row[], more: readonly Moment[]): Moment[] =>
  [
    ...rows.flatMap((row) => (row.at ? [{ at: row.at, title: `${row.type} ${row.title}`, detail: row.detail, row }] : [])),
    ...more,
  ].sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));

export const Timeline = ({ rows, more = [] }: { rows: readonly Row[]; more?: readonly Moment[] }): ReactNode => {
  const desk = useDesk();
  const moments = momentsOf(rows, more);
  if (moments.length === 0) return <NothingFound>Nothing on record has a time.</NothingFound>;
  return (
    <ol className="timeline" data-timeline={moments.length}>
      {moments.map(({ at, title, detail, row }) => (
        <li key={`${at} ${title}`}>
          <time dateTime={at}>{dayTimeOf(at)}</time>
          <span className="kind" aria-hidden="true">
            {row ? marks[row.type] : '•'}
          </span>
          <span>
            {row ? <Link href={desk.pathOf(row)}>{title}</Link> : <strong>{title}</strong>}{' '}
            {row?.marks.map((mark) => (
              <span key={mark} className="chip">
                {mark}
              </span>
            ))}
            <span className="line-detail">{detail}</span>
          </span>
        </li>
      ))}
    </ol>
  );
};
