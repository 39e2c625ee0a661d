/**
 * The agency's clock. Its exports and its own tables tell local time without a
 * zone; everything else here is an instant.
 */
export const zone = 'America/Chicago';

const clock = new Intl.DateTimeFormat('en-US', {
  timeZone: zone,
  hourCycle: 'h23',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const hourMs = 3_600_000;
/** Formatting is slow and offsets change on whole hours only, so one lookup serves an hour. */
const offsets = new Map<number, number>();

/** Local time minus UTC at that instant, in milliseconds. */
export const offsetMsAt = (instantMs: number): number => {
  const hour = Math.floor(instantMs / hourMs);
  const known = offsets.get(hour);
  if (known !== undefined) return known;
  const parts = new Map(clock.formatToParts(hour * hourMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const offset =
    Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - hour * hourMs;
  offsets.set(hour, offset);
  return offset;
};

/**
 * The instant of a local wall-clock time. Where it happened twice (autumn) or
 * never (spring) standard time decides, as PostgreSQL's AT TIME ZONE does.
 */
export const fromLocal = (localMs: number): Date => {
  const before = offsetMsAt(localMs - 12 * hourMs);
  const after = offsetMsAt(localMs + 12 * hourMs);
  return new Date(offsetMsAt(localMs - after) === after ? localMs - after : localMs - before);
};

/** `YYYY-MM-DD HH:MM:SS.mmm` on the agency's wall clock, as a column without a zone takes it. */
export const toLocal = (instant: Date): string =>
  new Date(instant.getTime() + offsetMsAt(instant.getTime())).toISOString().replace('T', ' ').replace('Z', '');

const written = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})(?::(\d{2}))?(?: (AM|PM))?$/;

/** `M/D/YYYY H:MM` or `MM/DD/YYYY hh:mm:ss AM`, local; undefined where it is neither, or no such day or time exists. */
export const parseLocal = (text: string): Date | undefined => {
  const match = written.exec(text.trim());
  if (!match) return undefined;
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const half = match[7];
  if (half && (hour < 1 || hour > 12)) return undefined;
  const hour24 = half ? (hour % 12) + (half === 'PM' ? 12 : 0) : hour;
  const localMs = Date.UTC(year, month - 1, day, hour24, minute, second);
  const read = new Date(localMs);
  const real = read.getUTCMonth() === month - 1 && read.getUTCDate() === day && hour24 < 24 && minute < 60 && second < 60;
  return real ? fromLocal(localMs) : undefined;
};
