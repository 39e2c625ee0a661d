/**
 * What one more watcher of the same costs: an event's way to so many sockets. Beside
 * the hub, with access and audit on, stand graphql-js with an execution for each
 * client, and one text that was made once and is sent to each.
 */
import { startPostgres } from './audit/postgres.ts';
import { type Bench, median, type Row } from './bench.ts';
import { type Server, startServer } from './live/child.ts';
import { openWatchers } from './live/watchers.ts';

export const bench: Bench = {
  what: 'One event to N watchers: server CPU for each message, against one pre-serialised text to each socket.',
  run: async ({ smoke, say, given }) => {
    const sizes = given.watchers ? [Number(given.watchers)] : smoke ? [1, 100] : [1, 100, 1_000, 5_000];
    const events = Number(given.events ?? (smoke ? 5 : 20));
    const rounds = Number(given.rounds ?? (smoke ? 1 : 3));
    const postgres = process.env.DATABASE_URL ? undefined : await startPostgres();
    const database = process.env.DATABASE_URL ?? postgres?.url ?? '';
    try {
      const rows: Row[] = [];
      for (const watchers of sizes) {
        const found = new Map<string, number>();
        for (const { title, kind, distinct } of cases(watchers, smoke).filter(
          (one) => !given.only || [baseline, given.only].includes(one.title),
        )) {
          const server = await startServer(kind, kind === 'hub' ? database : '', given.profile);
          try {
            found.set(
              title,
              await costOf(server, { watchers, distinct, events: distinct ? Math.min(events, 5) : events, rounds }),
            );
          } finally {
            await server.close();
          }
          say(`${watchers} watchers, ${title}: ${(found.get(title) ?? 0).toFixed(2)} µs a message`);
        }
        rows.push(...rowsOf(watchers, found));
      }
      return rows;
    } finally {
      await postgres?.close();
    }
  },
};

interface Case {
  title: string;
  kind: 'hub' | 'stock' | 'buffer';
  distinct: boolean;
}

const baseline = 'one text to each socket';
const equal = 'hub, equal grants';

const cases = (watchers: number, smoke: boolean): Case[] => [
  { title: baseline, kind: 'buffer', distinct: false },
  { title: equal, kind: 'hub', distinct: false },
  ...(watchers > 1 ? [{ title: 'hub, no two alike', kind: 'hub' as const, distinct: true }] : []),
  ...(smoke && watchers > 1 ? [] : [{ title: 'graphql-js for each', kind: 'stock' as const, distinct: false }]),
];

interface Cost {
  watchers: number;
  distinct: boolean;
  events: number;
  rounds: number;
}

/** Microseconds of the server's CPU for each message, the median of the rounds. */
const costOf = async (server: Server, { watchers, distinct, events, rounds }: Cost): Promise<number> => {
  const { tokens = [] } = await server.ask({ people: Math.min(watchers, 250) });
  const group = await openWatchers({ url: server.url, tokens, count: watchers, distinct });
  try {
    await group.warm(() => server.ask({ publish: ['warm'] }));
    const found: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      group.reset();
      const { used: before } = await server.ask();
      for (let event = 1; event <= events; event += 1) {
        await server.ask({ publish: [String(event)] });
        await group.all(event);
      }
      const { used: after } = await server.ask();
      found.push(((after.cpuMs - before.cpuMs) * 1000) / (events * watchers));
    }
    return median(found);
  } finally {
    await group.close();
  }
};

const rowsOf = (watchers: number, found: ReadonlyMap<string, number>): Row[] =>
  [...found].map(([title, value]) => ({
    case: `${watchers} watchers: ${title}`,
    measure: 'server CPU µs per message',
    value,
    ...(title === baseline ? {} : { ratio: value / (found.get(baseline) ?? Number.NaN) }),
    ...(title === equal && watchers === 5_000 ? { goal: 2 } : {}),
  }));
