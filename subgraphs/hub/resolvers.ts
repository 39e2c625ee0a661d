/** Field → reader. Nothing is decided here. */
import type { Principal } from '../../schema/principal.ts';
import { live } from '../kit/live.ts';
import type { Context, System } from '../kit/system.ts';
import { auditQueries } from './auditfields.ts';
import { topic } from './feed.ts';
import { partners } from './partners.ts';
import type { BoardEntry, HubReader } from './reader.ts';
import { standingFields } from './standingfields.ts';
import { workspaceFields } from './workspacefields.ts';

type Hub = Context<HubReader>;

interface SourceStateChanged {
  cursor: string;
  change: string;
  source: BoardEntry | null;
}

const sourceStateChanged = live<HubReader, { after?: string | null }, SourceStateChanged>({
  topic,
  accept: async ({ key }, _args, { read }) => (await read.source(key)) !== null,
  resolve: async ({ key, cursor, change }, _args, { read }) => ({ cursor, change, source: await read.source(key) }),
});

export const resolvers: System<HubReader>['resolvers'] = {
  Query: {
    ...workspaceFields.Query,
    ...partners.Query,
    ...auditQueries,
    ...standingFields.Query,
    me: (_root: unknown, _args: unknown, { principal }: Hub) => principal,
    sources: (_root: unknown, _args: unknown, { read }: Hub) => read.sources(),
    source: (_root: unknown, { id }: { id: string }, { read }: Hub) => read.source(id),
  },
  Mutation: { ...partners.Mutation, ...standingFields.Mutation, ...workspaceFields.Mutation },
  ...partners.types,
  ...standingFields.types,
  ...workspaceFields.types,
  Subscription: { sourceStateChanged, ...standingFields.Subscription, ...workspaceFields.Subscription },
  Viewer: {
    agency: ({ ori }: Principal, _args: unknown, { read }: Hub) => read.agency(ori),
    certifications: ({ certifications }: Principal, _args: unknown, { read }: Hub) =>
      certifications.map(({ name, expiresAt }) => ({
        name,
        expiresAt: new Date(expiresAt),
        valid: Date.parse(expiresAt) > read.nowMs,
      })),
  },
  Source: {
    __resolveReference: ({ id }: { id: string }, { read }: Hub) => read.source(id),
    id: ({ name }: BoardEntry) => name,
  },
  AuditEvent: {
    __resolveReference: ({ id }: { id: string }, { read }: Hub) => read.auditEvent(id),
  },
};
