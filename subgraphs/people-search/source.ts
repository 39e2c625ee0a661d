/**
 * The commercial databases as a source. There is no database to read here and
 * so no Prisma: the rows are at two vendors, each behind a guard, and the only
 * tables are the hub's own ledger of what it asked them.
 *
 * One request's reader gathers what its fields want in one tick, so that two
 * fields of one person cost one search a vendor, with the less masked terms.
 */
import DataLoader from 'dataloader';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import { openDatabase } from '../kit/database.ts';
import type { Freshness, Runtime, Source } from '../kit/system.ts';
import type { Guarded } from './guard.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { permissionOf } from './purposes.ts';
import { type Asked, canonical, queryOf } from './query.ts';
import { type Outcome, openSearches, type Searches } from './searches.ts';
import { readSettings, type Settings } from './settings.ts';
import { type Query, sourceName } from './vendor.ts';
import { openVendors, pricesOf } from './vendors.ts';

export interface SearchOptions {
  /** Names of vendors; absent: every one that is configured. */
  vendors?: readonly string[] | null | undefined;
  /** The caller selected the full number; it is asked for only when granted too. */
  fullSsn: boolean;
}

export interface PeopleSearchReader {
  /** Every vendor's outcome, in the vendors' order; refuses before anything is asked where purpose, case or query is not right. */
  search: (asked: Asked, options: SearchOptions) => Promise<Outcome[]>;
  /** Throws what keeps the caller from any search. */
  permitted: () => void;
  /** What a search would cost and be permitted as; throws like a search, and asks nobody. */
  terms: () => LeadTerms[];
}

export interface LeadTerms {
  vendor: string;
  priceCents: number | null;
  dppa: number;
  glba: number;
}

/** Without a secret of its own an installation's hashes could be guessed from a list of names: say so, once. */
const unsetSecret = 'PEOPLE_SEARCH_LEDGER_SECRET is unset';

export const openSource = async (runtime: Runtime): Promise<Source<PeopleSearchReader>> => {
  const { now, log } = runtime;
  const settings = readSettings(runtime.settings);
  const own = settings.PEOPLE_SEARCH_LEDGER_URL
    ? await openDatabase(settings.PEOPLE_SEARCH_LEDGER_URL, { connections: 4 })
    : undefined;
  if (!settings.PEOPLE_SEARCH_LEDGER_SECRET)
    log.warn({ source: sourceName }, `${unsetSecret}: set it, and keep it, outside a demonstration.`);
  const freshMs = settings.PEOPLE_SEARCH_CACHE_MINUTES * 60_000;
  const ledger = openLedger({ database: own ?? runtime.database, now, freshMs, ...ledgerOptions(settings) });
  const searches = openSearches({
    ledger,
    now,
    freshMs,
    warn: (detail, message) => log.warn({ source: sourceName, ...detail }, message),
  });
  const vendors = openVendors(settings, now);
  return {
    reader: (principal) => ({
      ...readerOf(principal, vendors, searches, settings.PEOPLE_SEARCH_PERSONS_AT_MOST),
      terms: () => termsOf(principal, vendors, pricesOf(settings)),
    }),
    check: () => check(vendors, ledger),
    close: async () => {
      searches.close();
      await Promise.all(vendors.map((vendor) => vendor.close()));
      await own?.close();
    },
  };
};

const ledgerOptions = ({ PEOPLE_SEARCH_LEDGER_SECRET, PEOPLE_SEARCH_RETRY_HOURS }: Settings) => ({
  secret: PEOPLE_SEARCH_LEDGER_SECRET ?? unsetSecret,
  retryMs: PEOPLE_SEARCH_RETRY_HOURS * 3_600_000,
});

const termsOf = (principal: Principal, vendors: readonly Guarded[], prices: Record<string, number | undefined>): LeadTerms[] => {
  const { dppa, glb } = permissionOf(principal);
  return vendors.map(({ name }) => ({ vendor: name, priceCents: prices[name] ?? null, dppa, glba: glb }));
};

interface Wanted {
  vendor: Guarded;
  query: Query;
  fullSsn: boolean;
}

const readerOf = (
  principal: Principal,
  vendors: readonly Guarded[],
  searches: Searches,
  personsAtMost: number,
): Omit<PeopleSearchReader, 'terms'> => {
  const mayUnmask = principal.grants.includes('people:ssn');
  const permitted = () => permissionOf(principal);
  const persons = new Set<string>();
  const askAll = async (wanted: readonly Wanted[]): Promise<(Outcome | Error)[]> => {
    const nameOf = ({ vendor, query }: Wanted) => `${vendor.name} ${canonical(query)}`;
    const unmasked = new Set(wanted.filter(({ fullSsn }) => fullSsn && mayUnmask).map(nameOf));
    const permission = permitted();
    for (const { query } of wanted) persons.add(canonical(query));
    if (persons.size > personsAtMost) throw tooMany(personsAtMost);
    const asks = wanted.map((one) => {
      const ssnMask = unmasked.has(nameOf(one)) ? 'NONE' : 'LAST4';
      return searches.ask({ vendor: one.vendor, query: one.query, ssnMask, permission, principal });
    });
    return Promise.all(asks.map((ask) => ask.catch((error: Error) => error)));
  };
  const loader = new DataLoader<Wanted, Outcome>(askAll, { cache: false });
  return {
    permitted,
    search: async (asked, { vendors: names, fullSsn }) => {
      permitted();
      const query = queryOf(asked);
      return Promise.all(chosen(vendors, names).map((vendor) => loader.load({ vendor, query, fullSsn })));
    },
  };
};

const chosen = (vendors: readonly Guarded[], names: readonly string[] | null | undefined): readonly Guarded[] => {
  if (vendors.length === 0) throw unconfigured();
  if (!names) return vendors;
  const known = vendors.map(({ name }) => name);
  if (names.some((name) => !known.includes(name))) {
    throw new HubError('BAD_USER_INPUT', { message: `"vendors" takes ${known.join(' and ')}.` });
  }
  return vendors.filter(({ name }) => names.includes(name));
};

/** Before anybody is asked: an operation over all reports of a day would spend the agency's turn and its money. */
const tooMany = (most: number): HubError =>
  new HubError('LIMIT_LIST_SIZE', {
    source: sourceName,
    message: `One operation searches the commercial databases for ${most} persons at the most.`,
  });

const unconfigured = (): HubError =>
  new HubError('SOURCE_UNAVAILABLE', { source: sourceName, message: 'No commercial database is configured.' });

/** Down only when nothing can be searched; with one vendor away the source is up and says which. */
const check = async (vendors: readonly Guarded[], ledger: Ledger): Promise<Freshness> => {
  if (vendors.length === 0) return { detail: unconfigured().message }; // An agency without such a contract has nothing that is down.
  const lastEventAt = await ledger.changedAt();
  const results = await Promise.allSettled(vendors.map((vendor) => vendor.check()));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).message] : []));
  const detail = failures.length > 0 ? failures.join(' ') : undefined;
  if (failures.length === vendors.length) throw new HubError('SOURCE_UNAVAILABLE', { source: sourceName, message: detail ?? '' });
  return { lastEventAt, detail };
};
