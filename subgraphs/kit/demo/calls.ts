/**
 * The published calls for service as every demo uses them: one call an item
 * number, instants instead of local times, beats as dispatch wrote them.
 */
import { z } from 'zod';
import { newOrleans, readRows } from './load.ts';
import { parseLocal } from './time.ts';

export interface Coded {
  code: string;
  text: string;
}

export interface Point {
  latitude: number;
  longitude: number;
}

export interface DemoVideoRequest {
  /** The item number as the crime center's log spells it. */
  spelled: string;
  /** The same, normalised; it may match no call. */
  item: string;
  requestedFor: string;
  outcome: string;
}

export interface DemoCall {
  /** Normalised: `B2402022`. */
  item: string;
  type: Coded;
  initialType: Coded;
  priority: string;
  initialPriority: string;
  /** State Plane Louisiana South (EPSG:3452), US survey feet, as published: 37369000 / 3513814 where there is no place. */
  mapX: number;
  mapY: number;
  /** The publisher's own WGS84 point; null where there is no place. */
  point: Point | null;
  createdAt: Date;
  dispatchedAt: Date | null;
  arrivedAt: Date | null;
  closedAt: Date;
  disposition: Coded;
  selfInitiated: boolean;
  /** `8I01`; null where the source has none. */
  beat: string | null;
  /** The beat's first two characters; null where they name no police zone. */
  zone: string | null;
  /** `1` to `8`; null where the source says 0. */
  district: string | null;
  address: string;
  postalCode: string;
  videoRequests: DemoVideoRequest[];
}

export interface Calls {
  calls: DemoCall[];
  /** Rows kept out, by CSV. */
  rejected: Record<string, number>;
}

const files = {
  calls: 'cad_calls_rtcc_2022.csv',
  violent: 'cad_violent_calls_2022q1.csv',
  requests: 'rtcc_video_requests_2022.csv',
} as const;

const itemPattern = /^([A-L])[^A-Z0-9]*(\d{5})[^A-Z0-9]*(\d{2})(?![A-Z0-9])/;

/**
 * Letters and digits alone, in upper case: `B-24020-22`, `b 24020 22` and
 * `B2402022` become one. What follows a whole item number (`K-17441-22, 20I`)
 * is dropped; digits too many or too few are left as they are, because a
 * guess would join a request to somebody else's call.
 */
export const normaliseItem = (text: string): string => {
  const upper = text.slice(0, 64).toUpperCase().trim();
  const whole = itemPattern.exec(upper);
  return whole ? whole.slice(1).join('') : upper.replace(/[^A-Z0-9]/g, '');
};

export const readVideoRequests = (rejects: string, folder: URL = newOrleans) => {
  const { rows, rejected } = readRows(new URL(files.requests, folder), requestRow, rejects);
  const requests = rows.map(
    (row): DemoVideoRequest => ({
      spelled: row.item_number,
      item: normaliseItem(row.item_number),
      requestedFor: row['Signal Code'],
      outcome: row['Upon Researching the above item :'],
    }),
  );
  return { requests, rejected: { [files.requests]: rejected } };
};

/** The calls by time of creation, with the crime center's answers; rows that do not parse go to the reject files. */
export const readCalls = (rejects: string, folder: URL = newOrleans): Calls => {
  const table = readRows(new URL(files.calls, folder), callRow, rejects);
  const exact = readRows(new URL(files.violent, folder), exactRow, rejects);
  const log = readVideoRequests(rejects, folder);
  const times = new Map(exact.rows.map((row) => [row.nopd_item, row]));
  const asked = groupBy(log.requests, ({ item }) => item);
  const calls = new Map<string, DemoCall>();
  for (const row of table.rows) {
    const item = row.item_number;
    if (!calls.has(item)) calls.set(item, callOf(row, times.get(item), asked.get(item) ?? []));
  }
  return {
    calls: [...calls.values()].sort(
      (one, other) => one.createdAt.getTime() - other.createdAt.getTime() || (one.item < other.item ? -1 : 1),
    ),
    rejected: { [files.calls]: table.rejected, [files.violent]: exact.rejected, ...log.rejected },
  };
};

