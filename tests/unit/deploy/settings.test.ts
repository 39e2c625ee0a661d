/** Which database a system gets, and what of an address may be shown. */
import { reasonOf } from '../../../deploy/expected.ts';
import { databaseOf, placeOf, prefixOf, settingsOf } from '../../../deploy/settings.ts';

describe('settings', () => {
  test("a system's own database goes before the shared one, and the shared before the embedded", () => {
    const shared = { DATABASE_URL: 'postgres://a/shared' };
    const own = { ...shared, PEOPLE_SEARCH_DATABASE_URL: 'postgres://b/own' };
    expect(databaseOf('people-search', own, '.data')).toEqual({ url: 'postgres://b/own', kind: 'own' });
    expect(databaseOf('people-search', shared, '.data')).toEqual({ url: 'postgres://a/shared', kind: 'shared' });
    expect(databaseOf('cad', own, '.data')).toEqual({ url: 'postgres://a/shared', kind: 'shared' });
    expect(databaseOf('cad', {}, '/srv/hub')).toEqual({ url: 'pglite:/srv/hub/db', kind: 'embedded' });
  });

  test.each(['mysql://host/db', 'not a url', 'postgres//host'])(
    'an address that is not PostgreSQL is refused by name: %s',
    (url) => {
      expect(() => databaseOf('cad', { CAD_DATABASE_URL: url }, '.data')).toThrow(/^CAD_DATABASE_URL takes postgres:/);
      expect(() => databaseOf('cad', { DATABASE_URL: url }, '.data')).toThrow(/^DATABASE_URL takes postgres:/);
    },
  );

  test('a system sees the settings with its own prefix and no other', () => {
    const environment = { AVL_UDP_PORT: '21000', CAD_DATABASE_URL: 'x', AVLX: 'y', PATH: '/bin' };
    expect(settingsOf('avl', environment)).toEqual({ AVL_UDP_PORT: '21000' });
    expect(prefixOf('people-search')).toBe('PEOPLE_SEARCH');
  });

  test('an address is shown without its user and password', () => {
    expect(placeOf('postgres://hub:hunter2@db.example:5433/cad')).toBe('db.example:5433/cad');
    expect(placeOf('pglite:/srv/hub/db')).toBe('the embedded database');
  });

  test('a network failure is said in words', () => {
    expect(reasonOf(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe('nothing listens there (ECONNREFUSED)');
    const both = new AggregateError([Object.assign(new Error('a'), { code: 'ECONNREFUSED' }), new Error('b')]);
    expect(reasonOf(both)).toBe('nothing listens there (ECONNREFUSED)');
    expect(reasonOf('odd')).toBe('unknown');
  });
});
