/** When a demo is loaded, when it is left alone, and that a load that broke off is seen. */
import { loadDemo, standingOf } from '../../../deploy/load.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import type { LoadOptions } from '../../../subgraphs/kit/demo/load.ts';

const fill = async ({ database }: LoadOptions) => {
  await database.exec('CREATE SCHEMA IF NOT EXISTS cad; CREATE OR REPLACE VIEW cad.incident AS SELECT 1 AS id;');
  return { loaded: { incident: 1 }, rejected: {} };
};

describe("a demo's standing", () => {
  let database: Database;
  beforeEach(async () => {
    database = await openDatabase('pglite:');
  });
  afterEach(() => database.close());

  const load = (how = fill) => loadDemo('cad', how, { database, rejects: '/nowhere', report: () => {} });

  test('is due in an empty database and current once it was loaded', async () => {
    expect(await standingOf('cad', database)).toBe('due');
    await load();
    expect(await standingOf('cad', database)).toBe('current');
    expect(await standingOf('rms', database)).toBe('due');
  });

  test('is due again when a load broke off, first or later', async () => {
    const breakOff = async (options: LoadOptions) => {
      await fill(options);
      throw new Error('the power went');
    };
    await expect(load(breakOff)).rejects.toThrow('the power went');
    expect(await standingOf('cad', database)).toBe('due');
    await load();
    await expect(load(breakOff)).rejects.toThrow('the power went');
    expect(await standingOf('cad', database)).toBe('due');
  });

  test('is due when it was made from other files', async () => {
    await load();
    await database.query("UPDATE rtcc_demo.load SET made_from = 'older'");
    expect(await standingOf('cad', database)).toBe('due');
  });

  test("an agency's own views are foreign and stay", async () => {
    await database.exec('CREATE SCHEMA cad; CREATE VIEW cad.incident AS SELECT 1 AS id;');
    expect(await standingOf('cad', database)).toBe('foreign');
  });
});
