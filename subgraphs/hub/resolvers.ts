/** Field → reader. Nothing is decided here. */
import type { Principal } from '../../schema/principal.ts';
import { live } from '../kit/live.ts';
import type { PageArguments } from '../kit/page.ts';
import type { Context, System } from '../kit/system.ts';
import { topic } from './feed.ts';
import type { AuditFilter, BoardEntry, HubReader } from './reader.ts';

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
    me: (_root: unknown, _args: unknown, { principal }: Hub) => principal,
    sources: (_root: unknown, _args: unknown, { read }: Hub) => read.sources(),
    source: (_root: unknown, { id }: { id: string }, { read }: Hub) => read.source(id),
    auditTrail: (_root: unknown, { filter, ...page }: PageArguments & { filter?: AuditFilter | null }, { read }: Hub) =>
      read.auditTrail(filter ?? {}, page),
  },
  Subscription: { sourceStateChanged },
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
