/** A call as dispatch has it: who called, what was done when, what came before, which reports came of it. */
import { useQuery } from '@apollo/client/react';
import { lazy, type ReactNode, Suspense } from 'react';
import { gapsAt, gapsOf } from '../../../kit/answer.ts';
import { clockOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { IncidentWholeDocument } from '../../generated/graphql.ts';
import { History } from '../history/history.tsx';
import { rowOfIncident, rowOfReport } from '../rows.ts';
import { Head, Missing, Part, restOf } from './frame.tsx';
import { Timeline } from './timeline.tsx';

const PlacesMap = lazy(() => import('../place/map.tsx').then(({ PlacesMap: component }) => ({ default: component })));
const told = ['notes', 'caller', 'priorCalls', 'reports'].map((part) => `incident.${part}`);

export const IncidentPage = ({ id }: { id: string }): ReactNode => {
  const { data, error, loading, refetch } = useQuery(IncidentWholeDocument, { variables: { id } });
  const incident = data?.incident;
  const gaps = gapsOf(error);
  if (!incident) {
    return (
      <>
        <Missing loading={loading} gaps={gaps} what="The call" onRetry={() => void refetch()} />
        {!loading && <History record={`Incident:${id}`} />}
      </>
    );
  }
  const row = rowOfIncident(incident);
  const { caller, notes, timeline, priorCalls, videoRequests } = incident;
  const reports = incident.reports?.map((report) => rowOfReport(report));
  const remarks = gapsAt(gaps, 'incident.notes').filter(({ path }) => path !== '');
  const calling = gapsAt(gaps, 'incident.caller').filter(({ path }) => path !== '');
  return (
    <>
      <Head row={row} rows={reports ?? []} agency={incident.agency} />
      <Gaps gaps={restOf(gaps, told)} what="This call" />
      <section className="part" aria-label="Caller and remarks" data-part="Caller">
        <h3>Caller and remarks</h3>
        {caller && (
          <p>
            <strong>{caller.name ?? 'No name given'}</strong>, {caller.phone ?? 'no number'}
            {caller.synthetic && <span className="synthetic">synthetic</span>}
          </p>
        )}
        <Gaps gaps={[...calling, ...remarks]} what="Caller and remarks" />
        <ul>
          {notes?.map(({ at, text }) => (
            <li key={`${at} ${text}`}>
              <time className="quiet">{clockOf(at)}</time> {text}
            </li>
          ))}
        </ul>
        {!caller && calling.length === 0 && <NothingFound>No caller is on record.</NothingFound>}
      </section>
      <Part title="Reports" rows={reports} nothing="No report is filed under this number." gaps={gaps} at="incident.reports" />
      <Part
        title="Earlier calls at this address"
        rows={priorCalls.nodes.map((call) => rowOfIncident(call))}
        more={priorCalls.pageInfo.hasNextPage}
        nothing="No earlier call here is on record."
        gaps={gaps}
        at="incident.priorCalls"
      />
      <section className="part" aria-label="Video" data-part="Video">
        <h3>Asked of the crime center</h3>
        {videoRequests.length === 0 && <NothingFound>No video was asked for.</NothingFound>}
        {videoRequests.map(({ requestedFor, outcome }) => (
          <p key={`${requestedFor} ${outcome}`}>
            Video for {requestedFor ?? 'no stated signal'}: {outcome ?? 'no answer yet'}
          </p>
        ))}
      </section>
      <section className="part" aria-label="Steps of the call">
        <h3>Timeline</h3>
        <Timeline
          rows={[]}
          more={timeline.map(({ at, event, unit }) => ({ at, title: wordsOf(event), detail: unit?.callSign ?? '' }))}
        />
      </section>
      {row.point && (
        <Suspense fallback={<p className="quiet asking">Loading the map…</p>}>
          <PlacesMap rows={[row]} />
        </Suspense>
      )}
    </>
  );
};
