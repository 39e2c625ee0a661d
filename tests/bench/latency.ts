/**
 * From a change at its source to the bytes at a client's socket, at 500 changes a
 * second: pushed, where the source tells the bus, and polled, where the hub looks.
 */
import { startPostgres } from './audit/postgres.ts';
import { type Bench, quantile, type Row } from './bench.ts';
import { type Server, startServer } from './live/child.ts';
import { openWatchers } from './live/watchers.ts';

export const bench: Bench = {
  what: 'Source change → client’s socket at 500 changes a second, pushed and polled, over the hub with access and audit on.',
  run: async ({ smoke, given }) => {
    const seconds = Number(given.seconds ?? (smoke ? 2 : 20));
    const perSecond = Number(given.rate ?? 500);
    const watchers = Number(given.watchers ?? 10);
    const postgres = process.env.DATABASE_URL ? undefined : await startPostgres();
    const database = process.env.DATABASE_URL ?? postgres?.url ?? '';
    try {
      const rows: Row[] = [];
      for (const way of ['pushed', 'polled'] as const) {
        const server = await startServer('hub', database, given.profile);
        try {
          const latencies = await latenciesOf(server, { seconds, perSecond, watchers, polled: way === 'polled' });
          rows.push(...rowsOf(`${way}, ${watchers} watchers, ${perSecond} changes a second`, latencies, way === 'pushed'));
        } finally {
          await server.close();
        }
      }
      return rows;
    } finally {
      await postgres?.close();
    }
  },
};

interface Plan {
  seconds: number;
  perSecond: number;
  watchers: number;
  polled: boolean;
}

const latenciesOf = async (server: Server, { seconds, perSecond, watchers, polled }: Plan): Promise<number[]> => {
  const { tokens = [] } = await server.ask({ people: watchers });
  let latencies: number[] = [];
  const onMessage = (bytes: Buffer) => {
    const [, changedAt] = /"changedAtMs":(\d+)/.exec(bytes.toString('latin1')) ?? [];
    if (changedAt) latencies.push(Date.now() - Number(changedAt));
  };
  const group = await openWatchers({ url: server.url, tokens, count: watchers, onMessage });
  const rate = { perSecond, polled };
  try {
    await group.warm(() => server.ask({ publish: ['warm'] }));
    await server.ask({ rate: { ...rate, seconds: 1 } }); // Until everything is compiled.
    await quiet(() => latencies.length);
    latencies = [];
    await server.ask({ rate: { ...rate, seconds } });
    await quiet(() => latencies.length);
    return latencies;
  } finally {
    await group.close();
  }
};

/** Until nothing more comes. */
const quiet = async (count: () => number): Promise<void> => {
  for (let before = -1; before !== count(); ) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  }
};

const rowsOf = (title: string, latencies: readonly number[], pushed: boolean): Row[] => [
  ...[0.5, 0.95, 0.99].map((share) => ({
    case: title,
    measure: `p${share * 100} ms`,
    value: quantile(latencies, share),
    ...(pushed && share === 0.95 ? { goal: 250 } : {}),
  })),
  { case: title, measure: 'messages', value: latencies.length },
];
