/** The left side: which instant, which calls, and the list of them. */
import type { ReactNode } from 'react';
import { Gaps } from '../../kit/notices.tsx';
import { Filters } from './list/filters.tsx';
import { List } from './list/list.tsx';
import type { Fresh } from './news.ts';
import type { Scene } from './scene.ts';
import type { View, ViewStore } from './view.ts';

interface SideProps {
  scene: Scene;
  view: View;
  change: ViewStore['change'];
  fresh: Fresh;
  onRows: (ids: readonly string[]) => void;
  onSelect: (id: string | undefined) => void;
}

export const Side = ({ scene, view, change, fresh, onRows, onSelect }: SideProps): ReactNode => (
  <section className="side" aria-label="Incident list">
    {view.at !== undefined && (
      <p className="past-banner" role="status">
        You are looking at the past.{' '}
        <button type="button" className="button link" onClick={() => change({ at: undefined })}>
          Back to live
        </button>
      </p>
    )}
    <Filters view={view} change={change} choices={scene.choices} shown={scene.shown.length} all={scene.incidents.size} />
    <div className="side-gaps">
      {scene.gaps.map(([part, gaps]) => (
        <Gaps key={part} gaps={gaps} what={part} />
      ))}
    </div>
    <List
      incidents={scene.shown}
      view={view}
      change={change}
      fresh={fresh}
      onRows={onRows}
      onSelect={onSelect}
      loading={scene.loading}
    />
  </section>
);
