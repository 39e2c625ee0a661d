/** Every source's state and lag in words, along the page's foot. */
import { useQuery, useSubscription } from '@apollo/client/react';
import { type ReactNode, useEffect, useState } from 'react';
import { gapsOf } from './answer.ts';
import { useNow } from './clock.ts';
import { agoOf, clockOf, durationOf } from './format.ts';
import { type SourceHealthFragment, SourcesChangeDocument, SourcesNowDocument } from './generated/graphql.ts';
import { usePage } from './page.tsx';

export type SourceHealth = SourceHealthFragment;

/** Every source now, kept current by its stream; changes for the worse and back are told in the tray. */
export const useSources = (): { sources: readonly SourceHealth[]; unreachable: boolean } => {
  const { tray } = usePage();
  const [changed, setChanged] = useState<ReadonlyMap<string, SourceHealth>>(new Map());
  const { data, error, refetch } = useQuery(SourcesNowDocument);
  useSubscription(SourcesChangeDocument, {
    context: { onGap: () => void refetch() },
    ignoreResults: true,
    onData: ({ data: { data: event } }) => {
      const source = event?.sourceStateChanged.source;
      if (source) setChanged((before) => new Map(before).set(source.id, source));
    },
  });
  const sources = (data?.sources ?? []).map((source) => newer(changed.get(source.id), source));
  const states = sources.map(({ id, state }) => `${id}=${state}`).join(' ');
  const [told, setTold] = useState<string>();
  useEffect(() => {
    if (states === '' || states === told) return;
    if (told !== undefined) tellChanges(told, sources, tray.add);
    setTold(states);
  }, [states, told, sources, tray]);
  return { sources, unreachable: sources.length === 0 && gapsOf(error).length > 0 };
};

/** The stream tells changes of state; what it told last stands until a query is made anew. */
const newer = (changed: SourceHealth | undefined, queried: SourceHealth): SourceHealth =>
  changed && (changed.lastSeenAt ?? '') >= (queried.lastSeenAt ?? '') ? changed : queried;

type Add = ReturnType<typeof usePage>['tray']['add'];

const tellChanges = (told: string, sources: readonly SourceHealth[], add: Add): void => {
  const before = new Map(told.split(' ').map((part) => part.split('=') as [string, string]));
  for (const { id, title, state, detail } of sources) {
    if (before.get(id) === state) continue;
    if (state === 'LIVE') add({ id: `source-${id}`, level: 'good', text: `${title} is live again.` });
    else
      add({
        id: `source-${id}`,
        level: state === 'DOWN' ? 'bad' : 'warn',
        text: `${title}: ${detail ? withClock(detail) : inWords[state]}`,
      });
  }
};

const inWords = { LIVE: 'live', STALE: 'silent for longer than usual', DOWN: 'not answering' } as const;

export const HealthStrip = (): ReactNode => {
  const { sources, unreachable } = useSources();
  const now = useNow();
  return (
    <footer>
      <ul className="health" aria-label="State of the sources">
        {unreachable && <li className="health-source down">The state of the sources is not known.</li>}
        {sources.map((source) => (
          <li
            key={source.id}
            className={`health-source ${source.state.toLowerCase()}`}
            data-source={source.id}
            data-state={source.state}
            title={source.detail ?? source.title}
          >
            <span className="health-mark" aria-hidden="true" />
            <strong>{source.title}</strong> <span className="health-words">{sentenceOf(source, now)}</span>
          </li>
        ))}
      </ul>
    </footer>
  );
};

/** `live, 4 s ago, lag 0.3 s` · `not answering: …` */
const sentenceOf = ({ state, lagSeconds, lastEventAt, detail }: SourceHealth, now: number): string => {
  if (state !== 'LIVE') return `${inWords[state]}${detail ? `: ${withClock(detail)}` : ''}`;
  const lag = lagSeconds === null ? '' : `, lag ${lagSeconds < 10 ? `${lagSeconds.toFixed(1)} s` : durationOf(lagSeconds)}`;
  return `live${lastEventAt ? `, changed ${agoOf(lastEventAt, now)}${lag}` : ''}`;
};

/** The hub writes instants for machines; people read the clock. */
const withClock = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (instant) => clockOf(instant));
