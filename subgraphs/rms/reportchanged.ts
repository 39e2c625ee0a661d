/** The live field of reports: which events are events for the caller, and what they show. */
import { live } from '../kit/live.ts';
import type { Context } from '../kit/system.ts';
import { topic } from './feed.ts';
import type { Report, RmsReader } from './source.ts';
import { checkWatch, type WatchFilter } from './watch.ts';

interface Arguments {
  filter?: WatchFilter | null;
  after?: string | null;
}

interface ReportChanged {
  cursor: string;
  change: string;
  report: Report | null;
}

const changed = live<RmsReader, Arguments, ReportChanged>({
  topic,
  accept: ({ key }, { filter }, { read }) => read.isWatched(key, filter ?? {}),
  resolve: async ({ key, cursor, change }, _args, { read }) => ({ cursor, change, report: await read.report.load(key) }),
});

export const reportChanged = {
  ...changed,
  subscribe: (root: unknown, args: Arguments, context: Context<RmsReader>) => {
    checkWatch(context.principal, args.filter ?? {}); // What makes no sense is refused at once, not at the first event.
    return changed.subscribe(root, args, context);
  },
};
