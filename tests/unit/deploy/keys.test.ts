/** The pair that signs principals: made once, kept for its owner alone, or given by the environment. */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printKeys, signingKeys, storedKeys, verificationKeys } from '../../../deploy/keys.ts';
import { generateKeys, importSigningKey } from '../../../schema/hopkeys.ts';
import { anonymous, signPrincipal, verifier } from '../../../schema/principal.ts';

describe('the principal keys', () => {
  let data: string;
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'rtcc-keys-'));
  });
  afterEach(() => rm(data, { recursive: true }));

  test('what the private one signs, the public one verifies, and no other', async () => {
    const [jwk] = await signingKeys({}, data);
    const key = await importSigningKey(jwk ?? {});
    const token = await signPrincipal(anonymous, { audience: 'cad', body: '{}', lifetimeSeconds: 30 }, key);
    const verify = verifier(await verificationKeys({}, data));
    await expect(verify(token, { audience: 'cad', body: '{}' })).resolves.toMatchObject({ principal: anonymous });
    const stranger = verifier((await generateKeys()).verification);
    await expect(stranger(token, { audience: 'cad', body: '{}' })).rejects.toMatchObject({ code: 'PRINCIPAL_REFUSED' });
  });

  test('processes that start at once agree on one pair', async () => {
    const pairs = await Promise.all(Array.from({ length: 8 }, () => storedKeys(data)));
    expect(new Set(pairs.map(({ signing }) => signing[0]?.kid)).size).toBe(1);
    expect(await readdir(join(data, 'keys'))).toEqual(['principal.json']);
  });

  test('nobody but the owner can read them', async () => {
    await storedKeys(data);
    expect((await stat(join(data, 'keys/principal.json'))).mode & 0o077).toBe(0);
    expect((await stat(join(data, 'keys'))).mode & 0o077).toBe(0);
  });

  test('the environment, or a file that it names, goes before the data folder', async () => {
    const { signing, verification } = await generateKeys();
    expect(await signingKeys({ HUB_SIGNING_KEY: JSON.stringify(signing) }, data)).toEqual([signing]);
    const file = join(data, 'mounted');
    await writeFile(file, JSON.stringify(verification));
    expect(await verificationKeys({ HUB_VERIFICATION_KEYS_FILE: file }, data)).toEqual(verification);
  });

  test('what is not a key is refused without being shown', async () => {
    await expect(signingKeys({ HUB_SIGNING_KEY: 'secret-nonsense' }, data)).rejects.toThrow(
      'HUB_SIGNING_KEY takes one private JWK, or a set.',
    );
    await expect(verificationKeys({ HUB_VERIFICATION_KEYS_FILE: '/nowhere' }, data)).rejects.toThrow('cannot be read: /nowhere');
    await storedKeys(data);
    await writeFile(join(data, 'keys/principal.json'), '{');
    await expect(storedKeys(data)).rejects.toThrow('holds no keys. Delete it, and new ones are made.');
  });

  test('printed, they are the public ones; the private one only as a fresh pair for the environment', async () => {
    const shown = await printKeys({ data, environment: {} });
    expect(JSON.parse(shown).keys[0]).not.toHaveProperty('d');
    const lines = await printKeys({ env: true, data, environment: {} });
    const environment = Object.fromEntries(
      lines
        .trim()
        .split('\n')
        .map((line) => /^(\w+)='(.*)'$/.exec(line)?.slice(1) ?? []),
    );
    expect((await signingKeys(environment, data))[0]?.kid).toBe((await verificationKeys(environment, data)).keys[0]?.kid);
  });
});
