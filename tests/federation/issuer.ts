/** An OpenID issuer reduced to what the gateway asks of one: discovery, keys, and tokens of any shape. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface TestIssuer {
  url: string;
  /** A token for these roles; `claims` overrides any of its claims, undefined removes one. */
  token: (roles: string[], claims?: Record<string, unknown>) => Promise<string>;
  close: () => Promise<void>;
}

export const startIssuer = async (): Promise<TestIssuer> => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'RS256', use: 'sig' };
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/jwks` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    token: async (roles, claims = {}) => {
      const nowSeconds = Math.floor(Date.now() / 1000);
      const payload = {
        iss: url,
        aud: 'rtcc-hub',
        sub: `test-${roles.join('-')}`,
        iat: nowSeconds,
        exp: nowSeconds + 600,
        auth_time: nowSeconds - 60,
        amr: ['pwd', 'otp'],
        roles,
        scope: 'hub.query hub.subscribe',
        'gfipm:2.0:user:EmployerORI': 'LANPD0000',
        'gfipm:2.0:user:SwornLawEnforcementOfficerIndicator': true,
        assignments: ['B-24020-22', 'B-1-22'],
        certifications: ['CJIS', 'DPPA'].map((name) => ({ name, expiresAt: '2099-01-01T00:00:00Z' })),
        ...claims,
      };
      return new SignJWT(Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined)))
        .setProtectedHeader({ alg: 'RS256', kid: 'test' })
        .sign(privateKey);
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
