/** One system: its day in numbers, its operations with their limits, and its recent errors by code. */
import { type ReactNode, useEffect } from 'react';
import { clockOf, dayTimeOf } from '../../kit/format.ts';
import { type HubCode, hubErrors } from '../../sdk/src/index.ts';
import type { ConsoleQuery } from '../generated/graphql.ts';
import { useFetched } from './fetched.ts';
import { Operations } from './operations.tsx';

interface ConsoleProps {
  token: string;
  onLeave: (because?: string) => void;
}

const refused: readonly string[] = ['TOKEN_INVALID', 'TOKEN_REVOKED'];

export const Console = ({ token, onLeave }: ConsoleProps): ReactNode => {
  const { data, at, failure, again } = useFetched(token);
  useEffect(() => {
    if (failure && refused.includes(failure.code)) onLeave(failure.message);
  }, [failure, onLeave]);
  const own = data?.myOperations;
  return (
    <div className="shell" data-console={data ? 'ready' : 'waiting'}>
      <header className="topbar">
        <h1 className="brand">Vendor console</h1>
        <span className="quiet">{data?.me && `${data.me.subject} · ${data.me.agency.name}`}</span>
        <span className="topbar-space" />
        <span className="quiet" role="status">
          {at ? `As of ${clockOf(at)}` : 'Asking the hub…'}
        </span>
        <button className="button" type="button" onClick={again}>
          Refresh
        </button>
        <button className="button" type="button" onClick={() => onLeave()}>
          Forget the token
        </button>
      </header>
      <main id="main" tabIndex={-1} className="console">
        {failure && (
          <p className="notice failed" role="alert">
            {failure.message} {data && 'What is shown was true at the time above.'}
          </p>
        )}
        {own && <Today own={own} />}
        {own && <Operations nodes={own.nodes} more={own.pageInfo.hasNextPage} />}
        {own && <Errors errors={own.recentErrors} />}
        {data && !own && <p className="notice">This token is of no system that could register operations.</p>}
      </main>
    </div>
  );
};

type Own = NonNullable<ConsoleQuery['myOperations']>;

const Today = ({ own }: { own: Own }): ReactNode => (
  <section aria-labelledby="today">
    <h2 id="today">Since midnight UTC</h2>
    <dl className="facts">
      <dt>Requests</dt>
      <dd data-requests>{own.requestsToday}</dd>
      <dt>Refused</dt>
      <dd>
        {own.refusalsToday.length === 0 && 'none'}
        <ul>
          {own.refusalsToday.map(({ code, count }) => (
            <li key={code} data-refusal={code}>
              {count} × <span className="mono">{code}</span> <span className="quiet">{meaningOf(code)}</span>
            </li>
          ))}
        </ul>
      </dd>
      <dt>Limits of all together</dt>
      <dd>
        {own.limits
          ? `${own.limits.requestsPerMinute} requests a minute, cost ${own.limits.cost}, ${own.limits.streams} streams`
          : 'none; each operation has its own'}
      </dd>
    </dl>
  </section>
);

const Errors = ({ errors }: { errors: Own['recentErrors'] }): ReactNode => (
  <section aria-labelledby="errors">
    <h2 id="errors">Recent errors</h2>
    {errors.length === 0 && <p className="quiet">None in the last seven days.</p>}
    {errors.length > 0 && (
      // A region that scrolls must be reachable by keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
      <section className="wide" tabIndex={0} aria-label="Table of recent errors">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Code</th>
              <th scope="col">Operation</th>
              <th scope="col">Meaning</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ at, code, operationName }, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the same may happen twice in one instant.
              <tr key={`${at} ${row}`} data-error={code}>
                <td>
                  <time dateTime={at}>{dayTimeOf(at)}</time>
                </td>
                <td className="mono">{code}</td>
                <td>{operationName ?? '—'}</td>
                <td className="quiet">{meaningOf(code)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    )}
  </section>
);

const outcomes: Record<string, string> = {
  PARTIAL: 'Part of the answer was missing.',
  FAILED: 'All of the answer was missing.',
};

const meaningOf = (code: string): string => outcomes[code] ?? (isCode(code) ? hubErrors[code].message : '');

const isCode = (code: string): code is HubCode => Object.hasOwn(hubErrors, code);
