/** A dispatch system and one that joins it: what a watcher is shown of a call takes both. */
import { pollFeed } from '../../../subgraphs/kit/feed.ts';
import { live } from '../../../subgraphs/kit/live.ts';
import type { ToySubgraph } from '../../federation/harness.ts';

/** When each call changed last, by the clock of the one machine. */
const changedAt = new Map<string, number>();

export const call = (id: string, atMs = changedAt.get(id) ?? 0) => ({
  id,
  number: `B-${id}-22`,
  type: '21',
  priority: '2B',
  status: 'ON_SCENE',
  address: `${id} Main St`,
  district: '8',
  receivedAt: '2022-02-20T18:42:11.123Z',
  changedAtMs: atMs,
});

export const cad: ToySubgraph = {
  name: 'cad',
  feeds: [pollFeed({ topic: 'incident', view: 'bench.incident', everyMs: 1_000 })],
  sdl: `
    type Query { incident(id: ID! @reads(fields: ["Incident.id"])): Incident @authenticated }
    type Subscription { incidentChanged(after: String): IncidentChanged! @authenticated @policy(policies: [["cad:read"]]) }
    type IncidentChanged @authenticated { cursor: String! incident: Incident }
    type Incident @key(fields: "id") @authenticated {
      id: ID! number: String! type: String! priority: String! status: String! address: String! district: String!
      receivedAt: String! changedAtMs: Float!
    }
  `,
  resolvers: {
    Query: { incident: (_: unknown, { id }: { id: string }) => call(id) },
    Incident: { __resolveReference: ({ id }: { id: string }) => call(id) },
    Subscription: {
      incidentChanged: live({
        topic: 'incident',
        accept: () => true,
        resolve: ({ cursor, key, changedAt: at }) => {
          changedAt.set(key, at.getTime());
          return { cursor, incident: call(key) };
        },
      }),
    },
  },
};

export const unitsOf = () =>
  ['812B', '815B', '890A'].map((callSign) => ({ callSign, status: 'ON_SCENE', since: '2022-02-20T18:51:00.000Z' }));

export const units: ToySubgraph = {
  name: 'units',
  sdl: `
    type Query { unused: Int }
    type Incident @key(fields: "id") { id: ID! units: [Unit!]! }
    type Unit @authenticated { callSign: String! status: String! since: String! }
  `,
  resolvers: {
    Incident: {
      __resolveReference: (reference: object) => reference,
      units: () => unitsOf(),
    },
  },
};

const fields = 'id number type priority status address district receivedAt changedAtMs units { callSign status since }';

export const watch = `subscription Watch($after: String) { incidentChanged(after: $after) { cursor incident { ${fields} } } }`;
