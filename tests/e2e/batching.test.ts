/** A page of a hundred costs each system what a page of ten does: every edge is read in batches, however many parents it has. */
import type { Gateway } from '../../gateway/index.ts';
import { statement } from './operation.ts';
import { describeOnBoth, type RunningHub, startHub } from './setup.ts';
import { type Counts, countStatements, type Statements } from './statements.ts';

const query = `query Page($first: Int!) {
  incidents(first: $first, filter: { districts: ["8"] }) { nodes {
    number type { code } location { address } agency { ori } provenance { source }
    timeline { event unit { callSign } }
    dispatches { unit { callSign } }
    units { callSign position { point { latitude longitude } } }
    nearestCameras(first: 4) { nodes { label viewable agreement { party } } }
    videoRequests { outcome }
    reports { number offenses { code { nibrs } } involved { role person { fullName warrants { status } } } }
  } }
}`;

interface Node {
  units: { position: unknown }[];
  nearestCameras: { nodes: unknown[] };
  reports: { involved: unknown[] }[];
}

describeOnBoth('a page of incidents with units, positions, cameras, reports and persons', (backend) => {
  let hub: RunningHub;
  let generous: Gateway;
  let statements: Statements;
  beforeAll(async () => {
    statements = countStatements();
    hub = await startHub(backend, { watch: statements.watch });
    generous = await hub.startGateway({ HUB_LIMIT_COST: '1000000' }); // Persons of a hundred incidents are more than it allows by itself.
    await page(10); // Connections are opened and plans made before anything is counted.
  }, 120_000);
  afterAll(async () => {
    statements.restore();
    await hub?.close();
  });

  const page = async (first: number): Promise<Node[]> => {
    const { data, errors } = await hub.ask({ as: 'detective', at: generous, query, variables: { first }, extensions: statement });
    expect(errors).toBeUndefined();
    const { nodes } = (data as { incidents: { nodes: Node[] } }).incidents;
    expect(nodes).toHaveLength(first);
    return nodes;
  };

  /**
   * The least of three runs: now and then the camera index asks the registry
   * whether it changed, which is an expense of time passing and not of the page.
   */
  const cost = async (first: number): Promise<Counts & { nodes: Node[] }> => {
    let nodes: Node[] = [];
    const runs: Counts[] = [];
    for (let run = 0; run < 3; run += 1) {
      runs.push(
        await statements.during(async () => {
          nodes = await page(first);
        }),
      );
    }
    return { requests: least(runs.map(({ requests }) => requests)), statements: least(runs.map((run) => run.statements)), nodes };
  };

  test('costs each system as many requests and statements for a hundred as for ten', async () => {
    const [ten, hundred] = [await cost(10), await cost(100)];
    expect(hundred.requests).toEqual(ten.requests);
    expect(hundred.statements).toEqual(ten.statements);
    expect(Object.keys(ten.requests).sort()).toEqual(['avl', 'cad', 'cameras', 'rms']);
  });

  test('costs a few statements in each system, not none and not many', async () => {
    const { statements: counted } = await cost(100);
    expect(counted).toEqual({ cad: expect.any(Number), rms: expect.any(Number), avl: 1, cameras: expect.any(Number) });
    expect(Math.min(...Object.values(counted))).toBeGreaterThan(0);
    expect(Math.max(...Object.values(counted))).toBeLessThan(12);
  });

  test('is within the default limits without the persons', async () => {
    const plain = `{ incidents(first: 100) { nodes {
      number units { callSign position { point { latitude longitude } } } nearestCameras(first: 4) { nodes { label } } reports { number }
    } } }`;
    const { data, errors } = await hub.ask({ as: 'detective', query: plain });
    expect(errors).toBeUndefined();
    expect((data as { incidents: { nodes: unknown[] } }).incidents.nodes).toHaveLength(100);
  });

  test('is a page on which there is something to count', async () => {
    const { nodes } = await cost(100);
    const units = nodes.flatMap((node) => node.units);
    expect(units.filter(({ position }) => position !== null).length).toBeGreaterThan(50);
    expect(nodes.filter(({ nearestCameras }) => nearestCameras.nodes.length === 4).length).toBeGreaterThan(50);
    expect(nodes.flatMap(({ reports }) => reports.flatMap(({ involved }) => involved)).length).toBeGreaterThan(20);
  });
});

const least = (counts: Record<string, number>[]): Record<string, number> => {
  const names = new Set(counts.flatMap((each) => Object.keys(each)));
  return Object.fromEntries([...names].map((name) => [name, Math.min(...counts.map((each) => each[name] ?? 0))]));
};
