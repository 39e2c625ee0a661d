/** What a gateway makes of what the registry says, of its silence, and of its nonsense. */
import { jest } from '@jest/globals';
import { buildSchema } from 'graphql';
import { pino } from 'pino';
import { type Caller, nobody } from '../../../gateway/authenticate.ts';
import { loadPolicies } from '../../../gateway/policies/load.ts';
import {
  openStanding,
  Revoked,
  type Standing,
  type StandingOptions,
  unrevoked,
  withoutStanding,
} from '../../../gateway/standing.ts';
import type { HopAnswer } from '../../../gateway/subgraph.ts';
import type { Sink, Upstream } from '../../../gateway/upstream.ts';

const full = buildSchema('type Query { standing: Int }'); // The field's name is all that is looked at.
const officer: Caller = { ...nobody, kind: 'person', subject: 'officer', tokenId: 'token-1', assignments: ['B122', 'B222'] };

let nowMs = 0;
let answer: HopAnswer = {};
let asked = 0;
let sink: Sink | undefined;
let standing: Standing | undefined;

const registry = {
  ask: async () => {
    asked += 1;
    return answer;
  },
};
const upstream: Upstream = {
  subscribe: async (_asked, given) => {
    sink = given;
    return () => {};
  },
  close: async () => {},
};
const saying = (revocations: object[], emergencies: object[] = []): HopAnswer => ({
  data: { standing: { revocations, emergencies } },
});
const open = async (more: Partial<StandingOptions> = {}): Promise<Standing> => {
  standing = await openStanding({
    ...{ full, registry, upstream, pollMs: 15_000, staleMs: 60_000, signatureSeconds: 300 },
    ...{ now: () => nowMs, log: pino({ level: 'silent' }), ...more },
  });
  return standing;
};

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  [nowMs, asked, sink] = [Date.parse('2026-11-20T12:00:00Z'), 0, undefined];
  answer = saying([]);
});
afterEach(() => {
  standing?.close();
  jest.useRealTimers();
});
const pass = async (ms: number) => {
  nowMs += ms;
  await jest.advanceTimersByTimeAsync(ms);
};

test('it asks at once, when it is told, and every some seconds', async () => {
  await open();
  expect(asked).toBe(1);
  sink?.next({ extensions: { opening: true } });
  await pass(0);
  expect(asked).toBe(2);
  await pass(15_000);
  expect(asked).toBe(3);
});

test('changes that come while it asks are asked for once more, not once each', async () => {
  let reply: (answer: HopAnswer) => void = () => {};
  const held: HopAnswer[] = [];
  await open();
  answer = saying([]);
  const slow = {
    ask: () =>
      new Promise<HopAnswer>((resolve) => {
        held.push(answer);
        reply = resolve;
      }),
  };
  standing?.close();
  const opening = openStanding({
    ...{ full, registry: slow, upstream, pollMs: 15_000, staleMs: 60_000, signatureSeconds: 300 },
    ...{ now: () => nowMs, log: pino({ level: 'silent' }) },
  });
  reply(answer);
  standing = await opening;
  for (const _ of [1, 2, 3]) sink?.next({});
  await pass(0);
  expect(held).toHaveLength(2); // The first, and one of the three.
  reply(answer);
  await pass(0);
  expect(held).toHaveLength(3); // For the two that came meanwhile.
  reply(answer);
  await pass(0);
  expect(held).toHaveLength(3);
});

test.each<[string, HopAnswer]>([
  ['nothing', { data: null, errors: [{ message: '' }] }],
  ['an answer without the standing', { data: { standing: null } }],
  ['a kind that is not known', saying([{ kind: 'EVERYBODY', subject: 'officer' }])],
  ['an emergency without an end', saying([], [{ id: 'emergency-1', subject: 'officer' }])],
])('%s is no answer: what was known holds, until it is too old', async (_what, silence) => {
  answer = saying([{ kind: 'USER', subject: 'officer' }]);
  const { isRevoked, known } = await open();
  answer = silence;
  await pass(59_999);
  expect([known(), isRevoked(officer)]).toEqual([true, true]);
  await pass(1);
  expect([known(), isRevoked(officer)]).toEqual([false, true]);
});

