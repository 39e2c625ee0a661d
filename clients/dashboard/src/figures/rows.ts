/** Answers as rows of charts and tables. */
import type { CallFiguresFragment, VideoFigureFragment } from '../../generated/graphql.ts';

export type CallFigure = CallFiguresFragment;
export type VideoFigure = VideoFigureFragment;

/** How many bars an eye compares; the rest is in the table and the file. */
export const topTypes = 12;

export const nameOf = ({ key, text }: { key: string | null; text?: string | null }): string => text ?? key ?? 'not stated';

export const minutesOf = (seconds: number | null): number | null => (seconds === null ? null : Math.round(seconds / 6) / 10);

/** Hours that had nothing are hours too. */
export const byHour = <Figure extends { key: string | null }>(figures: readonly Figure[]): (Figure | undefined)[] => {
  const found = new Map(figures.map((figure) => [figure.key, figure]));
  return Array.from({ length: 24 }, (_, hour) => found.get(String(hour).padStart(2, '0')));
};

export const byDistrict = <Figure extends { key: string | null }>(figures: readonly Figure[]): Figure[] =>
  [...figures].sort((a, b) => (a.key ?? '~').localeCompare(b.key ?? '~', 'en', { numeric: true }));

/** Of the requests that were answered, how many had relevant video. */
export const shareFound = ({ relevantVideoFound, noRelevantVideoFound }: VideoFigure): number | null => {
  const answered = relevantVideoFound + noRelevantVideoFound;
  return answered === 0 ? null : relevantVideoFound / answered;
};

export const percentOf = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(1)} %`);

export const intervalCells = (figure: CallFigure): (number | null)[] =>
  [figure.receivedToDispatched, figure.dispatchedToArrived, figure.receivedToArrived].flatMap(({ medianSeconds, p90Seconds }) => [
    minutesOf(medianSeconds),
    minutesOf(p90Seconds),
  ]);

export const intervalHead = ['Received to dispatched', 'Dispatched to arrived', 'Received to arrived'].flatMap((name) => [
  `${name}, median min`,
  `${name}, 90th percentile min`,
]);
