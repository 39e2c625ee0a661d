/** The attacked hub, and the two ways to it: both answer alike, whichever way a refusal comes. */
import type { Client } from 'graphql-ws';
import { resetWorld, startHostile, subgraphs } from './adversarialworld.ts';
import { type Answer, type Ask, startToyHub, type ToyHub, type ToyOptions } from './harness.ts';

export type Told = Omit<Answer, 'status'>;
export type Send = (token: string | undefined, ask: Ask) => Promise<Told>;
export const transports = ['HTTP', 'WebSocket'] as const;

export interface Attacked extends ToyHub {
  send: Record<(typeof transports)[number], Send>;
  /** What systems were asked, as one text. */
  fetched: () => string;
  /** What the record gained while this ran. */
  recorded: (run: () => Promise<unknown>) => Promise<Record<string, unknown>[]>;
}

export const startAttacked = async (options: Partial<ToyOptions> = {}): Promise<Attacked> => {
  resetWorld();
  const hostile = await startHostile();
  const env = { HUB_SUBGRAPH_HOSTILE_URL: hostile.url, HUB_AUDIT_INTERVAL_MS: '20', ...options.env };
  const hub = await startToyHub({ ...options, subgraphs, env });
  const sockets = new Map<string, Client>();
  const socketOf = (token = ''): Client => {
    const socket = sockets.get(token) ?? hub.socket(token || undefined);
    sockets.set(token, socket);
    return socket;
  };
  return {
    ...hub,
    send: {
      HTTP: async (token, ask) => {
        const { status: _, ...told } = await hub.ask({ ...ask, token });
        return told;
      },
      WebSocket: (token, ask) => overSocket(socketOf(token), ask),
    },
    fetched: () => hub.asked.map(({ body }) => body).join('\n'),
    recorded: async (run) => {
      const before = (await hub.audit()).length;
      await run();
      return (await hub.audit()).slice(before);
    },
    close: async () => {
      await Promise.all([...sockets.values()].map((socket) => socket.dispose()));
      await Promise.all([hub.close(), hostile.close()]);
    },
  };
};

/** graphql-ws gives a refusal as a rejection with the list of errors. */
const overSocket = async (socket: Client, ask: Ask): Promise<Told> => {
  try {
    const { value } = await socket.iterate(ask).next();
    return value as Told;
  } catch (errors) {
    if (!Array.isArray(errors)) throw errors;
    return { errors };
  }
};

/** Gives up after ten seconds: a hub that never does what is awaited fails its test and holds up nothing else. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const endsMs = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > endsMs) throw new Error('What the test waits for did not come about.');
    await new Promise((resolve) => setImmediate(resolve));
  }
};
