/** Streams over a socket that breaks: what is asked for again, what is passed over, what ends them. */
import type { Client, Sink } from 'graphql-ws';
import type { HubFailure } from '../../../../clients/sdk/src/index.ts';
import { retryDefaults } from '../../../../clients/sdk/src/retry.ts';
import { follow, type StreamEvent, type StreamOptions } from '../../../../clients/sdk/src/stream.ts';
import { openClock } from './clock.ts';

/** What the socket does with one subscription: events by cursor, then how it ends; without an end it stays open. */
interface Script {
  cursors?: string[];
  error?: unknown;
  complete?: boolean;
}

const refusal = (code: string, extensions: object = {}) => ({ errors: [{ message: 'm', extensions: { code, ...extensions } }] });
const broken = { code: 1006, reason: '' };

const open = (scripts: (Script | { result: object })[], options: StreamOptions = {}, taken = true) => {
  const { clock, pauses } = openClock();
  const asked: unknown[] = [];
  const breaks: string[] = [];
  let [current, stopped] = [0, 0];
  const play = (sink: Sink<object>): void => {
    const script = scripts.shift();
    if (!script) return;
    if ('result' in script) sink.next(script.result as never);
    for (const cursor of 'cursors' in script ? (script.cursors ?? []) : []) sink.next({ data: { changed: { cursor } } } as never);
    if ('error' in script && script.error) sink.error(script.error);
    if ('result' in script || ('complete' in script && script.complete)) sink.complete();
  };
  const client = {
    subscribe: ({ variables }: { variables: { after: unknown } }, sink: Sink<object>) => {
      asked.push(variables.after);
      current += 1;
      queueMicrotask(() => play(sink));
      let held = true;
      return () => {
        if (held) stopped += 1;
        held = false;
      };
    },
  } as unknown as Client;
  const socket = { client: async () => client, wasTaken: () => taken, close: async () => {} };
  const body = Promise.resolve({ query: '', variables: {}, extensions: {} });
  const events = follow<object>({
    ...{ socket, body, clock, retry: retryDefaults },
    options: { onBreak: ({ code }) => breaks.push(code), ...options },
  });
  return { events, asked, pauses, breaks, open: () => current - stopped };
};

/** The cursors of the next events. */
const read = async (events: AsyncIterableIterator<StreamEvent<object>>, count: number): Promise<string[]> => {
  const cursors: string[] = [];
  while (cursors.length < count) cursors.push((await events.next()).value.cursor);
  return cursors;
};
const failureOf = (asked: Promise<unknown>): Promise<HubFailure> =>
  asked.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: HubFailure) => error,
  );

test('a stream that breaks goes on behind the last event, and what comes twice is given once', async () => {
  const {
    events,
    asked,
    breaks,
    open: openNow,
  } = open([{ cursors: ['1', '2'], error: broken }, { cursors: ['2', '3', '2', '4'] }]);
  expect(await read(events, 4)).toEqual(['1', '2', '3', '4']);
  expect([asked, breaks]).toEqual([[null, '2'], ['HUB_UNREACHABLE']]);
  await events.return?.();
  expect(openNow()).toBe(0);
});

test('it begins behind the cursor that was kept', async () => {
  const { events, asked } = open([{ cursors: ['8'] }], { after: '7' });
  await read(events, 1);
  expect(asked).toEqual(['7']);
  await events.return?.();
});

test('pauses grow while nothing comes, and begin anew with an event', async () => {
  const { events, pauses } = open([{ error: broken }, { error: broken }, { cursors: ['1'], error: broken }, { cursors: ['2'] }]);
  await read(events, 2);
  expect(pauses).toEqual([187.5, 375, 187.5]);
  await events.return?.();
});

test('a reader that is slow loses nothing: the hub is let go, and asked again behind the last event read', async () => {
  const cursors = ['1', '2', '3', '4', '5'];
  const { events, asked, breaks, open: openNow } = open([{ cursors }, { cursors: cursors.slice(3) }], { waiting: 3 });
  expect(await read(events, 1)).toEqual(['1']);
  expect(openNow()).toBe(0); // While two still wait.
  expect(await read(events, 4)).toEqual(cursors.slice(1));
  expect([asked, breaks]).toEqual([[null, '3'], []]);
  await events.return?.();
});

