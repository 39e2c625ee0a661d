/** The camera registry on each database: a loaded one for a file's tests. */
import type { Camera, CameraFilter } from '../../../subgraphs/cameras/reader.ts';
import { describeOn, type ScratchDatabase, scratchDatabase } from '../../setup/services.ts';
import { type Bench, home, openBench } from './bench.ts';

export interface Registry {
  bench: () => Bench;
  /** Statements on the vendor's database. */
  sql: (text: string) => Promise<void>;
  /** Rows of `FROM …`. */
  count: (from: string) => Promise<number | undefined>;
}

/** Item B-24020-22, an armed robbery on Carondelet Street. */
export const robbery = { latitude: 29.95297657, longitude: -90.07047394 };

export const describeRegistry = (define: (registry: Registry) => void): void => {
  describe('on PGlite', () => registry(async () => ({ url: 'pglite:', drop: async () => {} }), define));
  describeOn('postgres', 'on PostgreSQL', () => registry(scratchDatabase, define));
};

const registry = (open: () => Promise<ScratchDatabase>, define: (registry: Registry) => void): void => {
  let place: ScratchDatabase;
  let bench: Bench;
  beforeAll(async () => {
    place = await open();
    bench = await openBench(place.url);
  });
  afterAll(async () => {
    await bench?.close();
    await place?.drop();
  });
  define({
    bench: () => bench,
    sql: (text) => bench.database.exec(text),
    count: async (from) => (await bench.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n,
  });
};

export const everyCamera = async (bench: Bench, filter: CameraFilter, first = 100, principal = home): Promise<Camera[]> => {
  const rows: Camera[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await bench.reader(principal).cameras(filter, { first, after });
    rows.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return rows;
};
