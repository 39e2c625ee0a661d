/**
 * A subscription field. Events carry keys; what the caller selected is read
 * fresh for each event, under the caller's row rules, so an event about a
 * record that the caller may not see is not an event.
 */
import { HubError } from '../../schema/errors.ts';
import { abortable } from './abortable.ts';
import { beginning } from './bus/cursor.ts';
import type { BusEvent } from './bus.ts';
import { newestOfEach, paced } from './paced.ts';
import type { Context } from './system.ts';

export interface LiveOptions<Reader, Arguments, Value> {
  topic: string;
  /** Keep only the newest event of each key for a reader that fell behind; absent: drop nothing. */
  latest?: boolean;
  /** Whether the caller wants and may know of this event. It reads through the event's own context. */
  accept: (event: BusEvent, args: Arguments, context: Context<Reader>) => boolean | Promise<boolean>;
  /** The field's value, such as `{ cursor, change, incident }`. */
  resolve: (event: BusEvent, args: Arguments, context: Context<Reader>) => Value | Promise<Value>;
}

/** What travels from the event to the execution of the selection; `serve` knows it. */
export interface LivePayload<Reader = unknown> {
  event: BusEvent;
  latest: boolean;
  context: Context<Reader>;
  /** True for the first payload, which is no event: it says where the stream begins. */
  opening: boolean;
}

export interface LiveField<Reader, Arguments, Value> {
  subscribe: (root: unknown, args: Arguments, context: Context<Reader>) => AsyncGenerator<LivePayload<Reader>, void>;
  resolve: (payload: LivePayload<Reader>, args: Arguments) => Value | Promise<Value>;
}

export interface LiveArguments {
  after?: string | null;
  /** Of a field that keeps the newest only: at most one event of each key in so many seconds. */
  every?: number | null;
}

export const live = <Reader, Arguments extends LiveArguments, Value>(
  options: LiveOptions<Reader, Arguments, Value>,
): LiveField<Reader, Arguments, Value> => ({
  subscribe: (_root, args, context) => {
    const ended = new AbortController();
    return abortable(events(options, args, context, ended), () => ended.abort());
  },
  resolve: (payload, args) => options.resolve(payload.event, args, payload.context),
});

async function* events<Reader, Arguments extends LiveArguments, Value>(
  { topic, latest = false, accept }: LiveOptions<Reader, Arguments, Value>,
  args: Arguments,
  context: Context<Reader>,
  ended: AbortController,
): AsyncGenerator<LivePayload<Reader>, void> {
  const { stream } = context;
  let expired = false;
  const timer = setTimeout(
    () => {
      expired = true;
      ended.abort();
    },
    Math.max(0, stream.expiresAtMs - stream.now()),
  );
  timer.unref();
  try {
    const after = stream.resumeAfter ?? args.after ?? (await stream.bus.last(topic))?.cursor ?? beginning;
    yield { event: { cursor: after, key: '', change: 'UPDATED', changedAt: new Date(0) }, latest, context, opening: true };
    const followed = stream.bus.follow(topic, { after, signal: ended.signal });
    for await (const batch of latest && args.every ? paced(followed, args.every * 1000, ended.signal) : followed) {
      for (const event of latest ? newestOfEach(batch) : batch) {
        if (ended.signal.aborted) break;
        const own = stream.renew();
        if (await accept(event, args, own)) yield { event, latest, context: own, opening: false };
      }
    }
    if (expired) throw new HubError('STREAM_ENDED', { message: "The gateway's signature has ended." });
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
}