test('the age of what is known counts from the asking, not from the answer', async () => {
  await open({
    registry: {
      ask: async () => {
        nowMs += 10_000;
        return answer;
      },
    },
    pollMs: 3_600_000,
  });
  expect(standing?.known()).toBe(true);
  nowMs += 50_000;
  expect(standing?.known()).toBe(false);
});

test('a gateway whose registry has not answered yet knows nothing, and asks every second', async () => {
  answer = { data: null };
  const { known } = await open();
  expect(known()).toBe(false);
  answer = saying([]);
  await pass(1_000);
  expect(known()).toBe(true);
});

test('a change is told to whom it is about; of a token, to everybody; of nothing, to nobody', async () => {
  const { onChange } = await open();
  const told: boolean[][] = [];
  onChange((concerns) => told.push(['officer', 'other'].map(concerns)));
  const says = async (said: HopAnswer) => {
    answer = said;
    sink?.next({});
    await pass(0);
  };
  await says(saying([{ kind: 'USER', subject: 'officer' }]));
  await says(saying([{ kind: 'USER', subject: 'officer' }]));
  await says(saying([{ kind: 'TOKEN', token: 'token-1' }]));
  await says(saying([], [{ id: 'emergency-1', subject: 'other', endsAt: '2026-11-20T12:15:00Z' }]));
  expect(told).toEqual([
    [true, false],
    [true, true],
    [true, true],
  ]);
});

test('an emergency that ends by itself is told at its end, and no longer one', async () => {
  answer = saying([], [{ id: 'emergency-1', subject: 'officer', endsAt: '2026-11-20T12:00:10Z' }]);
  const { onChange, isEmergency } = await open();
  const told: boolean[] = [];
  onChange((concerns) => told.push(concerns('officer'), concerns('other')));
  await pass(9_999);
  expect([isEmergency('officer', 'emergency-1'), isEmergency('other', 'emergency-1'), told]).toEqual([true, false, []]);
  await pass(1);
  expect([isEmergency('officer', 'emergency-1'), told]).toEqual([false, [true, false]]);
});

test('a stream that ends is begun anew, with growing pauses', async () => {
  let begun = 0;
  await open({
    upstream: {
      ...upstream,
      subscribe: async (_asked, { end }) => {
        begun += 1;
        end();
        return () => {};
      },
    },
  });
  await pass(0);
  expect(begun).toBe(1);
  await pass(100);
  await pass(200);
  await pass(400);
  expect(begun).toBe(4);
  standing?.close();
  await pass(60_000);
  expect(begun).toBe(4);
});

test('a caller keeps the assignments that nobody took away, in whatever spelling they were taken', async () => {
  answer = saying([{ kind: 'ASSIGNMENT', subject: 'officer', caseNumber: 'b-1-22' }]);
  const authenticate = unrevoked(async () => officer, await open());
  expect((await authenticate('token')).assignments).toEqual(['B222']);
});

test.each([
  ['a user', { kind: 'USER', subject: 'officer' }],
  ['a token', { kind: 'TOKEN', token: 'token-1' }],
])('%s that is revoked is refused, and it is known who was', async (_what, revocation) => {
  answer = saying([revocation]);
  const refused = unrevoked(async () => officer, await open())('token');
  await expect(refused).rejects.toMatchObject({ code: 'TOKEN_REVOKED', caller: officer });
  await expect(refused).rejects.toBeInstanceOf(Revoked);
});

test('nobody in particular cannot be revoked', async () => {
  answer = saying([{ kind: 'USER', subject: 'anonymous' }]);
  expect((await open()).isRevoked(nobody)).toBe(false);
});

test('a graph without a registry revokes nobody and closes nothing', async () => {
  expect(await open({ full: buildSchema('type Query { other: Int }') })).toBe(withoutStanding);
  expect([withoutStanding.known(), withoutStanding.isRevoked(officer)]).toEqual([true, false]);
});

test('no label that breaking the glass opens is black, or of a data broker', () => {
  const { set } = loadPolicies(new URL('../../../deploy/policies', import.meta.url).pathname);
  const opened = [...(set?.labels ?? [])].filter(([, classes]) => classes.includes('break-glass'));
  expect(opened.length).toBeGreaterThan(3);
  for (const [, classes] of opened)
    expect(classes).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(black|commercial|intelligence|criminal-history)$/)]),
    );
});
