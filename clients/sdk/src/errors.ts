/**
 * What can go wrong, as one union: every code of the hub, generated from its own
 * catalogue, and the few that arise on this side of the wire. `switch (error.code)`
 * is exhaustive. No message holds data of a record, nor a token.
 */
import { hubErrors } from './generated/errors.ts';

/** What the hub itself cannot say. */
export const kitErrors = {
  HUB_UNREACHABLE: { message: 'The hub does not answer.', retryable: true },
  ANSWER_INVALID: { message: 'What answered is no hub: a proxy, or another address.', retryable: false },
  TOKEN_UNOBTAINABLE: { message: 'The issuer gave no token.', retryable: false },
  STREAM_REFUSED: { message: 'The hub closed the socket over a fault of this client.', retryable: false },
  CURSOR_MISSING: { message: 'The subscription does not select "cursor", so it could not be resumed.', retryable: false },
  PAGE_INVALID: {
    message: 'The operation does not answer with a page: "nodes", "pageInfo { endCursor hasNextPage }".',
    retryable: false,
  },
  CODE_UNKNOWN: { message: 'The hub gave a code that this version of the kit does not know.', retryable: false },
} as const;

export type HubCode = keyof typeof hubErrors;
export type KitCode = keyof typeof kitErrors;
export type Code = HubCode | KitCode;

export interface ErrorDetail {
  /** Instead of the catalogue's sentence. */
  message?: string | undefined;
  /** Instead of the catalogue's word. */
  retryable?: boolean | undefined;
  /** How long the hub asks to wait. */
  retryAfterSeconds?: number | undefined;
  /** The field of the answer that is null because of it. */
  path?: readonly (string | number)[] | undefined;
  /** The system behind the hub that it is about. */
  source?: string | undefined;
  /** The policy that withholds the field, and what it takes. */
  policy?: string | undefined;
  satisfiedBy?: string | undefined;
  /** The code as the hub gave it, for CODE_UNKNOWN. */
  reported?: string | undefined;
  cause?: unknown;
}

export class HubError<Name extends Code = Code> extends Error {
  override readonly name = 'HubError';
  readonly code: Name;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly path: readonly (string | number)[] | undefined;
  readonly source: string | undefined;
  readonly policy: string | undefined;
  readonly satisfiedBy: string | undefined;
  readonly reported: string | undefined;

  constructor(code: Name, detail: ErrorDetail = {}) {
    const kind: { message: string; retryable: boolean } = catalogue[code];
    super(detail.message ?? kind.message, detail.cause === undefined ? {} : { cause: detail.cause });
    this.code = code;
    this.retryable = detail.retryable ?? kind.retryable;
    this.retryAfterSeconds = detail.retryAfterSeconds;
    this.path = detail.path;
    this.source = detail.source;
    this.policy = detail.policy;
    this.satisfiedBy = detail.satisfiedBy;
    this.reported = detail.reported;
  }
}

const catalogue = { ...hubErrors, ...kitErrors };

/** One of all; its `code` says which. */
export type HubFailure = { [Name in Code]: HubError<Name> }[Code];

export const isHubFailure = (error: unknown): error is HubFailure => error instanceof HubError;

/** A member of the union; the constructor alone knows only that it has some code. */
export const failure = (code: Code, detail?: ErrorDetail): HubFailure => new HubError(code, detail) as HubFailure;

export interface WireError {
  message?: unknown;
  path?: unknown;
  extensions?: unknown;
}

/** An entry of an answer's `errors`. */
export const fromWire = ({ message, path, extensions }: WireError): HubFailure => {
  const told = (typeof extensions === 'object' && extensions !== null ? extensions : {}) as Record<string, unknown>;
  const known = isHubCode(told.code);
  return failure(known ? (told.code as HubCode) : 'CODE_UNKNOWN', {
    message: known ? textOf(message) : undefined,
    retryable: known ? undefined : told.retryable === true,
    retryAfterSeconds: typeof told.retryAfter === 'number' ? told.retryAfter : undefined,
    path: Array.isArray(path) ? path : undefined,
    source: textOf(told.source),
    policy: textOf(told.policy),
    satisfiedBy: textOf(told.satisfiedBy),
    reported: known ? undefined : textOf(told.code),
  });
};

const isHubCode = (code: unknown): code is HubCode => typeof code === 'string' && Object.hasOwn(hubErrors, code);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
