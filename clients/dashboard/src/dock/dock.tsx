/** One incident, whole: what is around it, who is on it, what came before, and what this caller is not shown, and why. */
import { useQuery } from '@apollo/client/react';
import { type ReactNode, useEffect, useRef } from 'react';
import { Button } from 'react-aria-components';
import { type Gap, gapsAt, gapsOf } from '../../../kit/answer.ts';
import { useNow } from '../../../kit/clock.ts';
import { agoOf, clockOf, dayTimeOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { IncidentWholeDocument, type IncidentWholeQuery } from '../../generated/graphql.ts';
import type { Camera, Incident } from '../live/picture.ts';
import type { UnitsStore } from '../map/map.tsx';
import { titleOf, urgencyOf, urgencyWords } from '../priority.ts';
import { Cameras } from './cameras.tsx';
import { Reports } from './reports.tsx';
import { Section } from './section.tsx';
import { Units } from './units.tsx';

export type Whole = NonNullable<IncidentWholeQuery['incident']>;

interface DockProps {
  id: string;
  /** As the list has it now: when it changes, the dock is read anew. */
  live: Incident | undefined;
  units: UnitsStore;
  onClose: () => void;
  onZoom: () => void;
  onSelect: (id: string) => void;
  onWatch: (id: string) => void;
  onUnit: (id: string) => void;
  /** What was read, for the map: an incident that a link opened may be none of the list's. */
  onRead: (incident: Whole) => void;
}

export const Dock = ({ id, live, units, onClose, onZoom, onSelect, onWatch, onUnit, onRead }: DockProps): ReactNode => {
  const { data, error, loading, refetch } = useQuery(IncidentWholeDocument, { variables: { id } });
  const incident = data?.incident?.id === id ? data.incident : undefined;
  const gaps = gapsOf(error);
  useChanged(live, () => void refetch());
  useEffect(() => {
    if (incident) onRead(incident);
  }, [incident, onRead]);
  const head = live ?? incident;
  return (
    <aside className="dock" aria-label="Incident" data-dock={incident ? 'ready' : 'loading'}>
      {head && <Head incident={head} onClose={onClose} onZoom={onZoom} />}
      {!head && (
        <header className="dock-head">
          <h2>{loading ? 'Reading…' : 'Not shown'}</h2>
          <CloseButton onClose={onClose} />
        </header>
      )}
      <div className="dock-body">
        {!incident && !loading && <Gaps gaps={gaps} what="The incident" onRetry={() => void refetch()} />}
        {!incident && !loading && gaps.length === 0 && (
          <NothingFound>There is no such incident, or none that you may see.</NothingFound>
        )}
        {incident && (
          <>
            <Cameras
              edges={incident.nearestCameras?.edges}
              shown={shownCameras}
              gaps={gapsAt(gaps, 'incident.nearestCameras')}
              placed={incident.location?.point !== null && incident.location?.point !== undefined}
              onWatch={onWatch}
            />
            <Units incident={incident} units={units} gaps={gapsAt(gaps, 'incident.units')} onUnit={onUnit} />
            <Timeline incident={incident} />
            <Notes incident={incident} gaps={gaps} />
            <PriorCalls incident={incident} gaps={gapsAt(gaps, 'incident.priorCalls')} onSelect={onSelect} />
            <Reports reports={incident.reports} gaps={gapsAt(gaps, 'incident.reports')} />
            <Rest gaps={gaps} incident={incident} />
          </>
        )}
      </div>
    </aside>
  );
};

const shownCameras = 6;

/** The cameras that are numbered, here and on the map. */
export const camerasOf = (incident: Whole | undefined): readonly Camera[] =>
  incident?.nearestCameras?.edges.slice(0, shownCameras).map(({ node }) => node) ?? [];

/** Asks again when the record itself has changed, not when it merely came once more. */
const useChanged = (live: Incident | undefined, run: () => void): void => {
  const stamp = live && [live.status, live.priority, live.type?.code, live.units.length, live.arrivedAt, live.closedAt].join('|');
  const before = useRef({ id: live?.id, stamp });
  useEffect(() => {
    const { id, stamp: old } = before.current;
    before.current = { id: live?.id, stamp };
    if (id === live?.id && old !== undefined && stamp !== undefined && stamp !== old) run();
  });
};

const Head = ({ incident, onClose, onZoom }: { incident: Incident; onClose: () => void; onZoom: () => void }): ReactNode => {
  const { number, status, priority, location, receivedAt } = incident;
  const urgency = urgencyOf(incident);
  return (
    <header className={`dock-head urgency-${urgency}`}>
      <span className="priority large" title={urgencyWords[urgency]}>
        {priority ?? '–'}
      </span>
      <div className="dock-title">
        <h2>{titleOf(incident)}</h2>
        <p>{location?.address ?? 'No address'}</p>
        <p className="quiet">
          <span className="mono">{number}</span> · District {location?.district ?? '–'}
          {location?.zone && ` · Zone ${location.zone}`} ·{' '}
          <span className={`status ${status.toLowerCase()}`}>{wordsOf(status)}</span> · <Age at={receivedAt} />
        </p>
      </div>
      {location?.point && (
        <Button className="button small" onPress={onZoom}>
          Zoom
        </Button>
      )}
      <CloseButton onClose={onClose} />
    </header>
  );
};

const Age = ({ at }: { at: string }): ReactNode => {
  const now = useNow();
  return (
    <time dateTime={at} title={dayTimeOf(at)}>
      {clockOf(at)}, {agoOf(at, now)}
    </time>
  );
};

const CloseButton = ({ onClose }: { onClose: () => void }): ReactNode => (
  <Button className="button ghost dock-close" aria-label="Close the incident" onPress={onClose}>
    ✕
  </Button>
);

const Timeline = ({ incident: { timeline, timesInDoubt } }: { incident: Whole }): ReactNode => (
  <Section title="Timeline" count={timeline.length}>
    {timesInDoubt && <p className="notice down">The record’s own times contradict each other; they are shown as recorded.</p>}
    <ol className="timeline">
      {timeline.map(({ at, event, unit }) => (
        <li key={`${at} ${event} ${unit?.callSign ?? ''}`}>
          <time dateTime={at} title={dayTimeOf(at)}>
            {clockOf(at)}
          </time>
          <span>
            {wordsOf(event)}
            {unit && <strong> {unit.callSign}</strong>}
          </span>
        </li>
      ))}
    </ol>
  </Section>
);

const Notes = ({ incident: { notes, caller }, gaps }: { incident: Whole; gaps: readonly Gap[] }): ReactNode => {
  const own = [...gapsAt(gaps, 'incident.notes'), ...gapsAt(gaps, 'incident.caller')].filter(({ path }) => path !== '');
  return (
    <Section title="Remarks and caller" count={notes?.length}>
      {caller && (
        <p>
          Caller: <strong>{caller.name ?? 'no name'}</strong>, {caller.phone ?? 'no number'}
          {caller.synthetic && <span className="chip"> synthetic</span>}
        </p>
      )}
      <ul className="notes">
        {notes?.map(({ at, text }) => (
          <li key={`${at} ${text}`}>
            <time>{clockOf(at)}</time> <span>{text}</span>
          </li>
        ))}
      </ul>
      {own.length > 0 && <Gaps gaps={own} what="Remarks" />}
      {notes?.length === 0 && !caller && own.length === 0 && <NothingFound>No remarks on record.</NothingFound>}
    </Section>
  );
};

interface PriorProps {
  incident: Whole;
  gaps: readonly Gap[];
  onSelect: (id: string) => void;
}

const PriorCalls = ({ incident: { priorCalls }, gaps, onSelect }: PriorProps): ReactNode => (
  <Section title="Prior calls at this address" count={priorCalls?.nodes.length} more={priorCalls?.pageInfo.hasNextPage}>
    <Gaps gaps={gaps} what="Prior calls" />
    <ul className="lines">
      {priorCalls?.nodes.map((call) => (
        <li key={call.id}>
          <button type="button" className="line" onClick={() => onSelect(call.id)}>
            <span className={`priority urgency-${urgencyOf(call)}`}>{call.priority ?? '–'}</span>
            <span>{titleOf(call)}</span>
            <span className="quiet">{call.disposition?.text ?? wordsOf(call.status)}</span>
            <time className="quiet">{dayTimeOf(call.receivedAt)}</time>
          </button>
        </li>
      ))}
    </ul>
    {priorCalls?.nodes.length === 0 && gaps.length === 0 && (
      <NothingFound>No earlier call at this address is on record.</NothingFound>
    )}
  </Section>
);

/** What no section has said: outcomes for the crime center, and every other gap, each with who may see more. */
const Rest = ({
  incident: { videoRequests, disposition, provenance },
  gaps,
}: {
  incident: Whole;
  gaps: readonly Gap[];
}): ReactNode => {
  const told = ['nearestCameras', 'units', 'notes', 'caller', 'priorCalls', 'reports'].map((part) => `incident.${part}`);
  const rest = gaps.filter(({ path }) => !told.some((part) => path === part || path.startsWith(`${part}.`)));
  return (
    <Section title="On record">
      <dl className="facts">
        {videoRequests.map(({ requestedFor, outcome }) => (
          <div key={`${requestedFor} ${outcome}`} className="fact">
            <dt>Video requested for {requestedFor ?? 'no stated signal'}</dt>
            <dd>{outcome ?? 'no answer yet'}</dd>
          </div>
        ))}
        {disposition && (
          <div className="fact">
            <dt>Disposition</dt>
            <dd>{disposition.text ?? disposition.code}</dd>
          </div>
        )}
        <div className="fact">
          <dt>Source</dt>
          <dd>
            {provenance.source}, received {dayTimeOf(provenance.receivedAt)}
            {provenance.derived && <span className="chip">derived</span>}
            {provenance.synthetic && <span className="chip">synthetic</span>}
          </dd>
        </div>
      </dl>
      <Gaps gaps={rest} what="This record" />
    </Section>
  );
};
