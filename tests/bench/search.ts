/**
 * A detective's search of the name index: names as people misspell them, through
 * the records system's own reader with its row rules, at a million persons and
 * at a tenth of them. The goal is an absolute one, so the machine is named with it.
 */
import { pino } from 'pino';
import { openDatabase } from '../../subgraphs/kit/database.ts';
import { openSource } from '../../subgraphs/rms/source.ts';
import { type Bench, median, quantile, type Row } from './bench.ts';
import { type FilledDatabase, fillDatabase } from './data/databases.ts';
import { detective, searches } from './data/searches.ts';
import { spentDuring } from './data/spent.ts';

const goalMs = 300;
/** 1.0 million persons, and a tenth. */
const whole = { calls: 1_181_568, runs: 400 };
const smallest = { calls: 13_056, runs: 20 };

export const bench: Bench = {
  what: 'Fuzzy search by name at a million persons and at a tenth: p95 of one search, 25 hits.',
  run: async ({ smoke, say, given }) => {
    const calls = Number(given.rows ?? (smoke ? smallest.calls * 2 : whole.calls));
    const runs = Number(given.runs ?? (smoke ? smallest.runs : whole.runs));
    const few = await measured('search_tenth', Math.round(calls / (smoke ? 2 : 10)), { runs, say });
    const many = await measured('search_whole', calls, { runs, say });
    return [...rowsOf(few), ...rowsOf(many, few)];
  },
};

interface Found {
  persons: number;
  kinds: Map<string, number[]>;
  /** Of one search, this process and PostgreSQL together. */
  cpuMs: number;
}

const measured = async (name: string, calls: number, { runs, say }: { runs: number; say: (line: string) => void }) => {
  const filled = await fillDatabase(name, { systems: ['rms'], volume: 'metro', calls, say });
  try {
    return await measure(filled, runs);
  } finally {
    await filled.drop();
  }
};

const measure = async ({ url }: FilledDatabase, runs: number): Promise<Found> => {
  const database = await openDatabase(url, { readOnly: true });
  const source = await openSource({ database, now: Date.now, settings: {}, log: pino({ level: 'silent' }) } as never);
  const kinds = new Map<string, number[]>();
  try {
    const [row] = await database.query<{ persons: number }>('SELECT count(*)::int AS persons FROM rms_vendor.nmx');
    for (const { kind, search } of searches(runs, 1)) await timed(source, search, kinds, kind);
    kinds.clear(); // The round before was to warm connections and caches.
    const spent = await spentDuring(url, async () => {
      for (const { kind, search } of searches(runs, 2)) await timed(source, search, kinds, kind);
    });
    return { persons: row?.persons ?? 0, kinds, cpuMs: (spent.ownMs + (spent.postgresMs ?? Number.NaN)) / runs };
  } finally {
    await source.close();
    await database.close();
  }
};

type Source = Awaited<ReturnType<typeof openSource>>;

const timed = async (source: Source, search: object, kinds: Map<string, number[]>, kind: string): Promise<void> => {
  const startedMs = performance.now();
  await source.reader(detective).searchPersons(search, { size: 25, limit: 26, after: undefined });
  const took = performance.now() - startedMs;
  for (const of of ['all', kind]) kinds.set(of, [...(kinds.get(of) ?? []), took]);
};

const rowsOf = (found: Found, baseline?: Found): Row[] => [cpuRow(found, baseline), ...latencyRows(found, baseline)];

const cpuRow = ({ persons, cpuMs }: Found, baseline?: Found): Row => ({
  case: `all, ${persons.toLocaleString('en')} persons`,
  measure: 'CPU ms per search',
  value: cpuMs,
  ...(baseline ? { ratio: cpuMs / baseline.cpuMs } : {}),
});

const latencyRows = ({ persons, kinds }: Found, baseline?: Found): Row[] =>
  [...kinds].flatMap(([kind, figures]): Row[] => {
    const title = `${kind}, ${persons.toLocaleString('en')} persons`;
    const p95 = quantile(figures, 0.95);
    const before = baseline ? quantile(baseline.kinds.get(kind) ?? [], 0.95) : undefined;
    return [
      { case: title, measure: 'median ms', value: median(figures) },
      { case: title, measure: 'p95 ms', value: p95, ...(baseline ? { goal: goalMs } : {}) },
      ...(before === undefined ? [] : [{ case: title, measure: 'p95 against a tenth', value: p95, ratio: p95 / before }]),
    ];
  });
