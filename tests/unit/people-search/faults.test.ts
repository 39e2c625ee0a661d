/** What the vendors do wrong, and what the caller sees of it: the failing vendor's leads missing, with a coded error, and nothing else. */
import { atBoth, openStand, plain, type Stand, someone } from './stand.ts';

let stand: Stand;
const leads = 'leads { vendor names }';

beforeEach(async () => {
  stand = await openStand({ settings: { PEOPLE_SEARCH_TIMEOUT_MS: '1500' } });
});
afterEach(() => stand.close());

const both = ['RecordTrace', 'PeopleLink'] as const;
const other = { RecordTrace: 'PeopleLink', PeopleLink: 'RecordTrace' } as const;

describe.each(both)('%s', (vendor) => {
  test.each([
    ['error', 'SOURCE_UNAVAILABLE'],
    ['hangup', 'SOURCE_UNAVAILABLE'],
    ['down', 'SOURCE_UNAVAILABLE'],
    ['slow', 'SOURCE_TIMEOUT'],
    ['throttle', 'VENDOR_RATE_LIMITED'],
    ['malformed', 'SOURCE_INVALID'],
    ['bomb', 'SOURCE_INVALID'],
    ['huge', 'SOURCE_INVALID'],
    ['types', 'SOURCE_INVALID'],
  ] as const)('failing by %s costs its own leads and says %s; the other vendor is shown', async (fault, code) => {
    stand.vendors.fail(fault, { vendor });
    const { person, errors } = await stand.person(leads, plain);
    expect(person?.leads.map((lead: { vendor: string } | null) => lead?.vendor).filter(Boolean)).toEqual([other[vendor]]);
    expect(person?.leads).toContain(null);
    expect(errors).toEqual([
      {
        code,
        vendor,
        message: expect.stringContaining(vendor),
        source: `people-search/${vendor}`,
        path: `leads.${both.indexOf(vendor)}`,
      },
    ]);
    expect(stand.vendors.bills(other[vendor])).toHaveLength(1);
    expect(stand.vendors.bills(vendor).length).toBeLessThanOrEqual(1);
  });

  test.each(['error', 'hangup', 'malformed', 'types'] as const)(
    '%s once is asked again at once under the same reference code: one bill',
    async (fault) => {
      stand.vendors.fail(fault, { vendor, times: 1 });
      const { person, errors } = await stand.person(leads, plain);
      expect(errors).toEqual([]);
      expect(person?.leads).toHaveLength(2);
      expect(stand.vendors.requests(vendor)).toBe(2);
      expect(stand.vendors.bills(vendor)).toHaveLength(1);
    },
  );

  test('hostile keys pollute nothing', async () => {
    stand.vendors.fail('proto', { vendor });
    const { errors } = await stand.person(leads, plain);
    expect(errors.every(({ code }) => code === 'SOURCE_INVALID')).toBe(true);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  test('a search that timed out is asked again under the same reference code: one bill', async () => {
    stand.vendors.fail('slow', { vendor, times: 1 });
    const first = await stand.person(leads, plain);
    expect(first.errors).toMatchObject([{ code: 'SOURCE_TIMEOUT', vendor }]);
    expect(stand.vendors.bills(vendor)).toHaveLength(1); // The vendor ran it and charged; the answer was lost.
    const second = await stand.person(leads, plain);
    expect(second.person?.leads).toHaveLength(2);
    expect(stand.vendors.bills(vendor)).toHaveLength(1);
  });

  test('a vendor that keeps failing is left alone for a while, and asked again when it is back', async () => {
    await stand.restart({ PEOPLE_SEARCH_BREAKER_RESET_MS: '300' });
    stand.vendors.fail('error', { vendor });
    const ask = (at: number) =>
      stand.person(`leads(vendors: ["${vendor}"]) { vendor }`, { fullName: `Down Sample ${at}`, dateOfBirth: '1970-01-01' });
    for (let at = 0; at < 6; at += 1) await ask(at);
    const requests = stand.vendors.requests(vendor);
    const { errors } = await ask(7);
    expect(errors).toMatchObject([{ code: 'SOURCE_UNAVAILABLE', vendor }]);
    expect(stand.vendors.requests(vendor)).toBe(requests);
    stand.vendors.fail();
    let back = await ask(8);
    for (const end = Date.now() + 10_000; back.errors.length > 0 && Date.now() < end; back = await ask(8))
      await new Promise(setImmediate);
    expect(back.errors).toEqual([]);
  });

  test('the source stays up with one vendor away, and says which', async () => {
    stand.vendors.fail('down', { vendor });
    expect(await stand.source.check()).toMatchObject({ detail: `${vendor} is not answering.` });
    stand.vendors.fail();
    expect((await stand.source.check()).detail).toBeUndefined();
  });
});

test('with both vendors away the source is down, and no check was ever billed', async () => {
  await stand.source.check();
  await stand.restart();
  stand.vendors.fail('down');
  await expect(stand.source.check()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' });
  expect(stand.vendors.bills()).toEqual([]);
});

test('a token that dies between two pages is replaced, and the search costs once', async () => {
  const twins = someone((known) => atBoth(known, 2));
  stand.vendors.fail('expire', { vendor: 'PeopleLink', times: 1 });
  const { person, errors } = await stand.person('leads(vendors: ["PeopleLink"]) { vendorRecordId }', twins);
  expect(errors).toEqual([]);
  expect(new Set(person?.leads.map((lead: { vendorRecordId: string }) => lead.vendorRecordId)).size).toBe(2);
  expect(stand.vendors.tokensAsked()).toBe(2);
  expect(stand.vendors.bills()).toHaveLength(1);
});

test('many searches at once share one token, until it expires', async () => {
  const ask = (at: number) => stand.person(leads, { fullName: `Token Sample ${at}`, dateOfBirth: '1970-01-01' });
  await Promise.all(Array.from({ length: 20 }, (_, at) => ask(at)));
  expect(stand.vendors.tokensAsked()).toBe(1);
  stand.pass(3_600_000);
  await ask(21);
  expect(stand.vendors.tokensAsked()).toBe(2);
});

test('tokens are not asked for more often than agreed', async () => {
  await stand.restart({ PEOPLE_SEARCH_PEOPLELINK_TOKENS_PER_HOUR: '1' });
  stand.vendors.fail('expire', { vendor: 'PeopleLink', times: 1 });
  await stand.person(leads, plain);
  const { errors } = await stand.person(leads, { ...plain, fullName: 'Token Sample' });
  expect(errors).toMatchObject([{ code: 'VENDOR_RATE_LIMITED', vendor: 'PeopleLink' }]);
  expect(stand.vendors.tokensAsked()).toBe(1);
});

test('no vendor is asked more often than agreed: what is over is refused here, and not billed', async () => {
  await stand.restart({ PEOPLE_SEARCH_RECORDTRACE_PER_MINUTE: '3', PEOPLE_SEARCH_RECORDTRACE_BURST: '3' });
  const ask = (at: number) =>
    stand.person('leads(vendors: ["RecordTrace"]) { vendor }', { fullName: `Burst Sample ${at}`, dateOfBirth: '1970-01-01' });
  const answers = await Promise.all(Array.from({ length: 5 }, (_, at) => ask(at)));
  expect(answers.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(['VENDOR_RATE_LIMITED', 'VENDOR_RATE_LIMITED']);
  expect(stand.vendors.requests('RecordTrace')).toBe(3);
});

describe('Retry-After', () => {
  test('a short one is waited for', async () => {
    await stand.close();
    stand = await openStand({ vendors: { retryAfterSeconds: 0 } });
    stand.vendors.fail('throttle', { vendor: 'PeopleLink', times: 1 });
    const { errors } = await stand.person(leads, plain);
    expect(errors).toEqual([]);
    expect(stand.vendors.requests('PeopleLink')).toBe(2);
  });

  test('a long one is honored: the vendor is not asked until it is over', async () => {
    await stand.close();
    stand = await openStand({ vendors: { retryAfterSeconds: 600 } });
    stand.vendors.fail('throttle', { vendor: 'RecordTrace', times: 1 });
    const ask = () => stand.person('leads(vendors: ["RecordTrace"]) { vendor }', plain);
    expect((await ask()).errors).toMatchObject([{ code: 'VENDOR_RATE_LIMITED' }]);
    expect((await ask()).errors).toMatchObject([{ code: 'VENDOR_RATE_LIMITED' }]);
    expect(stand.vendors.requests('RecordTrace')).toBe(1);
    stand.pass(600_001);
    expect((await ask()).errors).toEqual([]);
    expect(stand.vendors.requests('RecordTrace')).toBe(2);
  });
});

describe('credentials', () => {
  const ask = (vendor: string) => stand.person(`leads(vendors: ["${vendor}"]) { vendor }`, plain);

  test('a wrong password is refused, and costs nothing', async () => {
    await stand.restart({ PEOPLE_SEARCH_RECORDTRACE_PASSWORD: 'wrong' });
    expect((await ask('RecordTrace')).errors).toMatchObject([{ code: 'SOURCE_REFUSED', vendor: 'RecordTrace' }]);
    expect(stand.vendors.bills()).toEqual([]);
  });

  test('a wrong client secret is refused, and is not tried again and again', async () => {
    await stand.restart({ PEOPLE_SEARCH_PEOPLELINK_CLIENT_SECRET: 'wrong' });
    expect((await ask('PeopleLink')).errors).toMatchObject([{ code: 'SOURCE_REFUSED', vendor: 'PeopleLink' }]);
    expect(stand.vendors.tokensAsked()).toBe(1);
  });

  test('without its client certificate the hub is not let in', async () => {
    await stand.restart({ PEOPLE_SEARCH_RECORDTRACE_CERT: '', PEOPLE_SEARCH_RECORDTRACE_KEY: '' });
    expect((await ask('RecordTrace')).errors).toMatchObject([{ code: 'SOURCE_UNAVAILABLE', vendor: 'RecordTrace' }]);
    expect(stand.vendors.requests('RecordTrace')).toBe(0);
  });

  test('a vendor whose certificate nobody vouches for gets no question', async () => {
    await stand.restart({ PEOPLE_SEARCH_RECORDTRACE_CA: '' });
    expect((await ask('RecordTrace')).errors).toMatchObject([{ code: 'SOURCE_UNAVAILABLE', vendor: 'RecordTrace' }]);
    expect(stand.vendors.requests('RecordTrace')).toBe(0);
  });
});

test('no log line tells who was searched for, whatever went wrong', async () => {
  for (const fault of ['error', 'malformed', 'types', 'slow', 'throttle', undefined] as const) {
    stand.vendors.fail(fault);
    await stand.person(leads, plain);
  }
  const log = stand.logged.join('');
  expect(log).toContain('SOURCE_INVALID');
  for (const word of [...plain.fullName.split(' '), plain.dateOfBirth, '24020', 'stand-in-only'])
    expect(log.toLowerCase()).not.toContain(word.toLowerCase());
});

test('a setting that cannot be right is named when the system opens', async () => {
  await expect(stand.restart({ PEOPLE_SEARCH_TIMEOUT_MS: 'soon' })).rejects.toThrow(/PEOPLE_SEARCH_TIMEOUT_MS/);
  await expect(stand.restart({ PEOPLE_SEARCH_RECORDTRACE_CA: '/nowhere/ca.pem' })).rejects.toThrow(
    /PEOPLE_SEARCH_RECORDTRACE_CA/,
  );
});
