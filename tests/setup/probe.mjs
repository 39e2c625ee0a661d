/** Which services answer: PostgreSQL by a query, Redis by a PING, each within two seconds. */
import pg from 'pg';
import { createClient } from 'redis';

const timeoutMs = 2_000;

export const probe = async () => {
  const postgres = process.env.DATABASE_URL || 'postgres://postgres@127.0.0.1:5432/postgres';
  const redis = process.env.REDIS_URL || 'redis://127.0.0.1:6379';
  return {
    postgres: { title: 'PostgreSQL', url: postgres, where: placeOf(postgres), reachable: await answers(askPostgres(postgres)) },
    redis: { title: 'Redis', url: redis, where: placeOf(redis), reachable: await answers(askRedis(redis)) },
  };
};

const answers = (question) =>
  question.then(
    () => true,
    () => false,
  );

const askPostgres = async (connectionString) => {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: timeoutMs });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
  } finally {
    await client.end().catch(() => {});
  }
};

const askRedis = async (url) => {
  const client = createClient({ url, socket: { connectTimeout: timeoutMs, reconnectStrategy: false } });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.destroy();
  }
};

/** Host and port only: an address may hold a password. */
const placeOf = (url) => (URL.canParse(url) ? new URL(url).host : 'an address that is not a URL');
