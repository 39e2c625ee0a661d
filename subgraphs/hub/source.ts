/**
 * Reads what the hub itself keeps: the audit record, the agencies' names, and
 * the status board.
 */
import { readFileSync } from 'node:fs';
import type { Principal } from '../../schema/principal.ts';
import { systemNames } from '../../schema/subgraphs.ts';
import { oneBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';
import type { Runtime, Source } from '../kit/system.ts';
import { boardOf } from './board.ts';
import { openDisseminations } from './disseminations.ts';
import { openDocuments } from './documents.ts';
import { PrismaClient } from './generated/client.ts';
import type { Agency, BoardEntry, HubReader } from './reader.ts';
import { startStanding } from './standingfields.ts';
import { openTrail, termKeysIn } from './trail.ts';
import { openUsage } from './usage.ts';
import { startWorkspace } from './workspacefields.ts';

export const openSource = async (runtime: Runtime): Promise<Source<HubReader>> => {
  const client = new PrismaClient({ adapter: runtime.database.adapter });
  const views = openViews(runtime.database);
  await views.registry();
  const standing = await startStanding(runtime);
  const workspace = await startWorkspace(runtime);
  return {
    reader: (principal) => ({
      ...openReader(client, principal, runtime, views.audit),
      standing: standing.reader(principal),
      workspace: workspace(principal),
    }),
    check: async () => {
      if (!(await views.audit(true))) return { detail: 'No gateway has opened the audit record in this database yet.' };
      // By its key: an aggregate would count through the whole record every few seconds.
      const [newest] = await client.$queryRaw<{ at: Date }[]>`SELECT at FROM hub.audit_event ORDER BY sequence DESC LIMIT 1`;
      return { lastEventAt: newest?.at };
    },
    close: async () => {
      await standing.close();
      await client.$disconnect();
    },
  };
};

/** The hub makes its own views. A gateway makes the ledger, maybe after this process began, so that view can come later. */
const openViews = (database: Database) => {
  const run = (file: string): Promise<void> => database.exec(readFileSync(new URL(file, import.meta.url), 'utf8'));
  let made = false;
  return {
    registry: async () => {
      for (const file of ['registry.sql', 'documents.sql', 'disseminations.sql']) await run(file);
    },
    /** True once the audit record can be read. A gateway that divides an older ledger takes the view away: look `anew`. */
    audit: async (anew = false): Promise<boolean> => {
      if (made && !anew) return true;
      const [found] = await database.query<{ ledger: boolean; view: boolean }>(
        `SELECT EXISTS (SELECT FROM information_schema.columns
           WHERE table_schema = 'hub_audit' AND table_name = 'record' AND column_name = 'spooled_at') AS ledger,
         to_regclass('hub.audit_event') IS NOT NULL AS view`,
      );
      if (!found?.ledger) return false;
      if (!made || !found.view) await run('views.sql');
      made = true;
      return true;
    },
  };
};

const openReader = (
  client: PrismaClient,
  principal: Principal,
  { bus, now, database, settings }: Runtime,
  auditReady: () => Promise<boolean>,
): Omit<HubReader, 'standing' | 'workspace'> => {
  const agencies = oneBy<string, Agency>(
    (oris) => client.agency.findMany({ where: { ori: { in: [...oris] } } }),
    ({ ori }) => ori,
  );
  let board: Promise<BoardEntry[]> | undefined;
  const sources = (): Promise<BoardEntry[]> => {
    board ??= bus.statuses().then((statuses) => boardOf(statuses, systemNames, now()));
    return board;
  };
  return {
    nowMs: now(),
    agency: async (ori) => (await agencies.load(ori)) ?? { ori, name: ori },
    sources,
    source: async (id) => (await sources()).find(({ name }) => name === id) ?? null,
    ...openTrail({ client, database, principal, now, auditReady, termKeys: termKeysIn(settings.HUB_AUDIT_TERM_KEYS) }),
    documents: openDocuments({ database, principal, now }),
    usage: openUsage({ database, principal, now, auditReady }),
    disseminations: openDisseminations({ database, principal, now }),
  };
};
