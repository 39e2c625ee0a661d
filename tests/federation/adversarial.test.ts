/** What an attacker tries with one operation, over HTTP and over WebSocket: denied or absent, and one entry in the record. */
import { reaching } from './adversarialfields.ts';
import { asking } from './adversarialrequests.ts';
import { telling } from './adversarialschema.ts';
import { type Attacked, startAttacked, type Told, transports } from './adversarialways.ts';
import { resetWorld } from './adversarialworld.ts';

/** The number is the case's; what is one operation stands here, the rest in the files beside this one. */
const cases = [...reaching, ...asking, ...telling].sort((a, b) => Number.parseInt(a.what, 10) - Number.parseInt(b.what, 10));

let hub: Attacked;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  hub = await startAttacked();
  for (const role of ['patrol', 'detective', 'vendor']) tokens[role] = await hub.issuer.token([role], { sub: role });
  tokens.partner = await hub.issuer.token(['analyst'], { sub: 'partner', 'gfipm:2.0:user:EmployerORI': 'LA0260000' });
  tokens.investigator = await hub.issuer.token(['detective'], {
    sub: 'investigator',
    certifications: ['CJIS', 'DPPA', '28CFR23'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' })),
  });
  for (const token of Object.values(tokens)) await hub.ask({ query: '{ who }', token }); // Their logging on is recorded once.
});
afterAll(() => hub.close());
beforeEach(() => {
  resetWorld();
  hub.asked.length = 0;
});

describe.each(transports)('over %s', (transport) => {
  test.each(cases)(
    '$what',
    async ({ what: _, who = 'patrol', code, data, denied, withheld, unfetched, permitsSsn, untold, ...ask }) => {
      let answer: Told = {};
      const records = await hub.recorded(async () => {
        answer = await hub.send[transport](tokens[who], ask);
      });
      expect(answer.data ?? null).toEqual(data ?? null);
      expect(answer.errors?.[0]?.extensions.code).toBe(code);
      if (withheld) expect(answer.errors?.map(({ path }) => path)).toEqual(withheld);
      if (untold) expect(JSON.stringify(answer)).not.toMatch(untold);

      if (data === undefined) expect(hub.asked).toEqual([]);
      if (!permitsSsn) expect(hub.fetched()).not.toMatch(/\bssn\b(?!:)/);
      if (unfetched) expect(hub.fetched()).not.toMatch(unfetched);

      expect(new Set(records.map(({ operation_id }) => operation_id)).size).toBe(1);
      const ordinary = records.filter(({ kind }) => kind !== 'DENIED'); // Of black labels, apart, for fewer eyes.
      if (data === undefined) expect(ordinary).toMatchObject([{ kind: 'REFUSED', outcome: code }]);
      else expect(ordinary.map(({ kind }) => kind)).toEqual(['INTENT', 'OUTCOME']);
      for (const { subject } of records) expect(subject).toBe(who === 'nobody' ? 'anonymous' : who);
      if (denied) expect(records[0]?.denied).toEqual(denied);
      expect(JSON.stringify(records)).not.toMatch(/001-11|internal|forged/);
    },
  );
});
