/**
 * PostgreSQL and Redis for tests: whether this run has them (looked up once, in
 * `before.mjs`), and a corner of them that a test file has to itself.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createClient } from 'redis';

export type ServiceName = 'postgres' | 'redis';

export interface Service {
  title: string;
  url: string;
  /** Host and port, for messages. */
  where: string;
  reachable: boolean;
}

export const services = (): Record<ServiceName, Service> => {
  const found = process.env.RTCC_TEST_SERVICES;
  if (!found) throw new Error('The services are looked up by tests/setup/before.mjs: run the tests by jest.config.js.');
  return JSON.parse(found);
};

/**
 * `describe`, for tests that need services. Where one is missing the tests are
 * skipped, with the reason in their title; with CI=true they fail instead.
 */
export const describeOn = (needed: ServiceName | ServiceName[], title: string, define: () => void): void => {
  const missing = [needed].flat().filter((name) => !services()[name].reachable);
  if (missing.length === 0) {
    describe(title, define);
    return;
  }
  const reason = missing.map((name) => `${services()[name].title} does not answer at ${services()[name].where}`).join('; ');
  if (process.env.CI !== 'true') {
    describe.skip(`${title} (skipped: ${reason})`, define);
    return;
  }
  describe(title, () => {
    test('has the services that it needs', () => {
      throw new Error(`${reason}, and with CI=true that is a failure.`);
    });
  });
};

export interface ScratchDatabase {
  url: string;
  drop: () => Promise<void>;
}

/** An empty database of its own; drop it in `afterAll`. */
export const scratchDatabase = async (): Promise<ScratchDatabase> => {
  const { url } = services().postgres;
  const name = `rtcc_test_${randomBytes(6).toString('hex')}`;
  await administer(url, `CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return { url: own.href, drop: () => administer(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
};

const administer = async (connectionString: string, statement: string): Promise<void> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

export interface ScratchRedis {
  url: string;
  /** Begins every key of this test. */
  prefix: string;
  /** Deletes what was written under the prefix. */
  drop: () => Promise<void>;
}

export const scratchRedis = (): ScratchRedis => {
  const { url } = services().redis;
  const prefix = `rtcc-test:${randomBytes(6).toString('hex')}:`;
  return { url, prefix, drop: () => deleteUnder(url, prefix) };
};

const deleteUnder = async (url: string, prefix: string): Promise<void> => {
  const client = createClient({ url });
  await client.connect();
  try {
    for await (const keys of client.scanIterator({ MATCH: `${prefix}*`, COUNT: 1000 })) {
      if (keys.length > 0) await client.del(keys);
    }
  } finally {
    client.destroy();
  }
};
