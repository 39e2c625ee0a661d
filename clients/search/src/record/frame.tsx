/** What every record's page has: a head, what can be done with it, and sections that say what is missing and why. */
import { type ReactNode, useId } from 'react';
import { Link } from 'wouter';
import type { Gap } from '../../../kit/answer.ts';
import { gapsAt } from '../../../kit/answer.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { usePutOnBoard } from '../board/put.ts';
import { useDesk } from '../desk.ts';
import { Freshness } from '../freshness.tsx';
import { History } from '../history/history.tsx';
import { useRelease } from '../release/context.ts';
import { Line } from '../results/line.tsx';
import { originOf, type Row } from '../rows.ts';

interface HeadProps {
  row: Row;
  /** With what is shown of it below: what a release would hold. */
  rows: readonly Row[];
  agency?: { name: string; ori: string } | undefined;
}

export const Head = ({ row, rows, agency }: HeadProps): ReactNode => {
  const put = usePutOnBoard();
  const desk = useDesk();
  const release = useRelease();
  const path = desk.pathOf(row);
  return (
    <header className="record-head">
      <p className="quiet record-kind">{row.type === 'Place' ? 'Address' : row.type}</p>
      <h2>{row.title}</h2>
      <p>
        {row.detail}{' '}
        {row.marks.map((mark) => (
          <span key={mark} className="chip">
            {mark}
          </span>
        ))}
      </p>
      <p className="quiet record-from">
        {row.from && <Freshness source={row.from.source} />} {row.from && originOf(row.from)}
        {agency && ` · ${agency.name}`}
        {row.from?.synthetic && <span className="synthetic">synthetic</span>}
      </p>
      <div className="record-tools">
        {put && (
          <button type="button" className="button small" onClick={() => put(row)}>
            + Board
          </button>
        )}
        <Link href={`/chart${path}`} className="button small" data-chart-way="">
          Link chart
        </Link>
        {release && (
          <button
            type="button"
            className="button small"
            onClick={() => release({ title: `${row.type} ${row.title}`, rows: [row, ...rows] })}
          >
            Release…
          </button>
        )}
        <History record={row.key} />
      </div>
    </header>
  );
};

interface PartProps {
  title: string;
  rows: readonly Row[] | undefined | null;
  more?: boolean | undefined;
  nothing: string;
  gaps: readonly Gap[];
  /** Where in the answer the rows are: its gaps are this section's. */
  at: string;
}

export const Part = ({ title, rows, more, nothing, gaps, at }: PartProps): ReactNode => {
  const id = useId();
  const own = gapsAt(gaps, at).filter(({ path }) => path !== '');
  const seen = new Map((rows ?? []).map((row) => [row.key, row]));
  return (
    <section className="part" aria-labelledby={id} data-part={title}>
      <h3 id={id}>
        {title} {rows && <span className="count">{more ? `${rows.length}+` : rows.length}</span>}
      </h3>
      <Gaps gaps={own} what={title} />
      {[...seen.values()].map((row) => (
        <Line key={row.key} row={row} />
      ))}
      {rows?.length === 0 && own.length === 0 && <NothingFound>{nothing}</NothingFound>}
    </section>
  );
};

interface MissingProps {
  loading: boolean;
  gaps: readonly Gap[];
  what: string;
  onRetry: () => void;
}

/** Where there is no record: still asked, withheld, a system that is down, or none that this caller could be told of. */
export const Missing = ({ loading, gaps, what, onRetry }: MissingProps): ReactNode => {
  if (loading) return <p className="quiet asking">Reading…</p>;
  if (gaps.length > 0) return <Gaps gaps={gaps} what={what} onRetry={onRetry} />;
  return <NothingFound>There is no such record, or none that you may see.</NothingFound>;
};

/** Gaps that no section of the page has told. */
export const restOf = (gaps: readonly Gap[], told: readonly string[]): Gap[] =>
  gaps.filter(({ path }) => !told.some((part) => path === part || path.startsWith(`${part}.`)));
