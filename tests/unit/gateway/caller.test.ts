/** What a token's claims make of a caller: what decisions read, and nothing by guessing. */
import { callerOf } from '../../../gateway/authenticate.ts';

const claims = { sub: 's', exp: 1_800_000_000, 'gfipm:2.0:user:EmployerORI': 'LANPD0000' };

test('when and how the person signed in', () => {
  expect(callerOf({ ...claims, auth_time: 1_799_999_000, amr: ['pwd', 'otp'] })).toMatchObject({
    signedInAtMs: 1_799_999_000_000,
    methods: ['pwd', 'otp'],
  });
  expect(callerOf(claims)).toMatchObject({ signedInAtMs: undefined, methods: [] });
});

test.each([[{ auth_time: '1799999000' }], [{ auth_time: null }], [{ amr: 'pwd' }]])(
  '%j is no sign-in, and the token does not hold',
  (odd) => {
    expect(() => callerOf({ ...claims, ...odd })).toThrow();
  },
);

const indicator = (name: string) => `gfipm:2.0:user:${name}Indicator`;

test('privileges are the GFIPM indicators that are true', () => {
  const told = {
    [indicator('CriminalHistoryDataSelfSearchHomePrivilege')]: true,
    [indicator('IntelligenceAnalyst')]: '1',
    [indicator('PublicSafetyOfficer')]: 'true',
    [indicator('CounterTerrorismDataSelfSearchHomePrivilege')]: false,
    [indicator('NDExPrivilege')]: '0',
    'nief:1.0:user:SomethingElseIndicator': true,
  };
  expect(callerOf({ ...claims, ...told }).privileges.sort()).toEqual([
    'CriminalHistoryDataSelfSearchHomePrivilege',
    'IntelligenceAnalyst',
    'PublicSafetyOfficer',
  ]);
});

test.each(['yes', 'TRUE', 1, null, {}, 'true '])(
  'an indicator that says %j says neither yes nor no, and the token does not hold',
  (value) => {
    expect(() => callerOf({ ...claims, [indicator('IntelligenceAnalyst')]: value })).toThrow();
  },
);