test('a gateway that goes down, or finds the reader too slow, is resumed', async () => {
  const { events, asked } = open([
    { cursors: ['1'], error: { code: 1001, reason: 'Going away' } },
    { cursors: ['2'], error: { code: 4490, reason: 'Reader too slow' } },
    { cursors: ['3'], complete: true },
    { cursors: ['4'] },
  ]);
  expect(await read(events, 4)).toEqual(['1', '2', '3', '4']);
  expect(asked).toEqual([null, '1', '2', '3']);
  await events.return?.();
});

test('the end of a token is no break: the next is taken at once', async () => {
  const { events, pauses } = open([
    { cursors: ['1'], error: { code: 4401 } },
    { error: { code: 4401 } },
    { error: { code: 4401 } },
    { cursors: ['2'] },
  ]);
  expect(await read(events, 2)).toEqual(['1', '2']);
  expect(pauses).toEqual([0, 0, 0]);
  await events.return?.();
});

test('a token that is refused each time ends the stream', async () => {
  const { events, asked } = open([{ error: { code: 4401 } }, { error: { code: 4401 } }, { cursors: ['1'] }], {}, false);
  expect(await failureOf(events.next())).toMatchObject({ code: 'TOKEN_INVALID' });
  expect(asked).toHaveLength(2);
});

test.each(['CURSOR_TOO_OLD', 'STREAM_ENDED', 'DOCUMENT_NOT_TRUSTED', 'TOKEN_REVOKED', 'LIMIT_STREAMS'])(
  '%s ends it, and says so: going on would hide that something was lost',
  async (code) => {
    const { events, asked, open: openNow } = open([{ result: refusal(code) }, { cursors: ['1'] }]);
    expect(await failureOf(events.next())).toMatchObject({ name: 'HubError', code });
    expect([asked.length, openNow()]).toEqual([1, 0]);
  },
);

test('errors that refuse the subscription itself are told by their code', async () => {
  const { events } = open([{ error: refusal('LIMIT_COST').errors }]);
  expect(await failureOf(events.next())).toMatchObject({ code: 'LIMIT_COST' });
});

test('who asks too often comes back when the hub says', async () => {
  const { events, pauses } = open([{ error: refusal('LIMIT_RATE', { retryAfter: 9 }).errors }, { cursors: ['1'] }]);
  await read(events, 1);
  expect(pauses).toEqual([9_125]);
  await events.return?.();
});

test('behind a break, a stream that the hub still counts is waited for', async () => {
  const { events, breaks } = open([
    { cursors: ['1'], error: broken },
    { error: refusal('LIMIT_STREAMS').errors },
    { cursors: ['2'] },
  ]);
  expect(await read(events, 2)).toEqual(['1', '2']);
  expect(breaks).toEqual(['HUB_UNREACHABLE', 'LIMIT_STREAMS']);
  await events.return?.();
});

test.each([4400, 4406, 4429, 1009])('close code %i is a fault of the client, which trying again does not mend', async (code) => {
  const { events } = open([{ error: { code } }, { cursors: ['1'] }]);
  expect(await failureOf(events.next())).toMatchObject({ code: 'STREAM_REFUSED' });
});

test('a subscription without a cursor fails at its first event, not at its first break', async () => {
  const { events } = open([{ result: { data: { changed: { id: '1' } } } }]);
  expect(await failureOf(events.next())).toMatchObject({ code: 'CURSOR_MISSING' });
});

test('who leaves while waiting is let go at once', async () => {
  const { events, open: openNow } = open([{}]);
  const waiting = events.next();
  await new Promise(setImmediate);
  expect(openNow()).toBe(1);
  await events.return?.();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(openNow()).toBe(0);
});

test('a signal ends it without an error', async () => {
  const leave = new AbortController();
  const { events } = open([{ cursors: ['1'] }], { signal: leave.signal });
  await read(events, 1);
  const waiting = events.next();
  leave.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
