/** A stream as a reader takes it who asks for each event: until it asks again, it has not taken the last. */
import type { HubRequest } from '../../gateway/answer.ts';
import { type LiveHub, live } from '../../gateway/live.ts';
import { openQueue } from '../../gateway/queue.ts';
import type { Shown } from '../../gateway/redact.ts';

export async function* follow(hub: LiveHub, request: HubRequest, onStall?: () => void): AsyncGenerator<Shown, void> {
  const left = new AbortController();
  const leave = () => left.abort();
  request.signal?.addEventListener('abort', leave);
  const shown = openQueue<Shown>(1);
  let take = () => {};
  const show = (value: Shown) => {
    shown.push({ value });
    return new Promise<void>((resolve) => {
      take = resolve;
    });
  };
  const running = live(hub, { ...request, signal: left.signal }, show, onStall).then(() => shown.end(), shown.end);
  try {
    for await (const value of shown) {
      yield value;
      take();
    }
  } finally {
    leave();
    await running;
  }
}
