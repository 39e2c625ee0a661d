/**
 * A gateway in a process of its own, to be killed: `DATABASE STAGE`. It asks itself
 * one question, and says when it has come to the stage, where it stays:
 * `intent`, the source has been asked; `outcome`, the outcome is durable and the
 * answer not given; `answered`, none of this.
 */
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { startToyHub } from './harness.ts';

const [url = '', stage = ''] = process.argv.slice(2);
const never = new Promise<never>(() => {});
const reached = (what: string): Promise<never> | undefined => {
  if (what !== stage) return undefined;
  process.stdout.write('REACHED\n');
  return never;
};

const database = await openDatabase(url);
const watched: Database = {
  ...database,
  query: async (sql, parameters) => {
    const rows = await database.query(sql, parameters);
    const isOutcome = sql.includes('INSERT INTO hub_audit.leaf') && String(parameters?.[0]).includes('"OUTCOME"');
    if (isOutcome) await reached('outcome');
    return rows as never;
  },
};
const records = {
  name: 'records',
  sdl: 'type Query { people: [Person!]! @authenticated } type Person @key(fields: "id") { id: ID! }',
  resolvers: { Query: { people: async () => (await reached('intent')) ?? [{ id: '1' }] } },
};
const hub = await startToyHub({ subgraphs: [records], database: watched });
const token = await hub.issuer.token(['detective'], { sub: 'officer-7' });
await hub.ask({ query: 'query Look { people { id } }', token });
await reached('answered');
