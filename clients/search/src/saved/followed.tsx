/**
 * Follows every saved search that shall tell, with its own variables, purpose and
 * case: each match is decided by the hub for this reader, at that event.
 */
import { useQuery, useSubscription } from '@apollo/client/react';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import type { Authority } from '../../../kit/authority.ts';
import { usePage } from '../../../kit/page.tsx';
import { useStore } from '../../../kit/store.ts';
import {
  FollowIncidentsDocument,
  FollowReportsDocument,
  type SavedFragment,
  SavedSearchesDocument,
} from '../../generated/graphql.ts';
import { useGranted } from '../standingcontext.ts';
import { savedVersion } from './changed.ts';

/** More streams than these would crowd out the page's own. */
const mostFollowed = 20;

export const Followed = (): ReactNode => (useGranted('hub:searches') ? <All /> : null);

const All = (): ReactNode => {
  const { data, refetch } = useQuery(SavedSearchesDocument);
  const version = useStore(savedVersion);
  useEffect(() => {
    if (version > 0) void refetch();
  }, [version, refetch]);
  const told = (data?.savedSearches?.nodes ?? []).filter(({ notify }) => notify).slice(0, mostFollowed);
  return told.map((search) =>
    search.kind === 'INCIDENTS' ? (
      <Incidents key={search.id} search={search} />
    ) : search.kind === 'REPORTS' ? (
      <Reports key={search.id} search={search} />
    ) : null,
  );
};

const Incidents = ({ search }: { search: SavedFragment }): ReactNode => {
  const tell = useTell(search);
  useSubscription(FollowIncidentsDocument, {
    variables: { filter: filterOf(search) },
    context: useStated(search),
    ignoreResults: true,
    onData: ({ data: { data } }) => {
      const incident = data?.incidentChanged.incident;
      if (incident) tell(incident, 'incident', `call ${incident.number}, ${incident.type?.text ?? 'no type yet'}`);
    },
  });
  return null;
};

const Reports = ({ search }: { search: SavedFragment }): ReactNode => {
  const tell = useTell(search);
  useSubscription(FollowReportsDocument, {
    variables: { filter: filterOf(search) },
    context: useStated(search),
    ignoreResults: true,
    onData: ({ data: { data } }) => {
      const report = data?.reportChanged.report;
      if (report) tell(report, 'report', `report ${report.number}, ${report.signal?.text ?? 'no signal yet'}`);
    },
  });
  return null;
};

/** A record that changes again replaces its own alert. */
const useTell = ({ id, name }: SavedFragment): ((record: { id: string }, path: string, words: string) => void) => {
  const { tray } = usePage();
  const [, go] = useLocation();
  return (record, path, words) =>
    tray.add({
      id: `${id} ${record.id}`,
      level: 'warn',
      text: `“${name}”: ${words}`,
      action: { label: 'Open', run: () => go(`/${path}/${encodeURIComponent(record.id)}`) },
    });
};

/** The purpose and the case that the search was made for; the reason is what is stated now, where the case is the same. */
const useStated = ({ purpose, caseNumber }: SavedFragment): { authority: Authority } => {
  const { authority } = usePage();
  const now = authority.get();
  const same = lettersOf(now.caseNumber) === lettersOf(caseNumber ?? '');
  return {
    authority: {
      ...(purpose && { purpose: purpose as NonNullable<Authority['purpose']> }),
      ...(caseNumber && { caseNumber }),
      ...(same && now.reason && { reason: now.reason }),
    },
  };
};

const lettersOf = (text = ''): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

const filterOf = ({ variables }: SavedFragment): object => {
  try {
    return JSON.parse(variables) as object;
  } catch {
    return {};
  }
};
