/** Spans of time that figures are counted over; 400 days at the most, as the graph allows. */

export interface Span {
  from: string;
  to: string;
}

export interface Preset {
  id: string;
  title: string;
  span: (now: number) => Span;
}

const dayMs = 86_400_000;

const last =
  (days: number): Preset['span'] =>
  (now) => ({
    from: new Date(now - days * dayMs).toISOString(),
    to: new Date(now).toISOString(),
  });

/** A calendar year, in the reader's own zone. */
export const yearSpan = (year: number): Span => ({
  from: new Date(year, 0, 1).toISOString(),
  to: new Date(year + 1, 0, 1).toISOString(),
});

const yearsBack = 5;

export const presetsAt = (now: number): Preset[] => {
  const thisYear = new Date(now).getFullYear();
  return [
    { id: 'day', title: 'Last 24 hours', span: last(1) },
    { id: 'week', title: 'Last 7 days', span: last(7) },
    { id: 'month', title: 'Last 30 days', span: last(30) },
    ...Array.from({ length: yearsBack + 1 }, (_, back) => ({
      id: String(thisYear - back),
      title: `Year ${thisYear - back}`,
      span: () => yearSpan(thisYear - back),
    })),
  ];
};

export const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
