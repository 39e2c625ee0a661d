/**
 * What an answer lacks, and why. Nothing found, nothing allowed and a source that
 * is down are three different things to whoever must decide on them; GraphQL says
 * all three by null.
 */
import { CombinedGraphQLErrors, ServerError } from '@apollo/client';

export interface Gap {
  /**
   * `withheld`: a rule says no to this caller. `down`: a system did not answer. `refused`: the request lacks
   * something. `failed`: the hub or the way to it.
   */
  kind: 'withheld' | 'down' | 'refused' | 'failed';
  code: string;
  /** Dotted, without places in lists: `incident.reports.narrative`; empty for the answer as a whole. */
  path: string;
  message: string;
  /** The system that did not answer. */
  source?: string;
  policy?: string;
  /** What would open it, in the policy's own words. */
  satisfiedBy?: string;
  retryable: boolean;
}

/** @param error what Apollo Client put beside the data, with `errorPolicy: 'all'`. */
export const gapsOf = (error: unknown): Gap[] => {
  if (error === undefined || error === null) return [];
  if (CombinedGraphQLErrors.is(error)) return distinct(error.errors.map(gapOf));
  if (ServerError.is(error)) return [failure(statusText(error))];
  return [failure('The hub cannot be reached.')];
};

/** Gaps at a place of the answer or inside it. */
export const gapsAt = (gaps: readonly Gap[], path: string): Gap[] =>
  gaps.filter((gap) => gap.path === path || gap.path.startsWith(`${path}.`) || gap.path === '');

interface Told {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
}

const gapOf = ({ message, path = [], extensions = {} }: Told): Gap => {
  const code = String(extensions.code ?? 'INTERNAL');
  const text = (name: string): string | undefined => (typeof extensions[name] === 'string' ? extensions[name] : undefined);
  return {
    kind: kindOf(code),
    code,
    path: path.filter((part) => typeof part === 'string').join('.'),
    message,
    ...optional('source', text('source')),
    ...optional('policy', text('policy')),
    ...optional('satisfiedBy', text('satisfiedBy')),
    retryable: extensions.retryable === true,
  };
};

const optional = <Key extends string>(key: Key, value: string | undefined): { [K in Key]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { [K in Key]?: string };

const kindOf = (code: string): Gap['kind'] => {
  if (code === 'UNAUTHORIZED_FIELD_OR_TYPE') return 'withheld';
  if (code.startsWith('SOURCE_') || code.startsWith('VENDOR_')) return 'down';
  if (code === 'INTERNAL' || code === 'AUDIT_UNAVAILABLE' || code === 'PLAN_FAILED') return 'failed';
  return 'refused';
};

/** A list of two hundred withheld fields is one thing withheld. */
export const distinct = (gaps: readonly Gap[]): Gap[] => [
  ...new Map(gaps.map((gap) => [`${gap.code} ${gap.path} ${gap.policy ?? ''} ${gap.source ?? ''}`, gap])).values(),
];

const failure = (message: string): Gap => ({ kind: 'failed', code: 'INTERNAL', path: '', message, retryable: true });

/** Whether the hub gave this code, be it in an answer or in place of one. */
export const isCalled = (error: unknown, code: string): boolean => {
  const errors = CombinedGraphQLErrors.is(error) ? error.errors : ServerError.is(error) ? toldIn(error.bodyText) : [];
  return errors.some(({ extensions }) => extensions?.code === code);
};

/** Nothing where a proxy's page came instead. */
const toldIn = (bodyText: string): Partial<Told>[] => {
  try {
    return (JSON.parse(bodyText) as { errors?: Partial<Told>[] }).errors ?? [];
  } catch {
    return [];
  }
};

const statusText = ({ statusCode, bodyText }: { statusCode: number; bodyText: string }): string =>
  toldIn(bodyText)[0]?.message ||
  (statusCode === 401 ? 'The sign-in has ended.' : `The hub refused the request (${statusCode}).`);
