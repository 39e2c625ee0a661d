/** The standing at several gateways, and when the ways by which they hear of it are gone. */
import { readConfig } from '../../gateway/config.ts';
import { type Gateway, startGateway } from '../../gateway/index.ts';
import { openRedisBus } from '../../subgraphs/kit/bus/redis.ts';
import { describeOn, scratchRedis } from '../setup/services.ts';
import { type Answer, next, post } from './harness.ts';
import { type StandingWorld, startWorld, until, type WorldOptions } from './standingworld.ts';

const reason = 'badge was found in a pawn shop on Canal Street';
const both = '{ report { notes } position }';

/** Another gateway of the same hub. */
const another = (
  { issuer, signingKey, gateway, database }: StandingWorld,
  env: Record<string, string> = {},
): Promise<Gateway> => {
  const config = readConfig({ PORT: '0', OIDC_ISSUER: issuer.url, HUB_SIGNING_KEY: signingKey, ...env });
  return startGateway({ ...config, supergraph: gateway.hub.supergraph.sdl }, { database });
};

const codeAt = async ({ url }: Gateway, token: string): Promise<unknown> =>
  (await post(`${url}/graphql`, { query: both, token })).errors?.[0]?.extensions.code;

const revokedEverywhere = async (world: StandingWorld, subject: string, gateways: Gateway[]) => {
  const token = await world.tokenOf(subject, ['patrol']);
  expect(await Promise.all(gateways.map((one) => codeAt(one, token)))).toEqual(gateways.map(() => undefined));
  const admin = await world.tokenOf('an-admin', ['admin']);
  const { id } = await world.say(admin, `mutation { revokeUser(subject: "${subject}", reason: "${reason}") { id } }`);
  expect(id).toMatch(/^revocation-/);
  await Promise.all(gateways.map((one) => until(async () => (await codeAt(one, token)) === 'TOKEN_REVOKED')));
};

/** Nobody polls within the test: what is heard is heard by the stream. */
const onlyTold = { HUB_STANDING_POLL_MS: '3600000', HUB_STANDING_STALE_MS: '7200000' };

const twoGateways = async (options: WorldOptions) => {
  const world = await startWorld({ ...options, env: onlyTold });
  const other = await another(world, onlyTold);
  await revokedEverywhere(world, 'leaver', [world.gateway, other]);
  await other.close();
  await world.stop();
};

test('a revocation reaches every gateway by the bus', () => twoGateways({}));

describeOn('redis', 'on Redis', () => {
  test('a revocation reaches every gateway by the bus', async () => {
    const redis = scratchRedis();
    await twoGateways({ bus: await openRedisBus({ url: redis.url, prefix: redis.prefix }) });
    await redis.drop();
  });
});

test('a revocation reaches every gateway by asking, when the bus is away', async () => {
  const polling = { HUB_STANDING_POLL_MS: '100' };
  const world = await startWorld({ env: polling });
  await world.deafen();
  const other = await another(world, polling);
  await revokedEverywhere(world, 'leaver', [world.gateway, other]);
  await other.close();
  await world.stop();
});

describe('a registry that is away for longer than the bound', () => {
  let world: StandingWorld;
  let token: string;
  let aheadMs = 0;
  beforeAll(async () => {
    world = await startWorld({ env: { HUB_STANDING_POLL_MS: '50' }, now: () => Date.now() + aheadMs });
    token = await world.tokenOf('officer', ['detective']);
  });
  afterAll(() => world.stop());
  const away = async (yes: boolean) => {
    world.registry.away = yes;
    if (yes) aheadMs += 60_000;
    await until(() => world.gateway.hub.standing.known() === !yes);
  };

  test('closes what is protected, with the reason, and leaves where units are; it opens again with its answer', async () => {
    const ask = (): Promise<Answer> => world.ask({ query: both, token });
    const open = { report: { notes: 'the notes' }, position: 'there' };
    expect((await ask()).data).toEqual(open);
    await away(true);
    const closed = await ask();
    expect(closed.data).toEqual({ report: { notes: null }, position: 'there' });
    expect(closed.errors).toMatchObject([
      { path: ['report', 'notes'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', policy: 'cad:notes' } },
    ]);
    expect(closed.errors?.[0]?.extensions.satisfiedBy).toContain("the hub's registry");
    await away(false);
    expect((await ask()).data).toEqual(open);
  });

  test('ends streams of what is protected, and no others', async () => {
    const socket = world.socket(token);
    const extensions = { caseNumber: 'B-1-22' };
    const secret = socket.iterate({ query: 'subscription { secret { report { narrative } } }', extensions });
    const told = socket.iterate({ query: 'subscription { told { report { notes } } }' });
    const [ended, going] = [next(secret), next(told)];
    await until(() => ['secret', 'told'].every((name) => world.asked.some(({ body }) => body.includes(`{${name}`))));
    await away(true);
    expect((await ended).errors).toMatchObject([{ extensions: { policy: 'rms:narrative' } }]);
    await world.bus.publish('told', [{ key: '1', change: 'UPDATED', changedAt: new Date() }]);
    expect((await going).data).toEqual({ told: { report: { notes: null } } });
    await away(false);
    await socket.dispose();
  });

  test('is no reason for a gateway not to start: it begins closed, and opens with the first answer', async () => {
    await away(true);
    const other = await another(world, { HUB_STANDING_POLL_MS: '50' });
    expect((await post(`${other.url}/graphql`, { query: both, token })).data).toEqual({
      report: { notes: null },
      position: 'there',
    });
    world.registry.away = false;
    await until(() => other.hub.standing.known());
    expect(await codeAt(other, token)).toBeUndefined();
    await other.close();
  });
});