/** Rows by a key of theirs, in the order given. (`Map.groupBy` needs Node 21.) */
export const groupBy = <Row, Key>(rows: Iterable<Row>, keyOf: (row: Row) => Key): Map<Key, Row[]> => {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
};

const text = z.string().trim();
const item = text.transform(normaliseItem).pipe(z.string().regex(/^[A-L]\d{7}$/, 'is not an item number'));
const time = text.transform(parseLocal).pipe(z.date('is not a local time'));
const optionalTime = z.union([text.length(0).transform(() => null), time], 'is not a local time');
const feet = text.regex(/^-?\d+(\.\d+)?$/, 'is not a number of feet').transform(Number);

const callRow = z.object({
  item_number: item,
  Type: text.min(1),
  TypeText: text,
  Priority: text,
  InitialType: text.min(1),
  InitialTypeText: text,
  InitialPriority: text,
  MapX: feet,
  MapY: feet,
  TimeCreate: time,
  TimeDispatch: optionalTime,
  TimeArrive: optionalTime,
  TimeClosed: time,
  Disposition: text,
  DispositionText: text,
  SelfInitiated: z.enum(['Y', 'N']),
  Beat: text,
  BLOCK_ADDRESS: text,
  Zip: text,
  PoliceDistrict: text,
  Location: text.regex(/^POINT \(-?[\d.]+ -?[\d.]+\)$/, 'is not a point'),
});

const exactRow = z.object({
  nopd_item: item,
  timecreate: time,
  timedispatch: optionalTime,
  timearrive: optionalTime,
  timeclosed: time,
});

const requestRow = z.object({
  item_number: text.min(1),
  'Signal Code': text,
  'Upon Researching the above item :': text,
});

const callOf = (
  row: z.infer<typeof callRow>,
  exact: z.infer<typeof exactRow> | undefined,
  videoRequests: DemoVideoRequest[],
): DemoCall => {
  const beat = beatOf(row.Beat);
  const zone = beat?.slice(0, 2) ?? '';
  return {
    item: row.item_number,
    type: { code: row.Type, text: row.TypeText },
    initialType: { code: row.InitialType, text: row.InitialTypeText },
    priority: row.Priority,
    initialPriority: row.InitialPriority,
    mapX: row.MapX,
    mapY: row.MapY,
    point: pointOf(row.Location),
    createdAt: exact?.timecreate ?? row.TimeCreate,
    dispatchedAt: exact?.timedispatch ?? row.TimeDispatch,
    arrivedAt: exact?.timearrive ?? row.TimeArrive,
    closedAt: exact?.timeclosed ?? row.TimeClosed,
    disposition: { code: row.Disposition, text: row.DispositionText },
    selfInitiated: row.SelfInitiated === 'Y',
    beat,
    zone: /^[1-8][A-Z]$/.test(zone) ? zone : null,
    district: /^[1-8]$/.test(row.PoliceDistrict) ? row.PoliceDistrict : null,
    address: row.BLOCK_ADDRESS,
    postalCode: row.Zip,
    videoRequests,
  };
};

/** A spreadsheet took the beats of the E zones for numbers: `3E01` was published as `3.00E+01`. */
const beatOf = (published: string): string | null => {
  const mangled = /^([1-8])\.00E\+(\d{2})$/.exec(published);
  if (mangled) return `${mangled[1]}E${mangled[2]}`;
  return published === '' || published === 'None' ? null : published;
};

const pointOf = (location: string): Point | null => {
  const [longitude = 0, latitude = 0] = (location.match(/-?[\d.]+/g) ?? []).map(Number);
  return longitude === 0 && latitude === 0 ? null : { latitude, longitude };
};
