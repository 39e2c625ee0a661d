/**
 * `npm run bench -- start`: from the start of a process to its first answer. The
 * gateway as an agency runs it, with its policies, its audit on PostgreSQL and its
 * own schema, against Apollo's over the same supergraph. No system runs: what is
 * asked is what a gateway answers by itself.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage, pageNames } from '../../clients/build.ts';
import { freePort, withPostgres } from './audit/postgres.ts';
import { type Bench, median, type Row } from './bench.ts';

const goalSeconds = 2;

export const bench: Bench = {
  what: 'Seconds from the start of a gateway’s process to its first answer, against Apollo’s own over the same supergraph.',
  run: ({ smoke, say, given }) =>
    withPostgres(async (database) => {
      const runs = Number(given.runs ?? (smoke ? 1 : 7));
      const data = mkdtempSync(join(tmpdir(), 'rtcc-bench-start-'));
      const found: Record<string, number[]> = { stock: [], hub: [] };
      try {
        // Its pages, tables and keys are there from here on, as they are at any later start.
        for (const page of pageNames) await buildPage(page, { cache: join(data, 'pages') });
        await seconds(hub(data, database));
        for (let run = 0; run < runs; run += 1) {
          found.stock?.push(await seconds(stock));
          found.hub?.push(await seconds(hub(data, database)));
          say(`run ${run + 1} of ${runs}: ${Object.entries(found).map(([name, all]) => `${name} ${all.at(-1)?.toFixed(2)} s`)}`);
        }
      } finally {
        rmSync(data, { recursive: true, force: true });
      }
      return rowsOf(median(found.stock ?? []), median(found.hub ?? []));
    }),
};

const rowsOf = (stock: number, hub: number): Row[] => [
  { case: '@apollo/gateway + @apollo/server', measure: 'seconds to the first answer', value: stock },
  { case: 'hub, access and audit on', measure: 'seconds to the first answer', value: hub, goal: goalSeconds },
  { case: 'hub, access and audit on', measure: 'against the stock gateway', value: hub, ratio: hub / stock },
];

type Start = (port: number) => { file: string; args: string[]; env?: Record<string, string> };

const hub =
  (data: string, database: string): Start =>
  (port) => ({
    file: fileURLToPath(new URL('../../deploy/run.mjs', import.meta.url)),
    args: ['gateway', '--port', String(port), '--host', '127.0.0.1', '--data', data],
    env: { HUB_DATABASE_URL: database },
  });

const stock: Start = (port) => ({
  file: fileURLToPath(new URL('gateway/stock.mjs', import.meta.url)),
  args: [String(port), fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url))],
});

const seconds = async (start: Start): Promise<number> => {
  const port = await freePort();
  const { file, args, env } = start(port);
  const startedMs = performance.now();
  const child = spawn(process.execPath, ['--max-semi-space-size=64', file, ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: 'ignore',
  });
  try {
    await answers(`http://127.0.0.1:${port}/graphql`, child);
    return (performance.now() - startedMs) / 1_000;
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill('SIGTERM');
    await ended;
  }
};

const answers = async (url: string, child: ChildProcess): Promise<void> => {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' };
  for (;;) {
    if (child.exitCode !== null) throw new Error('A gateway ended before it answered.');
    const answer = await fetch(url, request).catch(() => undefined);
    if (answer?.ok && (await answer.text()).includes('"Query"')) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
