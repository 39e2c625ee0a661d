/** Where a section's rows come from, and how fresh that system is, in words. */
import { createContext, type ReactNode, use } from 'react';
import { useNow } from '../../kit/clock.ts';
import { ageOf, dayOf } from '../../kit/format.ts';
import type { SourceHealth } from '../../kit/health.tsx';

export const SourcesContext = createContext<readonly SourceHealth[]>([]);

export const Freshness = ({ source }: { source: string }): ReactNode => {
  const health = use(SourcesContext).find(({ id }) => id === source);
  const now = useNow();
  const state = health?.state ?? 'UNKNOWN';
  return (
    <span className={`freshness ${state.toLowerCase()}`} data-source-state={state} title={health?.detail ?? health?.title}>
      {health?.title ?? source}: {wordsOf(health, now)}
    </span>
  );
};

const wordsOf = (health: SourceHealth | undefined, now: number): string => {
  if (!health) return 'state not known';
  if (health.state === 'DOWN') return 'not answering';
  if (health.state === 'STALE') return `silent since ${ageOf(health.lastEventAt, now)}`;
  if (!health.lastEventAt) return 'live';
  const long = now - Date.parse(health.lastEventAt) > 2 * 86_400_000;
  return long ? `live, last change ${dayOf(health.lastEventAt)}` : `live, last change ${ageOf(health.lastEventAt, now)} ago`;
};
