/** For how long a stream's decision stands, by each of the things that it was made of. */
import type { Decided } from '../../../gateway/answer.ts';
import { ended, holds, leaseOf, type Versions } from '../../../gateway/lease.ts';
import { withoutStanding } from '../../../gateway/standing.ts';

const principal = { kind: 'person', subject: 'officer-7', roles: [] as string[], caseNumber: undefined, emergency: undefined };
const decided = (over: object = {}, until: { expiresAtMs?: number; untilMs?: number } = {}): Decided =>
  ({
    principal: { ...principal, ...over },
    decisions: { policySet: 'set-1', untilMs: until.untilMs ?? Number.POSITIVE_INFINITY },
    expiresAtMs: until.expiresAtMs ?? Number.POSITIVE_INFINITY,
  }) as unknown as Decided;

const versions = (nowMs: number, { set = 'set-1', version = 4, emergency = true } = {}): Versions => ({
  policies: { set: { hash: set } as never },
  standing: { ...withoutStanding, version: () => version, isEmergency: () => emergency },
  now: () => nowMs,
});
const lease = (...parameters: Parameters<typeof decided>) =>
  leaseOf({ now: () => 1_000 }, decided(...parameters), { standing: 4, longestMs: 300_000 });

test('stands while nothing has changed, for as long as a signature and no longer', () => {
  expect(holds(versions(300_999), lease())).toBe(true);
  expect(holds(versions(301_000), lease())).toBe(false);
});

test.each<[what: string, until: object]>([
  ['the token', { expiresAtMs: 2_000 }],
  ['what the policies look at', { untilMs: 2_000 }],
])('ends with %s', (_what, until) => {
  expect(holds(versions(1_999), lease({}, until))).toBe(true);
  expect(holds(versions(2_000), lease({}, until))).toBe(false);
});

test.each<[what: string, over: object]>([
  ['a case', { caseNumber: 'B-1-22' }],
  ['an approved operation', { kind: 'service' }],
  ['an operation of a vendor', { roles: ['vendor'] }],
])('with %s it stands for the five seconds for which that is known', (_what, over) => {
  expect(holds(versions(5_999), lease(over))).toBe(true);
  expect(holds(versions(6_000), lease(over))).toBe(false);
});

test('ends with other policies, with another standing, and with the emergency', () => {
  expect(holds(versions(1_000, { set: 'set-2' }), lease())).toBe(false);
  expect(holds(versions(1_000, { version: 5 }), lease())).toBe(false);
  const during = lease({ emergency: 'emergency-1' });
  expect(holds(versions(1_000), during)).toBe(true);
  expect(holds(versions(1_000, { emergency: false }), during)).toBe(false);
});

test('one that has ended stands in no circumstances', () => {
  expect(holds(versions(0), { ...ended, policySet: 'set-1', standing: 4 })).toBe(false);
});
