/**
 * Every error code that crosses a boundary: what it means, the message that is
 * safe to show, the HTTP status where the whole request fails with it, and
 * whether the same request may succeed later. Messages never hold data from a
 * record; the cause goes to the log.
 */
import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

interface ErrorKind {
  message: string;
  status: number;
  retryable: boolean;
}

export const errorKinds = {
  TOKEN_INVALID: kind('The access token is malformed, forged, expired or meant for somebody else.', 401),
  TOKEN_REVOKED: kind('The access token, or the authority of whoever holds it, has been revoked.', 401),
  UNAUTHORIZED_FIELD_OR_TYPE: kind('The caller may not read this field.', 200),
  PRINCIPAL_REFUSED: kind('The subgraph answers only requests that a gateway of this hub has signed.', 401),
  PURPOSE_REQUIRED: kind('State a purpose in the request\'s "extensions".', 200),
  CASE_NUMBER_REQUIRED: kind('State a case number in the request\'s "extensions".', 200),
  BAD_REQUEST: kind('The request is not a GraphQL request.', 400),
  BAD_USER_INPUT: kind('An argument has a value that the field does not take.', 200),
  GRAPHQL_PARSE_FAILED: kind('The document is not GraphQL.', 400),
  GRAPHQL_VALIDATION_FAILED: kind('The document does not fit the schema.', 400),
  LIMIT_DEPTH: kind('The operation is nested too deeply.', 400),
  LIMIT_ALIASES: kind('The operation has too many aliases.', 400),
  LIMIT_ROOT_FIELDS: kind('The operation has too many root fields.', 400),
  LIMIT_COST: kind('The operation may return too much.', 400),
  LIMIT_LIST_SIZE: kind('A page is larger than the hub allows.', 400),
  LIMIT_TOKENS: kind('The document is too long.', 400),
  LIMIT_BODY: kind('The request body is too large.', 413),
  LIMIT_BATCH: kind('The batch has too many operations.', 400),
  LIMIT_RATE: kind('The caller asks more often than it may: try again when "retryAfter", in seconds, has passed.', 429, true),
  DOCUMENT_NOT_TRUSTED: kind('The caller runs registered operations only, and this is none that was approved for it.', 403),
  DOCUMENT_INVALID: kind('The document to register cannot be run.', 400),
  LIMIT_STREAMS: kind('The caller has too many open subscriptions.', 400),
  SOURCE_UNAVAILABLE: kind('The source is not answering.', 200, true),
  SOURCE_TIMEOUT: kind('The source did not answer in time.', 200, true),
  SOURCE_INVALID: kind('The source gave an answer that the hub cannot use.', 200, true),
  SOURCE_REFUSED: kind('The source refused the request.', 200),
  SEARCH_INSUFFICIENT: kind('Too little is on record to search with: a name and a date of birth are needed.', 200),
  VENDOR_RATE_LIMITED: kind('The commercial database limits how often it may be asked.', 200, true),
  CURSOR_TOO_OLD: kind('The cursor is older than the retention window: subscribe anew and read the current state.', 200),
  CURSOR_INVALID: kind('The cursor is not one that this field gave.', 200),
  READER_TOO_SLOW: kind('The reader is too slow: resume with the last cursor that it received.', 200, true),
  STREAM_ENDED: kind('The permission that the stream ran on has ended.', 200),
  AUDIT_UNAVAILABLE: kind('The audit store is away, so nothing is read. Try again.', 503, true),
  PLAN_FAILED: kind('The operation could not be planned.', 500),
  INTERNAL: kind('The hub failed. The cause is in its log.', 500),
} satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export interface HubErrorDetail extends Omit<GraphQLErrorOptions, 'source'> {
  /**
   * A full sentence that replaces the kind's own; it must hold no data from a record. It also travels as
   * `extensions.sentence`, by which the gateway knows it from text that nobody has vouched for.
   */
  message?: string;
  /** The system that the error is about. */
  source?: string;
  /** The policy that refused, for UNAUTHORIZED_FIELD_OR_TYPE. */
  policy?: string;
  /** What would satisfy it, in words. */
  satisfiedBy?: string;
}

/** The only error that is thrown on purpose; anything else that escapes is INTERNAL. */
export class HubError extends GraphQLError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, detail: HubErrorDetail = {}) {
    const { message = errorKinds[code].message, source, policy, satisfiedBy, extensions, ...options } = detail;
    const { retryable, status } = errorKinds[code];
    super(message, {
      ...options,
      extensions: dropUndefined({
        http: status === 200 ? undefined : { status },
        ...extensions,
        code,
        sentence: detail.message,
        source,
        policy,
        satisfiedBy,
        retryable: retryable || undefined,
      }),
    });
    this.code = code;
  }
}

export const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorKinds, code);

/** The field is null for this caller, who is told which policy says so and what would satisfy it. */
export const withheld = (policy: string, satisfiedBy: string): HubError =>
  new HubError('UNAUTHORIZED_FIELD_OR_TYPE', { policy, satisfiedBy });

const framesAtMost = 4;

/** Where an unexpected error arose, for a log. The lines of its message stand in the same text and may quote a record. */
export const framesOf = (error: unknown): string[] => {
  const { stack, message } = (error ?? {}) as Partial<Error>;
  if (!stack || message === undefined) return [];
  const from = stack.indexOf(message);
  const frames = from < 0 ? '' : stack.slice(from + message.length);
  return frames
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, framesAtMost);
};

function kind(message: string, status: number, retryable = false): ErrorKind {
  return { message, status, retryable };
}

const dropUndefined = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
