/**
 * `npm run bench -- law`: what the law costs. The same two queries through the hub
 * over a graph without rules, over one in which everything takes a policy, and
 * over that with the audit, on a PostgreSQL that is a process of its own. The
 * answers are the same.
 */
import { withPostgres } from './audit/postgres.ts';
import type { Bench, Row } from './bench.ts';
import { type Measured, measureAll } from './gateway/measure.ts';

/** Each with what it adds to the one before. */
const steps = { hub: 'neither access nor audit', access: 'access', law: 'access and audit' };
const goal = 1.1;

export const bench: Bench = {
  what: 'CPU of the gateway for each request with access rules, then with the audit too, against the same gateway without.',
  run: (options) => withPostgres(async (url) => rows(await measureAll(Object.keys(steps), options, [url]))),
};

const rows = (measured: readonly Measured[]): Row[] =>
  ['heavy', 'light'].flatMap((query) => {
    const of = Object.keys(steps).flatMap((step) => measured.filter((one) => one.gateway === step && one.query === query));
    const [without] = of;
    return of.flatMap(({ gateway, cpuMs, p50Ms }, at): Row[] => {
      const title = `${query}: ${steps[gateway as keyof typeof steps]}`;
      const before = of[at - 1];
      const cpu = { case: title, measure: 'gateway CPU ms per request', value: cpuMs };
      return [
        without && before ? { ...cpu, ratio: cpuMs / without.cpuMs, ...(gateway === 'law' ? { goal } : {}) } : cpu,
        ...(before ? [{ case: title, measure: 'CPU ms that the step adds', value: cpuMs - before.cpuMs }] : []),
        { case: title, measure: 'p50 ms', value: p50Ms },
      ];
    });
  });
