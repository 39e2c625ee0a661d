/** Mutual TLS on the hops: a system lets in who shows a certificate of its authority, and a gateway believes no other system. */
import { request } from 'node:https';
import pino from 'pino';
import { readConfig } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/index.ts';
import { compose } from '../../schema/compose.ts';
import { generateKeys } from '../../schema/hopkeys.ts';
import { verifier } from '../../schema/principal.ts';
import { type HopTls, readTls } from '../../schema/tls.ts';
import { openLocalBus } from '../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../subgraphs/kit/database.ts';
import { live } from '../../subgraphs/kit/live.ts';
import { type Served, serve } from '../../subgraphs/kit/serve.ts';
import type { System } from '../../subgraphs/kit/system.ts';
import { type Certificates, certificateFolder, hasOpenssl, issueCertificates } from '../setup/certificates.ts';
import { post } from './harness.ts';

if (!hasOpenssl && process.env.CI === 'true')
  throw new Error('The openssl program is missing, and with CI=true that is a failure.');
const describeWithOpenssl = hasOpenssl ? describe : describe.skip;

const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
  type Query { who: String } type Subscription { ticked(after: String): Tick } type Tick { cursor: String! }`;
const system: System<object> = {
  ...{ name: 'only', title: 'only', sdl, feeds: [] },
  resolvers: {
    Query: { who: () => 'nobody' },
    Subscription: { ticked: live({ topic: 'tick', accept: () => true, resolve: ({ cursor }) => ({ cursor }) }) },
  },
  open: async () => ({ reader: () => ({}), check: async () => ({}), close: async () => {} }),
};
const log = pino({ level: 'silent' });
const settingsOf = ({ ca, cert, key }: Certificates) => ({ HUB_TLS_CA_FILE: ca, HUB_TLS_CERT_FILE: cert, HUB_TLS_KEY_FILE: key });

describeWithOpenssl(`mutual TLS${hasOpenssl ? '' : ' (skipped: no openssl program)'}`, () => {
  const { folder, drop } = certificateFolder();
  const bus = openLocalBus();
  const gateways: Gateway[] = [];
  let [own, stranger]: Certificates[] = [];
  let served: Served;
  let database: Database;
  let signing: string;

  beforeAll(async () => {
    [own, stranger] = ['hub', 'stranger'].map((name) => issueCertificates(folder, name));
    const keys = await generateKeys();
    signing = JSON.stringify(keys.signing);
    database = await openDatabase('pglite:');
    const runtime = { database, bus, log, now: Date.now, settings: {} };
    const tls = readTls(settingsOf(own as Certificates));
    served = await serve(system, { runtime, port: 0, verify: verifier(keys.verification), tls });
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await served.close();
    await database.close();
    await bus.close();
    drop();
  });

  const startWith = async (settings: Record<string, string>): Promise<Gateway> => {
    const { supergraph } = compose([{ name: 'only', sdl, url: served.url }]);
    const config = { ...readConfig({ PORT: '0', HUB_SIGNING_KEY: signing, ...settings }), supergraph };
    const gateway = await startGateway(config, { log });
    gateways.push(gateway);
    return gateway;
  };
  const ask = async ({ url }: Gateway) => {
    const { data, errors } = await post(`${url}/graphql`, { query: '{ who }' });
    return [data, errors?.[0]?.extensions.code];
  };
  const ready = async ({ url }: Gateway) => (await fetch(`${url}/health/ready`)).status;

  /** The first event of a stream, or what kept it from coming. */
  const firstTick = async ({ hub }: Gateway): Promise<unknown> => {
    const upstream = hub.upstreams.get('only');
    const principal = { ...(await import('../../schema/principal.ts')).anonymous };
    return new Promise((resolve) => {
      void upstream?.subscribe(
        { query: 'subscription { ticked { cursor } }', variables: {}, principal, lifetimeSeconds: 30, resumeAfter: '0-0' },
        {
          next: ({ data, extensions }) => extensions?.opening || resolve(Object.keys(data ?? {})),
          end: (error) => resolve((error as { code?: string } | undefined)?.code),
        },
      );
    });
  };

  /** The handshake's own answer; TLS 1.3 tells a client of its refusal with the first bytes it reads. */
  const knock = (tls: Partial<HopTls>): Promise<unknown> =>
    new Promise((resolve) => {
      const asked = request(new URL('/health/live', served.url), { ...tls, agent: false }, ({ statusCode }) =>
        resolve(statusCode),
      );
      asked.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
      asked.end();
    });

  test('who shows no certificate, or one of another authority, gets no word in; nor does a system of another authority', async () => {
    const { ca = '', cert, key } = readTls(settingsOf(own as Certificates)) ?? {};
    const other = readTls(settingsOf(stranger as Certificates)) as HopTls;
    expect(await knock({ ca, cert, key } as HopTls)).toBe(200);
    expect(await knock({ ca })).toMatch(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
    expect(await knock({ ...other, ca })).toMatch(/^(ERR_SSL_|ECONNRESET|EPIPE)/);
    expect(await knock({ cert, key, ca: other.ca } as HopTls)).toMatch(/CERT|UNABLE_TO_VERIFY/);
  });

  test('a gateway with a certificate of the authority is answered, streams too', async () => {
    const gateway = await startWith(settingsOf(own as Certificates));
    await bus.publish('tick', [{ key: 'a', change: 'CREATED', changedAt: new Date() }]);
    expect([await ask(gateway), await ready(gateway), await firstTick(gateway)]).toEqual([
      [{ who: 'nobody' }, undefined],
      200,
      ['ticked'],
    ]);
  });

  test.each<[string, () => Record<string, string>]>([
    ['no certificate', () => ({})],
    [
      'a certificate of another authority',
      () => settingsOf({ ...(stranger as Certificates), ca: (stranger as Certificates).ca }),
    ],
  ])('a gateway with %s is told nothing, streams neither', async (_what, settings) => {
    const gateway = await startWith(settings());
    expect([await ask(gateway), await ready(gateway), await firstTick(gateway)]).toEqual([
      [{ who: null }, 'SOURCE_UNAVAILABLE'],
      503,
      'SOURCE_UNAVAILABLE',
    ]);
  });

  test('with a certificate to show, no system is asked in clear', async () => {
    const settings = { ...settingsOf(own as Certificates), HUB_SUBGRAPH_ONLY_URL: served.url.replace('https', 'http') };
    await expect(startWith(settings)).rejects.toThrow('HUB_SUBGRAPH_ONLY_URL: with HUB_TLS_CERT_FILE set');
  });

  describe('settings that cannot be used are told by name', () => {
    const fault = (settings: Record<string, string>, nowMs?: number): string => {
      try {
        readTls(settings, nowMs);
        return 'fit';
      } catch (error) {
        return (error as Error).message;
      }
    };

    test('one that is missing, or names no file, or no certificate', () => {
      const all = settingsOf(own as Certificates);
      expect(fault({})).toBe('fit');
      expect(fault({ HUB_TLS_CA_FILE: all.HUB_TLS_CA_FILE })).toMatch(/^HUB_TLS_CERT_FILE, HUB_TLS_KEY_FILE: /);
      expect(fault({ ...all, HUB_TLS_KEY_FILE: '/nowhere' })).toMatch(/^HUB_TLS_KEY_FILE: the file \/nowhere cannot be read/);
      expect(fault({ ...all, HUB_TLS_CERT_FILE: all.HUB_TLS_KEY_FILE })).toMatch(/^HUB_TLS_CERT_FILE: /);
    });

    test("another's key, another's authority, and a certificate that has ended", () => {
      const all = settingsOf(own as Certificates);
      const other = settingsOf(stranger as Certificates);
      expect(fault({ ...all, HUB_TLS_KEY_FILE: other.HUB_TLS_KEY_FILE })).toMatch(/^HUB_TLS_KEY_FILE: not the private key/);
      expect(fault({ ...all, HUB_TLS_CA_FILE: other.HUB_TLS_CA_FILE })).toMatch(/^HUB_TLS_CERT_FILE: not issued/);
      expect(fault(all, Date.now() + 3 * 86_400_000)).toMatch(/^HUB_TLS_CERT_FILE: the certificate ended/);
      expect(() => readConfig({ HUB_TLS_CA_FILE: all.HUB_TLS_CA_FILE })).toThrow(/HUB_TLS_CERT_FILE/);
    });
  });
});
