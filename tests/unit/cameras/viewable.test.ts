/** The one decision on private cameras, case by case and to the second. */
import { decide, inForce, permitted, type Terms } from '../../../subgraphs/cameras/viewable.ts';

const at = (text: string): Date => new Date(text);
const now = at('2022-02-21T00:42:00.000Z').getTime();

const live: Terms = {
  scopeLive: true,
  scopeRecorded: false,
  scopePtz: false,
  triggers: [],
  validFrom: at('2021-01-15T06:00:00.000Z'),
  expiresAt: null,
  revokedAt: null,
};

describe('an agreement is in force', () => {
  const begins = { ...live, validFrom: at('2022-02-21T00:42:00.000Z') };
  const ends = { ...live, expiresAt: at('2022-02-21T00:42:00.000Z') };
  const revoked = { ...live, revokedAt: at('2022-02-21T00:42:00.000Z') };
  test.each([
    ['from its first millisecond', begins, now, true],
    ['not one millisecond before it begins', begins, now - 1, false],
    ['not one second before it begins', begins, now - 1_000, false],
    ['until the last millisecond before it expires', ends, now - 1, true],
    ['not at the instant that it expires', ends, now, false],
    ['not one second after it expired', ends, now + 1_000, false],
    ['until the last millisecond before it is revoked', revoked, now - 1, true],
    ['not at the instant that it is revoked', revoked, now, false],
    ['without an end when none is stated', live, now + 100 * 365 * 86_400_000, true],
    ['never when it is not signed', { ...live, validFrom: null }, now, false],
    ['never when it ends before it begins', { ...begins, expiresAt: at('2022-02-20T00:00:00Z') }, now, false],
  ])('%s', (_, terms, nowMs, expected) => {
    expect(inForce(terms, nowMs)).toBe(expected);
  });
});

describe('a camera is viewable', () => {
  const expired = { ...live, expiresAt: at('2021-06-01T05:00:00Z') };
  const revoked = { ...live, revokedAt: at('2021-09-30T22:00:00Z') };
  test.each<[string, string, Terms[], string | undefined]>([
    ['when it is public', 'PUBLIC', [], undefined],
    ['when it is private under an agreement in force that covers live', 'PRIVATE', [live], undefined],
    ['when a renewal is in force beside the expired agreement', 'PRIVATE', [expired, live], undefined],
    ['not without an agreement', 'PRIVATE', [], "The owner has no agreement that covers the caller's agency."],
    ['not when the kind of ownership is unknown', 'LEASED', [], "The owner has no agreement that covers the caller's agency."],
    [
      'not for recordings alone',
      'PRIVATE',
      [{ ...live, scopeLive: false, scopeRecorded: true }],
      'The agreement does not cover live viewing.',
    ],
    ['not after expiry', 'PRIVATE', [expired], 'The agreement has expired.'],
    ['not after revocation', 'PRIVATE', [revoked], 'The owner revoked the agreement.'],
    ['not before its beginning', 'PRIVATE', [{ ...live, validFrom: at('2022-02-21T00:42:01Z') }], 'The agreement has not begun.'],
    ['not unsigned', 'PRIVATE', [{ ...live, validFrom: null }], 'The agreement is not signed.'],
    [
      'not while its trigger is not established',
      'PRIVATE',
      [{ ...live, triggers: ['violent call within 500 m', 'panic button'] }],
      'The agreement needs a trigger: violent call within 500 m; panic button.',
    ],
    [
      'not by adding up two agreements',
      'PRIVATE',
      [expired, { ...live, scopeLive: false }],
      'The agreement does not cover live viewing.',
    ],
  ])('%s', (_, ownership, agreements, because) => {
    const decision = decide(ownership, agreements, now);
    expect(decision.viewable).toBe(because === undefined);
    expect(decision.because).toBe(because);
  });

  test('and says which agreement decided: the latest of those that ended', () => {
    const older = { ...revoked, validFrom: at('2018-01-01T06:00:00Z') };
    expect(decide('PRIVATE', [older, expired], now).agreement).toBe(expired);
    expect(decide('PRIVATE', [expired, older], now).agreement).toBe(expired);
  });

  test('at 16:59:59 and not at 17:00:00 when the agreement is revoked at 17:00:00', () => {
    const terms = { ...live, revokedAt: at('2021-09-30T17:00:00-05:00') };
    expect(decide('PRIVATE', [terms], at('2021-09-30T16:59:59-05:00').getTime()).viewable).toBe(true);
    expect(decide('PRIVATE', [terms], at('2021-09-30T17:00:00-05:00').getTime()).viewable).toBe(false);
  });
});

describe('a stream is permitted', () => {
  const stream = { live: true, recorded: true, ptz: true };
  test('whole for a public camera', () => {
    expect(permitted(stream, { viewable: true })).toEqual(stream);
  });
  test('only as far as the agreement goes', () => {
    expect(permitted(stream, { viewable: true, agreement: live })).toEqual({ live: true, recorded: false, ptz: false });
    const everything = { ...live, scopeRecorded: true, scopePtz: true };
    expect(permitted(stream, { viewable: true, agreement: everything })).toEqual(stream);
  });
  test('not at all where nothing of it is covered, or the camera is not viewable', () => {
    expect(permitted({ live: false, recorded: true, ptz: false }, { viewable: true, agreement: live })).toBeUndefined();
    expect(permitted(stream, { viewable: false, agreement: live })).toBeUndefined();
  });
});
