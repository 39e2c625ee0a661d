/**
 * Operations of the demo's vendor, registered and approved, so that a system that
 * is new here has something to run. Each file is a document; its text, byte for
 * byte, is what the hash is of.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Database } from '../../kit/database.ts';
import { hashOf, idOf, operationOf } from '../documents.ts';

const vendor = 'demo-vendor';
const folder = new URL('./operations/', import.meta.url);

export const approveDemo = async (database: Database): Promise<number> => {
  await database.exec(readFileSync(new URL('../documents.sql', import.meta.url), 'utf8'));
  await database.query('DELETE FROM hub_registry.operation WHERE vendor = $1', [vendor]);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort();
  for (const file of files) {
    const document = readFileSync(new URL(file, folder), 'utf8');
    const { name, type } = operationOf(document);
    const hash = hashOf(document);
    await database.query(
      `INSERT INTO hub_registry.operation (id, vendor, hash, name, operation_name, operation_type, document, note, state, requested_at,
         decided_by, decided_at, requests_per_minute, cost, streams)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 'Comes with the demo.', 'APPROVED', now(), 'demo', now(), 600, 20000, 5)`,
      [idOf(vendor, hash), vendor, hash, file.replace('.graphql', '').replaceAll('-', ' '), name, type, document],
    );
  }
  return files.length;
};
