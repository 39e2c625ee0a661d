/** The audit's fields of Query → reader. */
import type { PageArguments } from '../kit/page.ts';
import type { Context } from '../kit/system.ts';
import type { AuditFilter, HubReader } from './reader.ts';
import type { ReasonFinding } from './reports.ts';

type Hub = Context<HubReader>;
type Filtered = PageArguments & { filter?: AuditFilter | null };
type Reasons = PageArguments & { from?: Date | null; to?: Date | null; flaw?: ReasonFinding['flaw'] | null };

const weekMs = 7 * 86_400_000;

export const auditQueries = {
  auditTrail: (_root: unknown, { filter, ...page }: Filtered, { read }: Hub) => read.auditTrail(filter ?? {}, page),
  blackLabelDenials: (_root: unknown, { filter, ...page }: Filtered, { read }: Hub) => read.blackLabelDenials(filter ?? {}, page),
  disclosureHistory: (_root: unknown, { record, ...page }: PageArguments & { record: string }, { read }: Hub) =>
    read.disclosureHistory(record, page),
  vagueReasons: (_root: unknown, { from, to, flaw, ...page }: Reasons, { read }: Hub) => {
    const until = to ?? new Date(read.nowMs);
    return read.vagueReasons({ from: from ?? new Date(until.getTime() - weekMs), to: until, flaw }, page);
  },
  weeklyReview: (_root: unknown, { week }: { week?: string | null }, { read }: Hub) => read.weeklyReview(week ?? null),
};
