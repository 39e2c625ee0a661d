/**
 * Key figures: what came in, how fast it was answered, what was asked of the crime
 * center and what came of it. Counted by the systems themselves, from their own
 * records; nothing here is an estimate.
 */
import { useQuery } from '@apollo/client/react';
import { type ReactNode, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import './figures.css';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import { dayOf, durationOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { FiguresDocument, LatestRequestBeforeDocument, VideoFiguresDocument } from '../../generated/graphql.ts';
import { CallCards } from './calls.tsx';
import { VideoCards } from './requests.tsx';
import { percentOf, shareFound } from './rows.ts';
import { presetsAt, type Span, timeZone } from './spans.ts';

export const Figures = (): ReactNode => {
  const presets = useMemo(() => presetsAt(Date.now()), []);
  const [chosen, setChosen] = useState(() => new URLSearchParams(location.search).get('span') ?? 'month');
  const preset = presets.find(({ id }) => id === chosen) ?? presets[0];
  const choose = (id: string): void => {
    setChosen(id);
    history.replaceState(history.state, '', `${location.pathname}?span=${encodeURIComponent(id)}`);
  };
  const span = useMemo(() => preset?.span(Date.now()), [preset]);
  return (
    <div className="figures">
      <header className="figures-head">
        <h1>Key figures</h1>
        <label className="field">
          Span{' '}
          <select value={preset?.id} onChange={(event) => choose(event.target.value)} data-span="">
            {presets.map(({ id, title }) => (
              <option key={id} value={id}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {span && (
          <span className="quiet">
            {dayOf(span.from)} to {dayOf(span.to)}, hours in {timeZone()}
          </span>
        )}
      </header>
      {span && <Counted span={span} onYear={(year) => choose(String(year))} />}
    </div>
  );
};

const Counted = ({ span, onYear }: { span: Span; onYear: (year: number) => void }): ReactNode => {
  const variables = { span: { ...span, timeZone: timeZone() } };
  const calls = useQuery(FiguresDocument, { variables });
  const videos = useQuery(VideoFiguresDocument, { variables });
  const total = calls.data?.byType?.total;
  const requests = videos.data?.bySignal?.total;
  const names = new Map(calls.data?.byType?.groups.map(({ key, text }) => [key, text]));
  const gaps: Gap[] = [...gapsOf(calls.error), ...gapsOf(videos.error)];
  return (
    <>
      <Gaps gaps={gaps} what="Figures" onRetry={() => void Promise.all([calls.refetch(), videos.refetch()])} />
      {(calls.loading || videos.loading) && <p className="quiet">Counting…</p>}
      {requests?.requests === 0 && <Earlier before={span.from} onYear={onYear} />}
      <dl className="tiles">
        <Tile title="Calls" value={total?.count} />
        <Tile title="Received to dispatched, median" value={durationOf(total?.receivedToDispatched.medianSeconds)} />
        <Tile title="Dispatched to arrived, median" value={durationOf(total?.dispatchedToArrived.medianSeconds)} />
        <Tile title="Received to arrived, 90 % within" value={durationOf(total?.receivedToArrived.p90Seconds)} />
        <Tile title="Requests to the crime center" value={requests?.requests} />
        <Tile title="Relevant video found" value={requests && percentOf(shareFound(requests))} />
      </dl>
      <div className="cards">
        {calls.data && <CallCards data={calls.data} videos={videos.data} />}
        {videos.data && <VideoCards data={videos.data} names={names} />}
      </div>
    </>
  );
};

const Tile = ({ title, value }: { title: string; value: string | number | undefined }): ReactNode => (
  <div className="tile">
    <dt>{title}</dt>
    <dd>{typeof value === 'number' ? value.toLocaleString('en-US') : (value ?? '–')}</dd>
  </div>
);

/** An empty span is not an empty log: says where the log's last entry before it is. */
const Earlier = ({ before, onYear }: { before: string; onYear: (year: number) => void }): ReactNode => {
  const { data } = useQuery(LatestRequestBeforeDocument, { variables: { before } });
  const latest = data?.videoRequests?.nodes[0]?.incident.receivedAt;
  const year = latest && new Date(latest).getFullYear();
  return (
    <NothingFound>
      Nothing was asked of the crime center in this span.{' '}
      {year && (
        <>
          The latest request before it is of {dayOf(latest)}.{' '}
          <Button className="button link" onPress={() => onYear(year)}>
            Show {year}
          </Button>
        </>
      )}
    </NothingFound>
  );
};
