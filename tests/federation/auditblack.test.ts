/** What is denied under a black label: in a record of its own, of a class of its own, and nowhere else. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../../schema/principal.ts';
import { shownTo } from '../../subgraphs/kit/labels.ts';
import { startToyHub, type ToyHub } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'rtcc-black-'));
cpSync(join(import.meta.dirname, '../../deploy/policies'), folder, { recursive: true });
writeFileSync(
  join(folder, 'custodian.cedar'),
  `@id("sealed-custodian") @reason("the custodian of sealed records")
permit (principal, action == Action::"rms:sealed", resource) when { principal.roles.contains("supervisor") };`,
);

/** Rows of a system whose own labels say nothing of seals. */
let handlings = ['open', 'sealed'];
const calls = (_: unknown, __: unknown, { principal }: { principal: Principal }) =>
  handlings.filter((handling) => shownTo(principal).includes(handling)).map((id) => ({ id }));

let hub: ToyHub;
beforeAll(async () => {
  hub = await startToyHub({
    env: { HUB_POLICIES: folder },
    subgraphs: [
      {
        name: 'dispatch',
        sdl: 'type Query { calls: [Call!] @policy(policies: [["cad:read"]]) } type Call @key(fields: "id") { id: ID! }',
        resolvers: { Query: { calls } },
      },
      {
        name: 'records',
        sdl: `
          type Query { person: Person @authenticated }
          type Person @key(fields: "id") {
            id: ID!
            tip: String @policy(policies: [["intel:read"]])
            ssn: String @policy(policies: [["people:ssn"]])
            report: String @policy(policies: [["rms:read"]])
          }
        `,
        resolvers: { Query: { person: () => ({ id: '1', tip: 'x', ssn: 'y' }) } },
      },
    ],
  });
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true });
});

const certified = ['CJIS', '28CFR23'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' }));
const recordsOf = async (subject: string) => {
  const rows = (await hub.audit()).filter((row) => row.subject === subject);
  return {
    black: rows.filter(({ class: kept }) => kept === 'BLACK'),
    ordinary: rows.filter(({ class: kept }) => kept !== 'BLACK'),
  };
};

test('whoever is not granted it is told of a field that does not exist; that they tried is recorded apart', async () => {
  const token = await hub.issuer.token(['analyst'], { sub: 'analyst-3', certifications: certified }); // Without a case.
  const { errors } = await hub.ask({ query: '{ person { ...P } } fragment P on Person { id a: tip }', token });
  expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  const { black, ordinary } = await recordsOf('analyst-3');
  expect(black).toEqual([expect.objectContaining({ kind: 'DENIED', denied: ['Person.tip: intel:read'] })]);
  expect(ordinary).toEqual([expect.objectContaining({ kind: 'REFUSED', outcome: 'GRAPHQL_VALIDATION_FAILED', denied: [] })]);
  await hub.ask({ query: '{ person { nothing } }', token });
  expect((await recordsOf('analyst-3')).black).toHaveLength(1);
});

test('what is granted under a black label is in the ordinary record, and nothing apart', async () => {
  const token = await hub.issuer.token(['analyst'], { sub: 'analyst-2', certifications: certified });
  await hub.ask({ query: '{ person { id } }', token });
  expect((await recordsOf('analyst-2')).black).toEqual([]);
});

describe('rows under a black label', () => {
  const asked = async (roles: string[], sub: string) => {
    const extensions = { caseNumber: 'B-24020-22', reason: 'an expunged record is asked for' };
    const { data } = await hub.ask({ query: '{ calls { id } }', token: await hub.issuer.token(roles, { sub }), extensions });
    const { ordinary, black } = await recordsOf(sub);
    expect(black).toEqual([]);
    return { calls: data?.calls, detail: JSON.parse(String(ordinary.find(({ kind }) => kind === 'INTENT')?.detail)) };
  };

  test('are shown under a rule that stands in the record with its set, and hidden where it does not, in whichever system', async () => {
    const { hash: policySet } = hub.gateway.policies.set;
    const custodian = await asked(['supervisor'], 'custodian');
    expect(custodian.calls).toEqual([{ id: 'open' }, { id: 'sealed' }]);
    expect(custodian.detail).toMatchObject({ policySet, rules: expect.arrayContaining(['dispatch-roles', 'sealed-custodian']) });
    const detective = await asked(['detective'], 'detective-1');
    expect(detective.calls).toEqual([{ id: 'open' }]);
    expect(detective.detail).toMatchObject({ policySet, rules: expect.not.arrayContaining(['sealed-custodian']) });
    expect(detective.detail.rules).toContain('dispatch-roles');
  });

  test('that were hidden leave the record as it is where there were none', async () => {
    const hidden = await asked(['detective'], 'detective-2');
    handlings = ['open'];
    expect(await asked(['detective'], 'detective-3')).toEqual(hidden);
  });
});
