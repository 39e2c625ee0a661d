/** The caller's own saved searches: ask again, be told or not, rename, delete. */
import { useMutation, useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { gapsOf } from '../../../kit/answer.ts';
import { dayTimeOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { useStore } from '../../../kit/store.ts';
import {
  DeleteSearchDocument,
  NotifySearchDocument,
  RenameSearchDocument,
  type SavedFragment,
  SavedSearchesDocument,
} from '../../generated/graphql.ts';
import { useDesk } from '../desk.ts';
import { planOfSaved } from '../plan.ts';
import { savedChanged, savedVersion } from './changed.ts';

export const SavedView = (): ReactNode => {
  const { data, error, loading, refetch } = useQuery(SavedSearchesDocument);
  const version = useStore(savedVersion);
  useEffect(() => {
    if (version > 0) void refetch();
  }, [version, refetch]);
  const gaps = gapsOf(error);
  const saved = data?.savedSearches;
  return (
    <div className="view saved" data-saved={saved?.nodes.length ?? (loading ? 'loading' : 'none')}>
      <header className="view-head">
        <h1>Saved searches</h1>
        <span className="quiet">
          Yours alone. Those that tell you do so while this page is open, under the case that they were made for.
        </span>
      </header>
      <Gaps gaps={gaps} what="Saved searches" onRetry={() => void refetch()} />
      {saved?.nodes.length === 0 && (
        <NothingFound>You have saved none. After a search, “Save this search…” keeps it.</NothingFound>
      )}
      <ul className="cards">
        {saved?.nodes.map((search) => (
          <Saved key={search.id} search={search} />
        ))}
      </ul>
    </div>
  );
};

const Saved = ({ search }: { search: SavedFragment }): ReactNode => {
  const desk = useDesk();
  const [, go] = useLocation();
  const [notify] = useMutation(NotifySearchDocument);
  const [rename, { error }] = useMutation(RenameSearchDocument);
  const [remove] = useMutation(DeleteSearchDocument);
  const plan = planOfSaved(search.kind, search.variables);
  const live = search.kind === 'INCIDENTS' || search.kind === 'REPORTS';
  return (
    <li className="card" data-saved-name={search.name}>
      <input
        className="input"
        aria-label={`Name of ${search.name}`}
        defaultValue={search.name}
        maxLength={80}
        onBlur={({ target }) => {
          const name = target.value.trim();
          if (name && name !== search.name) void rename({ variables: { id: search.id, name } }).then(savedChanged);
        }}
      />
      <Gaps gaps={gapsOf(error)} what="The name" />
      <p>
        <span className="chip">{wordsOf(search.kind)}</span> {wordsOfVariables(search.variables)}
      </p>
      <p className="quiet">
        Purpose {search.purpose ?? 'none'}, case {search.caseNumber ?? 'none'}; saved {dayTimeOf(search.createdAt)}
      </p>
      <div className="record-tools">
        <button
          type="button"
          className="button small"
          disabled={!plan}
          onClick={() => {
            if (!plan) return;
            desk.ask(plan);
            go('/');
          }}
        >
          Ask again
        </button>
        {live && (
          <button
            type="button"
            className="button small"
            aria-pressed={search.notify}
            onClick={() => void notify({ variables: { id: search.id, notify: !search.notify } }).then(savedChanged)}
          >
            {search.notify ? 'Telling you' : 'Tell me'}
          </button>
        )}
        <button
          type="button"
          className="button small ghost"
          onClick={() => void remove({ variables: { id: search.id } }).then(savedChanged)}
        >
          Delete
        </button>
      </div>
    </li>
  );
};

/** `{"person":{"name":"X"}}` → `person: name X` */
const wordsOfVariables = (text: string): string => {
  try {
    return wordsOfValue(JSON.parse(text) as unknown);
  } catch {
    return text;
  }
};

const wordsOfValue = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(wordsOfValue).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, inner]) => `${wordsOf(name.replaceAll(/([A-Z])/g, ' $1')).toLowerCase()} ${wordsOfValue(inner)}`)
    .join(', ');
};
