/**
 * What was started, in order, so that it ends in the reverse order: whoever
 * asks stops before whoever answers. Every part that starts something hands its
 * ending here.
 */
import { ExpectedError } from './expected.ts';

export interface Lifecycle {
  /** Remembers how to end something. What ends twice or fails to end does not keep the others from ending. */
  add: (what: string, end: () => Promise<unknown> | unknown) => void;
  /** Ends everything, the youngest first; a second call waits for the first. */
  end: () => Promise<void>;
}

export const openLifecycle = (onFailure: (what: string, error: unknown) => void = () => {}): Lifecycle => {
  const open: { what: string; end: () => Promise<unknown> | unknown }[] = [];
  let ending: Promise<void> | undefined;
  const endAll = async (): Promise<void> => {
    for (let item = open.pop(); item; item = open.pop()) {
      try {
        await item.end();
      } catch (error) {
        onFailure(item.what, error);
      }
    }
  };
  return {
    add: (what, end) => void open.push({ what, end }),
    end: () => {
      ending ??= endAll();
      return ending;
    },
  };
};

const drainLimitMs = 15_000;

/**
 * Runs until the process is told to stop. The first signal drains; a second one,
 * or a drain that takes too long, ends the process at once.
 */
export const runUntilStopped = async (start: (life: Lifecycle) => Promise<void>): Promise<void> => {
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const life = openLifecycle((what) => say(`${what} did not end cleanly.`));
  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(130));
    say('Stopping: what is in flight is finished first. Once more to stop at once.');
    setTimeout(() => process.exit(1), drainLimitMs).unref();
    void life.end().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    await start(life);
  } catch (error) {
    await life.end();
    throw error instanceof Error && isPortTaken(error) ? portTaken(error) : error;
  }
};

const isPortTaken = (error: Error): error is Error & { port: number } => (error as { code?: string }).code === 'EADDRINUSE';

const portTaken = ({ port }: { port: number }): ExpectedError =>
  new ExpectedError(`Port ${port} is taken by another process. End that one, or choose another port with --port.`);
