/** The demo OpenID provider, asked over HTTP as any client asks it. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { type Identity, type IdentityOptions, startIdentity } from '../../../deploy/identity/index.ts';
import { obtainToken } from '../../../deploy/identity/obtain.ts';
import { accessTokenSeconds, audience, claimNames, personaNames, personas } from '../../../deploy/identity/personas.ts';

const started: Identity[] = [];

const start = async (options: Partial<IdentityOptions> = {}): Promise<Identity> => {
  const identity = await startIdentity({ port: 0, host: '127.0.0.1', environment: 'test', ...options });
  started.push(identity);
  return identity;
};

afterAll(() => Promise.allSettled(started.map((identity) => identity.close())));

/** A connection of its own, so that a provider that restarted is not asked on the socket of the one before. */
const read = (url: string, headers: Record<string, string> = {}): Promise<{ status: number | undefined; text: string }> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, async (response) => {
      resolve({ status: response.statusCode, text: (await response.setEncoding('utf8').toArray()).join('') });
    }).on('error', reject);
  });

const keysOf = async (issuer: string) => {
  const { jwks_uri } = JSON.parse((await read(`${issuer}/.well-known/openid-configuration`)).text) as { jwks_uri: string };
  return createLocalJWKSet(JSON.parse((await read(jwks_uri)).text) as JSONWebKeySet);
};

const verify = async (token: string, issuer: string, currentDate?: Date): Promise<JWTPayload> => {
  const options = { issuer, audience, typ: 'at+jwt', ...(currentDate && { currentDate }) };
  return (await jwtVerify(token, await keysOf(issuer), options)).payload;
};

describe('the demo identity provider', () => {
  let identity: Identity;
  const nowMs = Date.parse('2022-02-20T12:00:00Z');

  beforeAll(async () => {
    identity = await start({ now: () => nowMs });
  });

  test('describes itself in a discovery document', async () => {
    const response = await fetch(`${identity.issuer}/.well-known/openid-configuration`);
    expect(await response.json()).toMatchObject({
      issuer: identity.issuer,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: expect.arrayContaining(['authorization_code', 'client_credentials']),
    });
  });

  test.each(personaNames)('signs a token for %s that its published keys verify', async (name) => {
    const payload = await verify(await identity.token(name), identity.issuer);
    expect(payload).toMatchObject({
      sub: personas[name].subject,
      [claimNames.employerOri]: personas[name].employer.ori,
      [claimNames.sworn]: personas[name].sworn,
      [claimNames.roles]: personas[name].roles,
      [claimNames.assignments]: personas[name].assignments,
      scope: 'hub.query hub.subscribe',
    });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(accessTokenSeconds);
  });

  test('says when and how a person signed in, and neither of a service', async () => {
    const detective = decodeJwt(await identity.token('detective'));
    expect(detective.amr).toEqual(['pwd', 'otp', 'mfa']);
    expect(detective.auth_time).toBeLessThanOrEqual(Number(detective.iat));
    const vendor = decodeJwt(await identity.token('vendor'));
    expect(vendor).not.toHaveProperty('amr');
    expect(vendor).not.toHaveProperty('auth_time');
    expect(vendor.client_id).toBe(vendor.sub);
  });

  test('counts the ends of certificates from its clock, a lapsed one included', async () => {
    const partner = decodeJwt(await identity.token('partner'));
    expect(partner[claimNames.certifications]).toContainEqual({ name: 'CJIS', expiresAt: '2022-12-17T12:00:00.000Z' });
    expect(partner[claimNames.certifications]).toContainEqual({ name: 'DPPA', expiresAt: '2022-01-21T12:00:00.000Z' });
  });

  test('a token is worth nothing once it expired, for another audience, or signed by somebody else', async () => {
    const token = await identity.token('analyst');
    await expect(verify(token, identity.issuer, new Date(Date.now() + (accessTokenSeconds + 1) * 1000))).rejects.toThrow(/exp/);
    await expect(jwtVerify(token, await keysOf(identity.issuer), { audience: 'another' })).rejects.toThrow(/aud/);
    const forged = new SignJWT(decodeJwt(token)).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(Buffer.alloc(32));
    await expect(verify(await forged, identity.issuer)).rejects.toThrow();
  });

  test('nobody becomes a persona that does not exist', async () => {
    await expect(obtainToken({ issuer: identity.issuer, persona: 'chief' })).rejects.toThrow(/Choose one of: patrol, analyst/);
    await expect(obtainToken({ issuer: identity.issuer, persona: '__proto__' })).rejects.toThrow(/no persona/);
  });

  test('a token is asked for on this machine only', async () => {
    await expect(obtainToken({ issuer: 'https://login.example.org', persona: 'analyst' })).rejects.toThrow(/this machine only/);
  });

  test('refuses a request that reached it by another name', async () => {
    const { status } = await read(`${identity.issuer}/.well-known/openid-configuration`, { host: 'rebound.example.org' });
    expect(status).toBe(421);
  });
});

describe('starting the provider', () => {
  test('is refused in production, even with everything else in order', async () => {
    await expect(start({ environment: 'production' })).rejects.toThrow(/does not run in production/);
  });

  test('reads NODE_ENV where nobody tells the environment', async () => {
    const before = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
    try {
      await expect(startIdentity({ port: 0, host: '127.0.0.1' })).rejects.toThrow(/does not run in production/);
    } finally {
      process.env.NODE_ENV = before;
    }
  });

  test('is refused on an address that others reach', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(/loopback only/);
  });

  test('by another name for the same place, tokens carry that name', async () => {
    const named = await start({ issuer: 'http://localhost:4999' });
    expect(named.issuer).toBe('http://localhost:4999');
  });

  test("with a data folder, a token outlives a restart, and the keys are their owner's alone", async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'rtcc-identity-'));
    try {
      const first = await start({ dataFolder });
      const token = await first.token('analyst');
      await first.close();
      expect(statSync(join(dataFolder, 'identity-keys.json')).mode & 0o777).toBe(0o600);
      const again = await start({ dataFolder, port: Number(new URL(first.issuer).port) });
      expect((await verify(token, first.issuer)).sub).toBe('demo-analyst');
      await again.close();
      await start({ port: Number(new URL(first.issuer).port) });
      await expect(verify(token, first.issuer)).rejects.toThrow();
    } finally {
      rmSync(dataFolder, { recursive: true });
    }
  });

  test('a file that holds no keys is said plainly, not replaced', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'rtcc-identity-'));
    writeFileSync(join(dataFolder, 'identity-keys.json'), '{}');
    await expect(start({ dataFolder })).rejects.toThrow(/Delete it to have new ones made/);
    rmSync(dataFolder, { recursive: true });
  });
});
