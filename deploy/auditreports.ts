/**
 * `audit review`, `audit who` and `audit reasons`: what people who review the
 * record read, by the same questions that the graph asks. Whoever runs them
 * holds the database, so they see every agency's records; it is recorded.
 */
import { readFileSync } from 'node:fs';
import { termKeyOf } from '../schema/terms.ts';
import { type Disclosure, openReports, type ReasonFinding, type Reports } from '../subgraphs/hub/reports.ts';
import { type Count, type Person, type WeeklyReview, weeklyReview, weekOf } from '../subgraphs/hub/review.ts';
import type { Page, PageArguments } from '../subgraphs/kit/page.ts';
import { fieldKeys } from './auditkeys.ts';
import { type AuditPlace, recorded, withAuditDatabase } from './auditplace.ts';

const everybody = { ori: '', all: true };
const weekMs = 7 * 86_400_000;
const pageSize = 200;

export interface ReviewCommand extends AuditPlace {
  week?: string;
  json?: boolean;
}

export const review = (command: ReviewCommand): Promise<string> =>
  withAuditDatabase(command, async (database) => {
    const week = command.week ?? weekOf(new Date(Date.now() - weekMs));
    await recorded(database, command, { command: 'review', week });
    await makeViews(database);
    const found = await weeklyReview(database.query, everybody, week);
    return command.json ? `${JSON.stringify(found, undefined, 2)}\n` : reviewText(found);
  });

export interface WhoCommand extends AuditPlace {
  record: string;
}

/** JSON lines, latest first. */
export const who = (command: WhoCommand, out: (line: string) => void): Promise<void> =>
  reporting(command, { command: 'who', record: command.record }, async (reports) => {
    await all<Disclosure>((page) => reports.disclosures(command.record, page), out);
  });

export interface ReasonsCommand extends AuditPlace {
  from?: Date;
  to?: Date;
}

export const reasons = (command: ReasonsCommand, out: (line: string) => void): Promise<void> => {
  const to = command.to ?? new Date();
  const from = command.from ?? new Date(to.getTime() - weekMs);
  return reporting(command, { command: 'reasons', from, to }, async (reports) => {
    await all<ReasonFinding>((page) => reports.reasons({ from, to }, page), out);
  });
};

const reporting = (place: AuditPlace, detail: Record<string, unknown>, use: (reports: Reports) => Promise<void>): Promise<void> =>
  withAuditDatabase(place, async (database) => {
    await recorded(database, place, detail);
    await makeViews(database);
    const keys = Object.values(await fieldKeys(place)).flatMap((held) => held ?? []);
    const termKeys = keys.map(({ key }) => termKeyOf(key));
    await use(openReports({ query: database.query, scope: everybody, termKeys }));
  });

/** The hub's own, which it may not have made yet. */
const makeViews = (database: { exec: (sql: string) => Promise<void> }): Promise<void> =>
  database.exec(readFileSync(new URL('../subgraphs/hub/views.sql', import.meta.url), 'utf8'));

const all = async <Row>(read: (page: PageArguments) => Promise<Page<Row>>, out: (line: string) => void): Promise<void> => {
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: Page<Row> = await read({ first: pageSize, after });
    for (const node of nodes) out(`${JSON.stringify(node)}\n`);
    if (!pageInfo.hasNextPage) return;
    after = pageInfo.endCursor;
  }
};

const reviewText = (found: WeeklyReview): string => {
  const { week, from, to, people, purposes, refusedFor, events, ...figures } = found;
  const head = `Week ${week}, ${from.toISOString()} to ${to.toISOString()}\n`;
  const lines = Object.entries(labels).map(([name, label]) => [label, String(figures[name as keyof typeof labels])]);
  return [
    head,
    table(lines),
    counts('By purpose', purposes),
    counts('Refused for', refusedFor),
    counts('The hub itself', events),
    `People, those with the most to look at first\n${table([personHead, ...people.map(personLine)])}`,
  ]
    .filter(Boolean)
    .join('\n');
};

const labels = {
  operations: 'operations',
  refusals: 'refused',
  withheld: 'with something withheld',
  logOns: 'log-ons',
  streams: 'streams',
  records: 'records shown',
  withoutReason: 'without a reason',
  vagueReason: 'with a vague reason',
  spooled: 'spooled records',
} as const;

const counts = (title: string, found: readonly Count[]): string =>
  found.length === 0 ? '' : `${title}\n${table(found.map(({ name, count }) => [name || 'none stated', String(count)]))}`;

const personHead = ['subject', 'agency', 'operations', 'refused', 'withheld', 'records', 'commercial', 'no reason', 'vague'];
const personLine = (one: Person): string[] => {
  const { operations, refusals, withheld, records, commercial, withoutReason, vagueReason } = one;
  const figures = [operations, refusals, withheld, records, commercial, withoutReason, vagueReason];
  return [one.subject, one.ori ?? '', ...figures.map(String)];
};

const table = (rows: readonly string[][]): string => {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `  ${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
};
