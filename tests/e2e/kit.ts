/** The vendor's kit as a vendor's engineer gets it, and what it should have been told. */
import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clientCredentials } from '../../clients/sdk/src/index.ts';
import type { RunningHub } from './setup.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** The text of one of the operations that the demo's vendor has been approved. */
export const approvedText = (name: string): string =>
  readFileSync(join(root, 'subgraphs/hub/demo/operations', `${name}.graphql`), 'utf8');

/** Packs it, and installs the tarball in a folder of the vendor's own. */
export const installKit = async (folder: string): Promise<void> => {
  const quiet = { env: { ...process.env, NODE_OPTIONS: '' } };
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { ...quiet, cwd: join(root, 'clients/sdk') });
  const name = /"filename": "([^"]+)"/.exec(packed.stdout)?.[1] ?? '';
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'vendor', private: true, type: 'module' }));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await run('npm', ['install', ...flags, join(folder, name), 'graphql@16'], { ...quiet, cwd: folder });
  cpSync(join(folder, 'node_modules/@rtcc-hub/sdk/examples'), join(folder, 'examples'), { recursive: true });
};

type At = RunningHub['gateway'];

async function* changesBehind(hub: RunningHub, at: At, after: string): AsyncGenerator<string, void> {
  const socket = await hub.socket('vendor', at);
  try {
    for await (const { data } of socket.iterate({ query: approvedText('incident-changes'), variables: { after } })) {
      yield (data as { incidentChanged: { cursor: string } }).incidentChanged.cursor;
    }
  } finally {
    await socket.dispose();
  }
}

/** Cursors that the hub itself has between two, both included. */
export const cursorsBetween = async (hub: RunningHub, at: At, [first, last]: [string, string]): Promise<string[]> => {
  const seen = new Set([first]);
  for await (const cursor of changesBehind(hub, at, first)) {
    seen.add(cursor);
    if (cursor === last) break;
  }
  return [...seen];
};

/** Until there are two changes behind this one, as another gateway tells it. */
export const twoMoreChanges = async (hub: RunningHub, at: At, after: string): Promise<void> => {
  let count = 0;
  for await (const _ of changesBehind(hub, at, after)) {
    count += 1;
    if (count === 2) break;
  }
};

/** The system that the demo's issuer knows: where it gets its tokens, and how. */
export const vendorOf = async ({ gateway }: RunningHub) => {
  const { issuer } = (await (await fetch(`${gateway.url}/.well-known/rtcc-hub`)).json()) as { issuer: string };
  return { issuer, token: clientCredentials({ issuer, clientId: 'demo-vendor', clientSecret: 'demo-vendor-secret' }) };
};
