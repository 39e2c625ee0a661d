/**
 * A records vendor's system follows the incidents and keeps, beside its own data,
 * how far it has come: started again, it goes on behind the last incident that it
 * is done with.
 *
 *     node incidents.mjs cursor.txt
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { approved, hub } from './hub.mjs';

const [file = 'cursor.txt'] = process.argv.slice(2);
const after = existsSync(file) ? readFileSync(file, 'utf8') : null;
const leave = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => leave.abort());

const changes = hub.subscribe(
  approved('incident-changes'),
  {},
  {
    after,
    signal: leave.signal,
    onBreak: ({ code }) => console.error(`interrupted (${code}), going on`),
  },
);
for await (const { data, cursor } of changes) {
  const { change, incident } = data.incidentChanged;
  console.log(JSON.stringify({ cursor, change, number: incident?.number ?? null, status: incident?.status ?? null }));
  // Only now is it done with. Renamed into place: half a cursor is none.
  writeFileSync(`${file}.new`, cursor);
  renameSync(`${file}.new`, file);
}
await hub.close();
