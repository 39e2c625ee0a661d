/**
 * The public federation audit (graphql-hive/federation-gateway-audit) against the
 * hub's gateway: its subgraphs run elsewhere, each of its groups is a supergraph,
 * and each of its tests a question with the answer that it expects.
 *
 *   npx tsx tests/federation/conformance.ts http://localhost:4200 [GROUP …]
 */
import { isDeepStrictEqual } from 'node:util';
import pino from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { startGateway } from '../../gateway/index.ts';
import { post } from './harness.ts';

interface Case {
  query: string;
  expected: { data?: unknown; errors?: boolean };
}

const [audit = 'http://localhost:4200', ...only] = process.argv.slice(2);
const get = async (path: string): Promise<Response> => fetch(`${audit}${path}`);
const wide = { HUB_LIMIT_LIST_SIZE: '1000', HUB_LIMIT_COST: '100000000', HUB_LIMIT_DEPTH: '50' };

/** Names of the cases that are not answered as expected. */
const failuresOf = async (group: string): Promise<{ failed: string[]; of: number }> => {
  const supergraph = await (await get(`/${group}/supergraph`)).text();
  const cases = (await (await get(`/${group}/tests`)).json()) as Case[];
  const gateway = await startGateway({ ...readConfig({ PORT: '0', ...wide }), supergraph }, { log: pino({ level: 'silent' }) });
  const failed: string[] = [];
  for (const [at, { query, expected }] of cases.entries()) {
    const { data, errors } = await post(`${gateway.url}/graphql`, { query });
    const fits =
      isDeepStrictEqual(data ?? null, expected.data ?? null) &&
      (expected.errors === undefined || Boolean(errors) === expected.errors);
    if (!fits) failed.push(`${group} ${at + 1}: ${JSON.stringify({ data, errors })}`);
  }
  await gateway.close();
  return { failed, of: cases.length };
};

const groups = only.length > 0 ? only : ((await (await get('/ids')).json()) as string[]);
let passed = 0;
let all = 0;
for (const group of groups) {
  const { failed, of } = await failuresOf(group);
  passed += of - failed.length;
  all += of;
  for (const line of failed) process.stdout.write(`${line}\n`);
}
process.stdout.write(`${passed} of ${all}\n`);
