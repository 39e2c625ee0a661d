/** Secrets that an installation makes for itself once and keeps for its owner alone. */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The file's text, made on first use. Written aside and linked: nobody reads half of it, and the first writer wins. */
export const keptSecret = async (path: string, make: () => Promise<string> | string = randomText): Promise<string> => {
  const kept = await readFile(path, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, await make(), { mode: 0o600 });
  try {
    await link(aside, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
  return readFile(path, 'utf8');
};

const randomText = (): string => randomBytes(32).toString('hex');
