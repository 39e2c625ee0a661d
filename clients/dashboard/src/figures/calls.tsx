/** Calls by type and district, how fast they were answered, and when the work comes. */
import type { ReactNode } from 'react';
import type { FiguresQuery, VideoFiguresQuery } from '../../generated/graphql.ts';
import { Card } from './card.tsx';
import { Bars } from './charts.tsx';
import { byDistrict, byHour, intervalCells, intervalHead, minutesOf, nameOf, topTypes } from './rows.ts';

export const CallCards = ({ data, videos }: { data: FiguresQuery; videos: VideoFiguresQuery | undefined }): ReactNode => {
  const types = data.byType?.groups ?? [];
  const districts = byDistrict(data.byDistrict?.groups ?? []);
  const hours = byHour(data.byHour?.groups ?? []);
  const asked = byHour(videos?.byHour?.groups ?? []);
  return (
    <>
      <Card
        title="Calls by type"
        file="calls-by-type"
        head={['Type', 'Code', 'Calls', ...intervalHead]}
        rows={types.map((figure) => [nameOf(figure), figure.key, figure.count, ...intervalCells(figure)])}
      >
        <Bars
          lying
          rows={types.slice(0, topTypes).map((figure) => ({ name: nameOf(figure), count: figure.count }))}
          series={[{ key: 'count', title: 'Calls', color: '#5cc8ff' }]}
        />
      </Card>
      <Card
        title="Calls by district"
        file="calls-by-district"
        head={['District', 'Calls']}
        rows={districts.map((figure) => [figure.key ?? 'not stated', figure.count])}
      >
        <Bars
          rows={districts.map((figure) => ({ name: figure.key ?? '–', count: figure.count }))}
          series={[{ key: 'count', title: 'Calls', color: '#5cc8ff' }]}
        />
      </Card>
      <Card
        title="Response by district, minutes"
        file="response-by-district"
        head={['District', 'Calls', ...intervalHead]}
        rows={districts.map((figure) => [figure.key ?? 'not stated', figure.count, ...intervalCells(figure)])}
      >
        <Bars
          rows={districts.map((figure) => ({
            name: figure.key ?? '–',
            waiting: minutesOf(figure.receivedToDispatched.medianSeconds),
            driving: minutesOf(figure.dispatchedToArrived.medianSeconds),
          }))}
          stacked
          series={[
            { key: 'waiting', title: 'Received to dispatched, median', color: '#ffc247' },
            { key: 'driving', title: 'Dispatched to arrived, median', color: '#3f8fc0' },
          ]}
        />
      </Card>
      <Card
        title="Workload by hour of the day"
        file="workload-by-hour"
        head={['Hour', 'Calls', 'Requests to the crime center']}
        rows={hours.map((figure, hour) => [hour, figure?.count ?? 0, asked[hour]?.requests ?? 0])}
        wide
      >
        <Bars
          rows={hours.map((figure, hour) => ({
            name: String(hour),
            calls: figure?.count ?? 0,
            requests: asked[hour]?.requests ?? 0,
          }))}
          series={[
            { key: 'calls', title: 'Calls', color: '#3f8fc0' },
            { key: 'requests', title: 'Requests to the crime center', color: '#4ddc8a' },
          ]}
        />
      </Card>
    </>
  );
};
