/**
 * One POST over a pool, with a deadline for the whole of it and a bound for its
 * answer. Straight on undici's dispatcher: a stream and an abort signal for each
 * hop, which are never handed on, would cost as much as reading the answer.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { HubError } from '../schema/errors.ts';

export interface Posting {
  path: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  /** Bytes; an answer that is longer is nonsense. */
  maximumBytes: number;
  /** Of whoever asks: when they leave, nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

export interface Posted {
  status: number;
  text: string;
}

/** Rejects with TimeoutError, AbortError, SOURCE_INVALID for what is too long, or why it could not be sent. */
export const post = (pool: Dispatcher, { path, headers, body, ...bounds }: Posting): Promise<Posted> =>
  new Promise((resolve, reject) => {
    pool.dispatch({ path, method: 'POST', headers, body }, new Answer(resolve, reject, bounds));
  });

class Answer implements Dispatcher.DispatchHandler {
  readonly #resolve: (posted: Posted) => void;
  readonly #reject: (error: Error) => void;
  readonly #maximumBytes: number;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #failure: Error | undefined;
  #status = 0;
  #bytes = 0;

  constructor(
    resolve: (posted: Posted) => void,
    reject: (error: Error) => void,
    { timeoutMs, maximumBytes, signal }: Omit<Posting, 'path' | 'headers' | 'body'>,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#maximumBytes = maximumBytes;
    this.#signal = signal;
    this.#timer = setTimeout(late, timeoutMs, this);
    signal?.addEventListener('abort', this, { once: true });
    if (signal?.aborted) this.handleEvent();
  }

  /** The client left. */
  handleEvent(): void {
    this.fail(new DOMException('The client left.', 'AbortError'));
  }

  fail(error: Error): void {
    this.#end();
    this.#failure ??= error;
    this.#reject(error);
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure) controller.abort(this.#failure); // It waited for a connection for too long.
  }

  onResponseStart(_: unknown, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    if (Number(headers['content-length']) > this.#maximumBytes) this.fail(new HubError('SOURCE_INVALID'));
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maximumBytes) this.fail(new HubError('SOURCE_INVALID'));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#end();
    const [only = Buffer.alloc(0), another] = this.#chunks;
    this.#resolve({ status: this.#status, text: (another ? Buffer.concat(this.#chunks) : only).toString() });
  }

  onResponseError(_: unknown, error: Error): void {
    this.fail(error);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this);
  }
}

const late = (answer: Answer): void => answer.fail(new DOMException('Too late.', 'TimeoutError'));
