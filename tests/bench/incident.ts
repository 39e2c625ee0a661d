/**
 * The whole incident, as an analyst asks it: call, units and where they are,
 * cameras around it, reports, the persons in them and their other reports, and
 * what the commercial databases say, in one operation through the gateway, with
 * access control and audit on. At a city's volume, a tenth of it, and a metropolis's.
 */

import { openDatabase } from '../../subgraphs/kit/database.ts';
import type { VolumeName } from '../../subgraphs/kit/demo/volume.ts';
import { startVendors } from '../../subgraphs/people-search/demo/vendors.ts';
import { statement, wholeIncident } from '../e2e/operation.ts';
import { startHub } from '../e2e/setup.ts';
import { type Bench, median, quantile, type Row } from './bench.ts';
import { type FilledDatabase, fillDatabase } from './data/databases.ts';
import { spentDuring } from './data/spent.ts';

const goalMs = 60;
const metroAtMost = 1.3;

interface Size {
  name: string;
  volume: VolumeName;
  calls?: number;
}

const tenth: Size = { name: 'tenth', volume: 'city', calls: 33_292 };
const city: Size = { name: 'city', volume: 'city' };
const metro: Size = { name: 'metro', volume: 'metro' };
const small: Size[] = [
  { name: 'twice the demo', volume: 'city', calls: 13_056 },
  { name: 'three times the demo', volume: 'city', calls: 19_584 },
];

export const bench: Bench = {
  what: 'The whole incident in one operation: p95 at a city of 333,000 calls against a tenth, and at 1.3 million calls against the city.',
  run: async ({ smoke, say, given }) => {
    const runs = Number(given.runs ?? (smoke ? 20 : 400));
    const only = given.only?.split(',');
    const sizes = (smoke ? small : [tenth, city, metro]).filter(({ name }) => !only || only.includes(name));
    const found: Found[] = [];
    for (const size of sizes) found.push(await measured(size, { runs, say }));
    return found.flatMap((each) =>
      rowsOf(
        each,
        found[0],
        found.find(({ size }) => size === city),
      ),
    );
  },
};

interface Found extends Measured {
  size: Size;
}

interface Measured {
  latencies: number[];
  /** Of one operation: gateway, systems and client in this process, and PostgreSQL. */
  cpuMs: number;
}

interface How {
  runs: number;
  say: (line: string) => void;
}

const plenty = 1_000_000;

/** One detective after another without a pause: what vendors and the hub allow one in a minute would be measured otherwise. */
const withoutWaiting = Object.fromEntries(
  ['RECORDTRACE_PER_MINUTE', 'RECORDTRACE_BURST', 'PEOPLELINK_PER_MINUTE', 'PEOPLELINK_BURST']
    .map((name) => `PEOPLE_SEARCH_${name}`)
    .concat('HUB_LIMIT_RATE')
    .map((name) => [name, String(plenty)]),
);

const measured = async (size: Size, { runs, say }: How): Promise<Found> => {
  const systems = ['cad', 'rms', 'avl', 'cameras', 'people-search', 'hub'];
  const name = `incident_${size.name.replaceAll(' ', '_')}`;
  const filled = await fillDatabase(name, { systems, volume: size.volume, calls: size.calls, say });
  try {
    return { size, ...(await measure(filled, runs)) };
  } finally {
    await filled.drop();
  }
};

const measure = async ({ url }: FilledDatabase, runs: number): Promise<Measured> => {
  const vendors = await startVendors({ perMinute: plenty });
  const environment = { ...vendors.settings, ...withoutWaiting, DATABASE_URL: url };
  const hub = await startHub('embedded', { loaded: true, environment }).catch(async (error: unknown) => {
    await vendors.close();
    throw error;
  });
  try {
    const numbers = await numbersOf(url, runs);
    const ask = async (number: string): Promise<void> => {
      const { data, errors } = await hub.ask({
        as: 'detective',
        query: wholeIncident,
        variables: { number },
        extensions: statement,
      });
      const first = (errors as { extensions?: { code?: string } }[] | undefined)?.[0];
      if (!data?.incident) throw new Error(`The hub answered without the incident: ${first?.extensions?.code ?? 'no error'}.`);
    };
    for (const number of numbers.slice(0, 100)) await ask(number); // Connections, plans and caches.
    const latencies: number[] = [];
    const spent = await spentDuring(url, async () => {
      for (const number of numbers) {
        const startedMs = performance.now();
        await ask(number);
        latencies.push(performance.now() - startedMs);
      }
    });
    return { latencies, cpuMs: (spent.ownMs + (spent.postgresMs ?? Number.NaN)) / numbers.length };
  } finally {
    await hub.close();
    await vendors.close();
  }
};

/** Calls that have a report, and that any detective is shown, evenly from all of them, the same at each run. */
const numbersOf = async (url: string, count: number): Promise<string[]> => {
  const database = await openDatabase(url, { readOnly: true, connections: 1 });
  try {
    const rows = await database.query<{ number: string }>(
      `SELECT i.number FROM cad_vendor.cl_mstr c JOIN cad.incident i ON i.id = 'inc-' || c.itm_no
       WHERE i.handling = 'open' AND i.owner_ori = 'LANPD0000' AND c.itm_no IN (SELECT replace(itm_no, '-', '') FROM rms_vendor.rpt_mst WHERE seal_fl = 'N')
       ORDER BY md5(c.itm_no) LIMIT $1`,
      [count],
    );
    return rows.map(({ number }) => number);
  } finally {
    await database.close();
  }
};

const rowsOf = ({ size, latencies, cpuMs }: Found, first: Found | undefined, whole: Found | undefined): Row[] => {
  const p95 = quantile(latencies, 0.95);
  const baseline = size === metro ? whole : first;
  const against = baseline && baseline.size !== size ? p95 / quantile(baseline.latencies, 0.95) : undefined;
  const cpuAgainst = against === undefined ? {} : { ratio: cpuMs / (baseline?.cpuMs ?? Number.NaN) };
  return [
    { case: size.name, measure: 'CPU ms per operation', value: cpuMs, ...cpuAgainst },
    { case: size.name, measure: 'median ms', value: median(latencies) },
    { case: size.name, measure: 'p95 ms', value: p95, ...(size === city ? { goal: goalMs } : {}) },
    ...(against === undefined
      ? []
      : [
          {
            case: size.name,
            measure: `p95 against ${baseline?.size.name ?? ''}`,
            value: p95,
            ratio: against,
            ...(size === metro ? { goal: metroAtMost } : {}),
          },
        ]),
  ];
};
