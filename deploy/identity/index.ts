/**
 * A real OpenID Connect provider in this process, for demonstrations: anybody
 * who reaches it may become any persona, so it serves this machine only and
 * never starts in production.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Provider } from 'oidc-provider';
import { loadKeys } from './keys.ts';
import { obtainToken } from './obtain.ts';
import type { PersonaName } from './personas.ts';
import { answerPicker } from './picker.ts';
import { createProvider, isLoopback } from './provider.ts';

export interface IdentityOptions {
  /** 0 takes any free port. */
  port: number;
  host: string;
  /** What tokens and the discovery document call the provider; by default its own address. */
  issuer?: string;
  /** Where the keys are kept; absent: they end with the process. */
  dataFolder?: string;
  /** Milliseconds since the epoch; certificates' ends are counted from it. */
  now?: () => number;
  /** `NODE_ENV`. */
  environment?: string | undefined;
}

export interface Identity {
  issuer: string;
  /** An access token for the hub, by the same flow that the command line uses. */
  token: (persona: PersonaName) => Promise<string>;
  close: () => Promise<void>;
}

export const startIdentity = async (options: IdentityOptions): Promise<Identity> => {
  const { port, host, dataFolder, now = Date.now, environment = process.env.NODE_ENV } = options;
  if (environment === 'production') {
    throw new Error('The demo identity provider does not run in production. Set OIDC_ISSUER to your own OpenID provider.');
  }
  if (!isLoopback(urlOf(host, port))) {
    throw new Error(`The demo identity provider listens on loopback only, not on ${host}: it lets anybody be anyone.`);
  }
  const keys = await loadKeys(dataFolder);
  const server = createServer();
  await listen(server, port, host);
  const issuer = options.issuer ?? urlOf(host, (server.address() as AddressInfo).port);
  const provider = await createProvider({ issuer, keys, now });
  server.on('request', requestListener(provider, issuer));
  return { issuer, token: (persona) => obtainToken({ issuer, persona }), close: () => close(server) };
};

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

const requestListener = (provider: Provider, issuer: string) => {
  const next = provider.callback();
  return (request: IncomingMessage, response: ServerResponse): void => {
    // A page of another site that has its name resolve to this machine (DNS rebinding) must not sign in.
    const asked = `http://${request.headers.host}`;
    if (asked !== new URL(issuer).origin && !isLoopback(asked)) {
      response.writeHead(421).end();
      return;
    }
    answerPicker(provider, request, response)
      .then((answered) => (answered ? undefined : next(request, response)))
      .catch(() => response.destroy());
  };
};

const listen = (server: Server, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
