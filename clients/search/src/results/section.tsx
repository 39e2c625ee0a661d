/**
 * One system's part of the answer. It fills when its own system answers, and says
 * which of four things an empty one is: still asked, nothing found, nothing
 * allowed, or a system that is down.
 */
import type { OperationVariables } from '@apollo/client';
import { type ReactNode, useId } from 'react';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { useDesk } from '../desk.ts';
import { Freshness } from '../freshness.tsx';
import { Lines } from './lines.tsx';
import { mostRows, type Pages, type Question, usePages } from './pages.ts';

interface SectionProps<Data, Variables extends OperationVariables> {
  title: string;
  /** The system that answers. */
  source: string;
  /** What is said when there is nothing: `Nobody of this name is on record`. */
  nothing: string;
  question: Question<Data, Variables>;
  current?: string | undefined;
}

export const Section = <Data, Variables extends OperationVariables>({
  title,
  source,
  nothing,
  question,
  current,
}: SectionProps<Data, Variables>): ReactNode => {
  const pages = usePages(question);
  const id = useId();
  const { rows, gaps, there, state } = pages;
  const missing = gaps.length > 0;
  return (
    <section
      className="section"
      aria-labelledby={id}
      aria-busy={state === 'asking'}
      data-section={title}
      data-state={stateOf(pages)}
    >
      <header className="section-head">
        <h2 id={id}>
          {title}{' '}
          <span className="count">
            {state === 'asking' ? '…' : there && !(missing && rows.length === 0) ? `${rows.length}${pages.more ? '+' : ''}` : '–'}
          </span>
        </h2>
        <Freshness source={source} />
        {state === 'answered' && <span className="quiet">{(pages.tookMs / 1_000).toFixed(1)} s</span>}
        <More pages={pages} />
      </header>
      {state === 'asking' && <p className="quiet asking">Asking…</p>}
      {rows.length > 0 && <Lines rows={rows} label={title} current={current} />}
      {missing && (
        <Gaps
          gaps={gaps.map((gap) => (gap.path.includes('.') ? gap : { ...gap, path: '' }))}
          what={title}
          onRetry={pages.loadMore}
        />
      )}
      {state === 'answered' && there && !missing && rows.length === 0 && <NothingFound>{nothing}</NothingFound>}
      {state === 'answered' && !there && !missing && (
        <p className="notice withheld" data-notice="outside">
          {title} are not part of what your agency may search in this hub.
        </p>
      )}
    </section>
  );
};

const stateOf = ({ state, rows, gaps, there }: Pages): string => {
  if (state === 'asking') return 'asking';
  if (rows.length > 0) return 'found';
  return gaps[0]?.kind ?? (there ? 'nothing' : 'withheld');
};

const More = ({ pages }: { pages: Pages }): ReactNode => {
  const desk = useDesk();
  return (
    <span className="section-more">
      {pages.more && (
        <>
          <button type="button" className="button small" onClick={pages.loadMore}>
            More
          </button>
          <button type="button" className="button small" title={`${mostRows} lines at the most`} onClick={pages.loadAll}>
            All
          </button>
        </>
      )}
      {pages.rows.length > 0 && (
        <button type="button" className="button small" onClick={() => desk.pick(pages.rows, true)}>
          Tick all
        </button>
      )}
    </span>
  );
};
