/** The services that tests use, tried on themselves. */
import pg from 'pg';
import { createClient } from 'redis';
import { describeOn, scratchDatabase, scratchRedis } from '../../setup/services.ts';

describeOn('postgres', 'a scratch database', () => {
  test('is empty, writable and gone after it is dropped', async () => {
    const scratch = await scratchDatabase();
    const client = new pg.Client({ connectionString: scratch.url });
    await client.connect();
    await client.query('CREATE TABLE kept (id int)');
    expect((await client.query('SELECT count(*)::int AS rows FROM kept')).rows).toEqual([{ rows: 0 }]);
    await client.end();
    await scratch.drop();
    await expect(new pg.Client({ connectionString: scratch.url }).connect()).rejects.toThrow(/does not exist/);
  });
});

describeOn('redis', 'a scratch prefix', () => {
  test('takes its own keys along and leaves those of others', async () => {
    const [mine, other] = [scratchRedis(), scratchRedis()];
    const client = createClient({ url: mine.url });
    await client.connect();
    await client.set(`${mine.prefix}a`, '1');
    await client.set(`${other.prefix}a`, '1');
    await mine.drop();
    expect(await client.exists([`${mine.prefix}a`])).toBe(0);
    expect(await client.exists([`${other.prefix}a`])).toBe(1);
    await other.drop();
    client.destroy();
  });
});
