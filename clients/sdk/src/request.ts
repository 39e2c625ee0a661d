/** One operation over HTTP: what is sent, and what of the answer is data, a gap or a failure. */
import { failure, fromWire, type HubFailure, type WireError } from './errors.ts';
import { hashOf } from './operation.ts';

/** Why it is asked; the hub decides and records by it. */
export interface Authority {
  purpose?: 'C' | 'D' | 'F' | 'J' | 'DISPATCH' | 'AUDIT' | 'DEMONSTRATION';
  caseNumber?: string;
  reason?: string;
  onBehalfOf?: string;
  /** The id of an open emergency of the caller's own, which this operation is done under. */
  emergency?: string;
}

export interface Answer<Data> {
  data: Data;
  /** Places of the answer that are null, and why: withheld, or a source that is away. */
  gaps: readonly HubFailure[];
}

/** As the hub takes it, over HTTP and over WebSocket. */
export interface Body {
  query: string;
  variables: Record<string, unknown>;
  extensions: Record<string, unknown>;
}

/** `hash`: the document goes by its name, as approved; `text`: whole, for what takes no approval. */
export type Sending = 'hash' | 'text';

export const bodyOf = async (
  text: string,
  { sending, variables, authority }: { sending: Sending; variables: object; authority: Authority },
): Promise<Body> => {
  const named = sending === 'hash' ? { persistedQuery: { version: 1, sha256Hash: await hashOf(text) } } : {};
  const { purpose, caseNumber, reason, onBehalfOf, emergency } = authority;
  return {
    query: sending === 'hash' ? '' : text,
    variables: { ...variables },
    extensions: { purpose, caseNumber, reason, onBehalfOf, emergency, ...named },
  };
};

export interface Call {
  url: string;
  token: string;
  body: Body;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  fetch: typeof fetch;
  now: () => number;
}

/** Throws what failed as a whole. */
export const request = async <Data>(call: Call): Promise<Answer<Data>> => {
  const response = await send(call);
  const result = await parsed(response, call.signal);
  const failures = (result?.errors ?? []).map(fromWire);
  if (result?.data && !isEmpty(result.data, failures)) return { data: result.data as Data, gaps: failures };
  const [first] = failures;
  if (first) throw first.retryAfterSeconds === undefined ? waiting(first, response, call.now) : first;
  throw failure('ANSWER_INVALID', {
    message: `What answered is no hub: a proxy, or another address (HTTP ${response.status}).`,
    retryable: response.status >= 500 || response.status === 429,
    retryAfterSeconds: retryAfterOf(response, call.now),
  });
};

const send = async ({ url, token, body, timeoutMs, signal, fetch: call }: Call): Promise<Response> => {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await call(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      redirect: 'error', // A token goes nowhere else.
      credentials: 'omit',
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    throw failure('HUB_UNREACHABLE', { cause });
  }
};

interface Result {
  data?: Record<string, unknown> | null;
  errors?: WireError[];
}

const parsed = async (response: Response, signal: AbortSignal | undefined): Promise<Result | undefined> => {
  const text = await response.text().catch((cause: unknown) => {
    if (signal?.aborted) throw signal.reason;
    throw failure('HUB_UNREACHABLE', { cause }); // It broke off under way.
  });
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Result) : undefined;
  } catch {
    return undefined;
  }
};

/** Nothing came, and all of it may come later. */
const isEmpty = (data: Record<string, unknown>, failures: readonly HubFailure[]): boolean =>
  failures.length > 0 && failures.every(({ retryable }) => retryable) && Object.values(data).every((value) => value === null);

const waiting = (error: HubFailure, response: Response, now: () => number): HubFailure => {
  const retryAfterSeconds = retryAfterOf(response, now);
  return retryAfterSeconds === undefined ? error : failure(error.code, { ...error, message: error.message, retryAfterSeconds });
};

/** RFC 9110, 10.2.3: seconds, or a date. */
export const retryAfterOf = ({ headers }: Response, now: () => number): number | undefined => {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now()) / 1_000));
};
