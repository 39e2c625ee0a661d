/** What a system says of itself: it looks at its source now and then, and tells the bus. */
import type { Bus } from './bus.ts';
import type { SourceStatus } from './status.ts';
import type { Feed, Runtime, Source, System } from './system.ts';

export interface Health {
  /** True once the source has answered, while it does. */
  ready: () => boolean;
  /** Looks now; also done every `everyMs`. */
  look: () => Promise<SourceStatus>;
  stop: () => void;
}

const everyMs = 5_000;
const patienceMs = 4_000;

export const watchHealth = <Reader>(system: System<Reader>, source: Source<Reader>, runtime: Runtime): Health => {
  let last: SourceStatus | undefined;
  const look = async () => {
    const status = await statusOf(system, source, runtime);
    if (status.state !== last?.state)
      runtime.log.info({ source: system.name, state: status.state }, 'The source changed its state.');
    last = status;
    await runtime.bus
      .report(status)
      .catch(() => runtime.log.warn({ source: system.name }, 'The bus is away: the state was not reported.'));
    return status;
  };
  const timer = setInterval(() => void look(), everyMs);
  timer.unref();
  return { ready: () => last !== undefined && last.state !== 'DOWN', look, stop: () => clearInterval(timer) };
};

const statusOf = async <Reader>(
  { name, title, feeds }: System<Reader>,
  source: Source<Reader>,
  { bus, now }: Runtime,
): Promise<SourceStatus> => {
  const seen = { name, title, lastSeenAt: new Date(now()).toISOString() };
  try {
    const { lastEventAt, staleAfterSeconds, detail } = await withPatience(source.check());
    const ageSeconds = lastEventAt ? (now() - lastEventAt.getTime()) / 1000 : undefined;
    const stale = staleAfterSeconds !== undefined && (ageSeconds === undefined || ageSeconds > staleAfterSeconds);
    return {
      ...seen,
      state: stale ? 'STALE' : 'LIVE',
      lastEventAt: lastEventAt?.toISOString(),
      lagSeconds: await lagOf(feeds, bus),
      detail: stale ? `No change for longer than ${staleAfterSeconds} s.` : detail,
    };
  } catch (error) {
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    return {
      ...seen,
      state: 'DOWN',
      detail: timedOut ? 'The source did not answer in time.' : 'The source refuses the connection or the query.',
    };
  }
};

/** From the source's `changed_at` to the bus's cursor, at the last change. */
const lagOf = async (feeds: readonly Feed[], bus: Bus): Promise<number | undefined> => {
  const lags = await Promise.all(
    feeds.map(async ({ topic }) => {
      const event = topic === undefined ? undefined : await bus.last(topic).catch(() => undefined);
      return event && Math.max(0, (Number.parseInt(event.cursor, 10) - event.changedAt.getTime()) / 1000);
    }),
  );
  const known = lags.filter((lag) => lag !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
};

const withPatience = async <Value>(promise: Promise<Value>): Promise<Value> => {
  const timeout = AbortSignal.timeout(patienceMs);
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => timeout.addEventListener('abort', () => reject(timeout.reason), { once: true })),
  ]);
};
