import { readSettings } from '../../../subgraphs/people-search/settings.ts';

const secret = 'sixteen letters or more';

test('in production the hashes of the ledger take a secret of their own', () => {
  expect(() => readSettings({ NODE_ENV: 'production' })).toThrow(/^PEOPLE_SEARCH_LEDGER_SECRET: needed with NODE_ENV=production/);
  expect(() => readSettings({ NODE_ENV: 'production', PEOPLE_SEARCH_LEDGER_SECRET: '' })).toThrow('PEOPLE_SEARCH_LEDGER_SECRET');
  expect(readSettings({ NODE_ENV: 'production', PEOPLE_SEARCH_LEDGER_SECRET: secret }).PEOPLE_SEARCH_LEDGER_SECRET).toBe(secret);
});

test('elsewhere it does without one', () => {
  expect(readSettings({}).PEOPLE_SEARCH_LEDGER_SECRET).toBeUndefined();
});
