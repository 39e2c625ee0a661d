/** Times, ages, distances and codes in words; the same in every page. */

const clock = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const short = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', year: 'numeric' });

type Instant = string | number | null | undefined;

const dateOf = (at: Instant): Date | undefined => {
  if (at === null || at === undefined) return undefined;
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date;
};

/** `14:03:21` */
export const clockOf = (at: Instant): string => formatted(clock, at);
/** `14:03` */
export const timeOf = (at: Instant): string => formatted(short, at);
/** `Feb 21, 2022` */
export const dayOf = (at: Instant): string => formatted(day, at);
/** `Feb 21, 2022 14:03` */
export const dayTimeOf = (at: Instant): string => (dateOf(at) ? `${dayOf(at)} ${timeOf(at)}` : '—');

const formatted = (format: Intl.DateTimeFormat, at: Instant): string => {
  const date = dateOf(at);
  return date ? format.format(date) : '—';
};

/** `12 s`, `4 min`, `3 h 05`, `6 d` */
export const ageOf = (at: Instant, now: number): string => {
  const date = dateOf(at);
  return date ? durationOf((now - date.getTime()) / 1_000) : '—';
};

/** `12 s ago`, and for what is older than two days its date. */
export const agoOf = (at: Instant, now: number): string => {
  const date = dateOf(at);
  if (!date) return '—';
  return now - date.getTime() > 2 * 86_400_000 ? dayOf(at) : `${ageOf(at, now)} ago`;
};

export const durationOf = (seconds: number | null | undefined): string => {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '—';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')}`;
  return `${Math.floor(whole / 86_400)} d`;
};

/** `85 m`, `1.2 km` */
export const metersOf = (meters: number | null | undefined): string => {
  if (meters === null || meters === undefined) return '—';
  return meters < 1_000 ? `${Math.round(meters)} m` : `${(meters / 1_000).toFixed(1)} km`;
};

/** `ON_SCENE` → `On scene` */
export const wordsOf = (code: string | null | undefined): string => {
  if (!code) return '—';
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const compass = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
/** `45` → `NE` */
export const headingOf = (degrees: number | null | undefined): string =>
  degrees === null || degrees === undefined ? '' : (compass[Math.round(degrees / 45) % 8] ?? '');

const earthRadiusMeters = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance, as the hub itself measures. */
export const distanceMeters = (a: Place, b: Place): number => {
  const half =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * earthRadiusMeters * Math.asin(Math.sqrt(half));
};

interface Place {
  latitude: number;
  longitude: number;
}
