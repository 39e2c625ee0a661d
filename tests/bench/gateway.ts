/**
 * `npm run bench -- gateway`: the public benchmark's heavy query and a light one
 * through the hub, through the gateways of others, and through nothing but the
 * calls. Each gateway is one process on one core; the subgraphs, which answer
 * from memory, and the load are on the other.
 */
import { withPostgres } from './audit/postgres.ts';
import type { Bench, Row } from './bench.ts';
import { type Measured, measureAll } from './gateway/measure.ts';

const baseline = 'limit';
/** `law`: the hub with access rules and audit on; `hub`: without either. */
const gateways = ['limit', 'law', 'hub', 'hive-rust', 'hive', 'mercurius', 'stock'];
const goals: Record<string, number> = { 'heavy law': 2 };

export const bench: Bench = {
  what: 'CPU of one gateway process for each request, against the calls alone, each answer parsed and one serialised.',
  run: (options) =>
    withPostgres(async (url) => rows(await measureAll(options.given.only?.split(',') ?? gateways, options, [url]))),
};

const rows = (measured: readonly Measured[]): Row[] =>
  measured.flatMap(({ gateway, query, cpuMs, perSecond, p50Ms, calls, same }): Row[] => {
    const title = `${query}: ${gateway}${same ? '' : ', another answer'}`;
    const limit = measured.find((one) => one.query === query && one.gateway === baseline);
    const goal = goals[`${query} ${gateway}`];
    const ratio = limit && gateway !== baseline ? { ratio: cpuMs / limit.cpuMs } : {};
    return [
      { case: title, measure: 'gateway CPU ms per request', value: cpuMs, ...ratio, ...(goal === undefined ? {} : { goal }) },
      { case: title, measure: 'requests per second', value: perSecond },
      { case: title, measure: 'p50 ms', value: p50Ms },
      { case: title, measure: 'upstream calls per request', value: calls },
    ];
  });
