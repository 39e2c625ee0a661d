/**
 * The registry of systems: a new one is one line here and one folder under
 * `subgraphs/`. The URL is where a subgraph listens when it runs as a process
 * of its own; `HUB_SUBGRAPH_<NAME>_URL` overrides it.
 */
export const subgraphs = {
  cad: 'http://127.0.0.1:4101/graphql',
  rms: 'http://127.0.0.1:4102/graphql',
  avl: 'http://127.0.0.1:4103/graphql',
  cameras: 'http://127.0.0.1:4104/graphql',
  'people-search': 'http://127.0.0.1:4105/graphql',
  hub: 'http://127.0.0.1:4106/graphql',
} as const satisfies Record<string, string>;

export type SystemName = keyof typeof subgraphs;
export const systemNames = Object.keys(subgraphs) as SystemName[];
