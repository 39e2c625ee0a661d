/**
 * What a gateway holds: at rest, with 5,000 watchers, after them, and after many who
 * came and went. Streams that leave nothing behind leave the heap as it was.
 */
import { WebSocket } from 'ws';
import { startPostgres } from './audit/postgres.ts';
import type { Bench, Row } from './bench.ts';
import { type Server, startServer, type Used } from './live/child.ts';
import { openWatchers } from './live/watchers.ts';
import { watch } from './live/world.ts';

export const bench: Bench = {
  what: 'Resident size and heap at rest, at N watchers, and after subscribe/unsubscribe cycles; the heap is to stay flat.',
  run: async ({ smoke, say, given }) => {
    const watchers = Number(given.watchers ?? (smoke ? 100 : 5_000));
    const cycles = Number(given.cycles ?? (smoke ? 500 : 50_000));
    const postgres = process.env.DATABASE_URL ? undefined : await startPostgres();
    const server = await startServer('hub', process.env.DATABASE_URL ?? postgres?.url ?? '');
    try {
      return await measure(server, { watchers, cycles, say });
    } finally {
      await server.close();
      await postgres?.close();
    }
  },
};

interface Plan {
  watchers: number;
  cycles: number;
  say: (line: string) => void;
}

const measure = async (server: Server, { watchers, cycles, say }: Plan): Promise<Row[]> => {
  const rows: Row[] = [];
  const note = async (title: string): Promise<Used> => {
    const { used } = await server.ask({ collect: true });
    say(`${title}: ${used.rssMb.toFixed(0)} MiB resident, ${used.heapMb.toFixed(1)} MiB heap`);
    rows.push(
      { case: title, measure: 'resident MiB', value: used.rssMb },
      { case: title, measure: 'heap MiB', value: used.heapMb },
    );
    return used;
  };
  const { tokens = [] } = await server.ask({ people: Math.min(watchers, 250) });
  await note('at rest');
  const group = await openWatchers({ url: server.url, tokens, count: watchers });
  await group.warm(() => server.ask({ publish: ['warm'] }));
  await note(`${watchers} watchers`);
  await server.ask({ rate: { perSecond: 20, seconds: watchers > 1_000 ? 10 : 2, polled: false } });
  await note(`${watchers} watchers, after events`);
  await group.close();
  await cycle(server, tokens, Math.ceil(cycles / 5)); // Whatever is kept once for all is kept then.
  const before = await note(`after ${Math.ceil(cycles / 5)} cycles`);
  await cycle(server, tokens, cycles);
  const after = await note(`after ${cycles} more`);
  rows.push({
    case: `${cycles} subscribe/unsubscribe cycles`,
    measure: 'heap growth, bytes each',
    value: grown(before, after, cycles),
    goal: 100,
  });
  rows.push({ case: `${cycles} subscribe/unsubscribe cycles`, measure: 'streams left', value: after.flows, goal: 0 });
  return rows;
};

const grown = (before: Used, after: Used, cycles: number): number => ((after.heapMb - before.heapMb) * 2 ** 20) / cycles;

/** So many sockets, each opening and closing one stream after another. */
const atOnce = 20;

const cycle = async ({ url }: Server, tokens: readonly string[], cycles: number): Promise<void> => {
  await Promise.all(
    Array.from({ length: atOnce }, (_, at) => cycleOn(url, tokens[at % tokens.length] ?? '', Math.ceil(cycles / atOnce))),
  );
};

/** A stream is closed when the hub has answered what was asked behind it. */
const cycleOn = (url: string, token: string, times: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
    let done = 0;
    const send = (message: object) => socket.send(JSON.stringify(message));
    const again = () => {
      if (done === times) return socket.close();
      done += 1;
      send({ id: `s${done}`, type: 'subscribe', payload: { query: watch } });
      send({ id: `q${done}`, type: 'subscribe', payload: { query: '{ __typename }' } });
    };
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.once('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.on('message', (bytes) => {
      const { type, id } = JSON.parse(String(bytes)) as { type: string; id?: string };
      if (type === 'connection_ack') again();
      if (type !== 'complete' || !id?.startsWith('q')) return;
      send({ id: `s${done}`, type: 'complete' });
      again();
    });
  });
