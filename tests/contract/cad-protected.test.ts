/** Who called about a protected call is, as a rule, whom the protection is for. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { graphql, parse } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../schema/principal.ts';
import { load } from '../../subgraphs/cad/demo/load.ts';
import { cad } from '../../subgraphs/cad/index.ts';
import type { CadReader } from '../../subgraphs/cad/reader.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../subgraphs/kit/scalars.ts';
import type { Source } from '../../subgraphs/kit/system.ts';

const schema = buildSubgraphSchema({
  typeDefs: parse(cad.sdl),
  resolvers: { DateTime, Date: CalendarDate, ...cad.resolvers } as GraphQLSchemaModule['resolvers'] & object,
});
const patrol: Principal = { ...anonymous, kind: 'person', subject: 'p', ori: 'LANPD0000', grants: ['cad:read', 'cad:caller'] };

let database: Database;
let source: Source<CadReader>;

beforeAll(async () => {
  database = await openDatabase('pglite:');
  await load({ database, rejects: join(tmpdir(), 'rtcc-cad-protected-rejects'), report: () => {} });
  source = await cad.open({ database, bus: openLocalBus(), log: pino({ enabled: false }), now: Date.now, settings: {} });
}, 60_000);

afterAll(async () => {
  await source.close();
  await database.close();
});

/** A call whose caller gave a name, with this handling from now on. */
const call = async (code: string): Promise<{ id: string; name: string }> => {
  const [row] = await database.query<{ id: string; name: string; item: string }>(
    `SELECT i.id, c.name, i.source_id AS item FROM cad.incident i JOIN cad.caller c ON c.incident_id = i.id
     WHERE i.owner_ori = 'LANPD0000' AND c.name IS NOT NULL AND i.handling = 'open' ORDER BY i.id LIMIT 1`,
  );
  if (!row) throw new Error('The test found no call to work on.');
  await database.query('UPDATE cad_vendor.cl_mstr SET hndl_cd = $1 WHERE itm_no = $2', [code, row.item]);
  return row;
};

const ask = (id: string, ...grants: string[]) => {
  const principal = { ...patrol, grants: [...patrol.grants, ...grants] };
  const contextValue = { principal, read: source.reader(principal) };
  return graphql({
    schema,
    source: 'query ($id: ID!) { incident(id: $id) { id caller { name phone } } }',
    variableValues: { id },
    contextValue,
  });
};

test.each([
  ['V', 'rms:victim-identity', 'rms:juvenile'],
  ['J', 'rms:juvenile', 'rms:victim-identity'],
])('the caller of a call marked %s takes %s', async (code, policy, other) => {
  const { id, name } = await call(code);
  const denied = await ask(id, other);
  expect(denied.data).toEqual({ incident: { id, caller: null } });
  expect(denied.errors?.map(({ extensions }) => extensions.policy)).toEqual([policy]);
  expect(JSON.stringify(denied)).not.toContain(name);
  expect((await ask(id, policy)).data).toMatchObject({ incident: { caller: { name } } });
});

test('the caller of any other call is told', async () => {
  const { id, name } = await call('O');
  expect((await ask(id)).data).toMatchObject({ incident: { caller: { name } } });
});
