/** The compose file, read as Docker reads it: every process is there, unprivileged, watched, and holds no secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { subgraphs, systemNames } from '../../../schema/subgraphs.ts';

interface Service {
  user?: string;
  command?: string[];
  healthcheck?: object;
  restart?: string;
  cap_drop?: string[];
  environment?: Record<string, string>;
  ports?: string[];
}

const text = readFileSync(join(import.meta.dirname, '../../../deploy/compose.yaml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };

describe('compose.yaml', () => {
  /** The systems that run in containers; a system may be registered before it has one. */
  const contained = Object.keys(services).filter((name) => services[name]?.command?.[0] === 'subgraph');

  test('runs a database, a bus, registered systems and two gateways', () => {
    const others = Object.keys(services).filter((name) => !contained.includes(name));
    expect(others.sort()).toEqual(['gateway-a', 'gateway-b', 'load', 'postgres', 'redis']);
    expect(contained).toEqual(expect.arrayContaining(['cad', 'rms', 'avl', 'cameras', 'people-search', 'hub']));
    for (const name of contained) expect(systemNames).toContain(name);
  });

  test('gives each system the port that the registry says, and gateways its address', () => {
    for (const [name, url] of Object.entries(subgraphs).filter(([name]) => contained.includes(name))) {
      const { port } = new URL(url);
      expect(services[name]?.command).toEqual(['subgraph', name, '--host', '0.0.0.0', '--port', port]);
      const variable = `HUB_SUBGRAPH_${name.toUpperCase().replaceAll('-', '_')}_URL`;
      expect(services['gateway-a']?.environment?.[variable]).toBe(`http://${name}:${port}/graphql`);
    }
  });

  test('runs nothing as root', () => {
    for (const service of Object.values(services)) {
      expect(service.user).toMatch(/^(node|postgres|redis)$/);
      expect(service.cap_drop).toEqual(['ALL']);
    }
  });

  test('watches everything that stays up', () => {
    const unwatched = Object.entries(services).filter(([, { healthcheck, restart }]) => !healthcheck && restart !== 'no');
    expect(unwatched.map(([name]) => name)).toEqual([]);
  });

  test('holds no secret: keys and passwords come from the environment', () => {
    const values = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment));
    const secret = values.filter(([key]) => /PASSWORD|KEY|SECRET/.test(key)).map(([, value]) => value);
    expect(secret.length).toBeGreaterThan(0);
    for (const value of secret) expect(value).toMatch(/^\$\{[A-Z_]+:\?/);
    for (const [, value] of values.filter(([key]) => key === 'DATABASE_URL'))
      expect(value).toMatch(/:\$\{POSTGRES_PASSWORD:\?[^}]*\}@/);
  });

  test('publishes on loopback unless told otherwise', () => {
    for (const port of Object.values(services).flatMap(({ ports = [] }) => ports)) {
      expect(port).toMatch(/^(127\.0\.0\.1|\$\{[A-Z_]+:-127\.0\.0\.1\}):/);
    }
  });
});
