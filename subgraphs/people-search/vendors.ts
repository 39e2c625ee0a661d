/** The configured vendors, each with its wire, its rate limit and its guard. One without an address is left out. */
import { type Guarded, guard } from './guard.ts';
import { openBucket } from './limit.ts';
import { peopleLink, peopleLinkName } from './peoplelink.ts';
import { recordTrace, recordTraceName } from './recordtrace.ts';
import type { Settings } from './settings.ts';
import { openWire } from './wire.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

export const openVendors = (settings: Settings, now: () => number): Guarded[] =>
  [openRecordTrace(settings, now), openPeopleLink(settings, now)].filter((vendor) => vendor !== undefined);

/** By vendor's name, in cents; absent where the hub was not told. */
export const pricesOf = (settings: Settings): Record<string, number | undefined> => ({
  [recordTraceName]: settings.PEOPLE_SEARCH_RECORDTRACE_PRICE_CENTS,
  [peopleLinkName]: settings.PEOPLE_SEARCH_PEOPLELINK_PRICE_CENTS,
});

const openRecordTrace = (settings: Settings, now: () => number): Guarded | undefined => {
  const url = settings.PEOPLE_SEARCH_RECORDTRACE_URL;
  if (!url) return undefined;
  const wire = openWire({
    vendor: recordTraceName,
    ca: settings.PEOPLE_SEARCH_RECORDTRACE_CA,
    cert: settings.PEOPLE_SEARCH_RECORDTRACE_CERT,
    key: settings.PEOPLE_SEARCH_RECORDTRACE_KEY,
    maximumBytes: settings.PEOPLE_SEARCH_ANSWER_BYTES,
  });
  const perPeriod = settings.PEOPLE_SEARCH_RECORDTRACE_PER_MINUTE;
  const bucket = openBucket({ perPeriod, burst: settings.PEOPLE_SEARCH_RECORDTRACE_BURST, periodMs: minuteMs }, now);
  const { PEOPLE_SEARCH_RECORDTRACE_USER: user, PEOPLE_SEARCH_RECORDTRACE_PASSWORD: password } = settings;
  const vendor = recordTrace({ url, user, password, wire, bucket, patienceMs: settings.PEOPLE_SEARCH_TIMEOUT_MS });
  return guard(vendor, { bucket, ...guardOptions(settings, now) });
};

const openPeopleLink = (settings: Settings, now: () => number): Guarded | undefined => {
  const url = settings.PEOPLE_SEARCH_PEOPLELINK_URL;
  if (!url) return undefined;
  const ca = settings.PEOPLE_SEARCH_PEOPLELINK_CA;
  const wire = openWire({ vendor: peopleLinkName, ca, maximumBytes: settings.PEOPLE_SEARCH_ANSWER_BYTES });
  const perPeriod = settings.PEOPLE_SEARCH_PEOPLELINK_PER_MINUTE;
  const bucket = openBucket({ perPeriod, burst: settings.PEOPLE_SEARCH_PEOPLELINK_BURST, periodMs: minuteMs }, now);
  const perHour = settings.PEOPLE_SEARCH_PEOPLELINK_TOKENS_PER_HOUR;
  const vendor = peopleLink({
    url,
    clientId: settings.PEOPLE_SEARCH_PEOPLELINK_CLIENT_ID,
    clientSecret: settings.PEOPLE_SEARCH_PEOPLELINK_CLIENT_SECRET,
    wire,
    bucket,
    tokenBucket: openBucket({ perPeriod: perHour, burst: Math.ceil(perHour / 2), periodMs: hourMs }, now),
    patienceMs: settings.PEOPLE_SEARCH_TIMEOUT_MS,
    timeoutMs: settings.PEOPLE_SEARCH_TIMEOUT_MS,
    now,
  });
  return guard(vendor, { bucket, ...guardOptions(settings, now) });
};

const guardOptions = (settings: Settings, now: () => number) => ({
  timeoutMs: settings.PEOPLE_SEARCH_TIMEOUT_MS,
  breakerResetMs: settings.PEOPLE_SEARCH_BREAKER_RESET_MS,
  now,
});
