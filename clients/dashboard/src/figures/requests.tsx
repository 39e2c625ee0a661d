/** What was asked of the crime center, and what came of it, from the center's own log. */
import type { ReactNode } from 'react';
import type { VideoFiguresQuery } from '../../generated/graphql.ts';
import { Card } from './card.tsx';
import { Bars, type Series } from './charts.tsx';
import { byDistrict, nameOf, percentOf, shareFound, topTypes, type VideoFigure } from './rows.ts';

const outcomes: Series[] = [
  { key: 'found', title: 'Relevant video found', color: '#4ddc8a' },
  { key: 'none', title: 'No relevant video', color: '#5a7188' },
  { key: 'unanswered', title: 'No answer on record', color: '#ffc247' },
];

const head = ['Requests', 'Relevant video found', 'No relevant video', 'No answer on record', 'Found of answered'];

const cells = (figure: VideoFigure): (string | number)[] => [
  figure.requests,
  figure.relevantVideoFound,
  figure.noRelevantVideoFound,
  figure.unanswered,
  percentOf(shareFound(figure)),
];

const bars = (figures: readonly VideoFigure[]): Record<string, string | number>[] =>
  figures.map((figure) => ({
    name: nameOf(figure),
    found: figure.relevantVideoFound,
    none: figure.noRelevantVideoFound,
    unanswered: figure.unanswered,
  }));

interface VideoCardsProps {
  data: VideoFiguresQuery;
  /** Signals' names: the log has codes alone. */
  names: ReadonlyMap<string | null, string | null>;
}

export const VideoCards = ({ data, names }: VideoCardsProps): ReactNode => {
  const signals = (data.bySignal?.groups ?? []).map((figure) => ({ ...figure, text: names.get(figure.key) ?? null }));
  const districts = byDistrict(data.byDistrict?.groups ?? []);
  const months = data.byMonth?.groups ?? [];
  return (
    <>
      <Card title="Requests by signal, and outcome" file="requests-by-signal" head={['Signal', ...head]} rows={rowsOf(signals)}>
        <Bars lying stacked rows={bars(signals.slice(0, topTypes))} series={outcomes} />
      </Card>
      <Card
        title="Requests by district, and outcome"
        file="requests-by-district"
        head={['District', ...head]}
        rows={rowsOf(districts)}
      >
        <Bars stacked rows={bars(districts)} series={outcomes} />
      </Card>
      <Card title="Requests by month, and outcome" file="requests-by-month" head={['Month', ...head]} rows={rowsOf(months)}>
        <Bars stacked rows={bars(months)} series={outcomes} />
      </Card>
    </>
  );
};

const rowsOf = (figures: readonly VideoFigure[]) => figures.map((figure) => [nameOf(figure), ...cells(figure)]);
