/** What the hub answers with, before the graph shapes it. */
import type { Page, PageArguments } from '../kit/page.ts';
import type { SourceStatus } from '../kit/status.ts';
import type { Disseminations } from './disseminations.ts';
import type { Documents } from './documents.ts';
import type { Reports } from './reports.ts';
import type { WeeklyReview } from './review.ts';
import type { StandingReader } from './standing.ts';
import type { UsageReader } from './usage.ts';
import type { Workspace } from './workspacefields.ts';

export interface Agency {
  ori: string;
  name: string;
}

/** A system on the status board; one that never reported has not been seen. */
export interface BoardEntry extends Omit<SourceStatus, 'lastSeenAt'> {
  lastSeenAt?: string | undefined;
}

export interface AuditEvent {
  id: string;
  sequence: number;
  at: Date;
  kind: string;
  class: string;
  operationId: string;
  subject: string;
  ori: string | null;
  purpose: string | null;
  caseNumber: string | null;
  reason: string | null;
  operationName: string | null;
  operationType: string | null;
  documentHash: string | null;
  fields: string[];
  denied: string[];
  entities: string[];
  sources: string[];
  durationMs: number | null;
  outcome: string | null;
  sourceAddress: string | null;
  destinationAddress: string | null;
  bytesIn: number | null;
  bytesOut: number | null;
  onBehalfOf: string | null;
  spooledAt: Date | null;
  leafHash: string;
}

export interface AuditFilter {
  subject?: string | null;
  ori?: string | null;
  caseNumber?: string | null;
  purpose?: string | null;
  entity?: string | null;
  plate?: string | null;
  searchedFor?: string | null;
  kinds?: string[] | null;
  from?: Date | null;
  to?: Date | null;
}

export interface HubReader extends AuditReader {
  /** Milliseconds since the epoch, by which certificates are valid or not. */
  nowMs: number;
  agency: (ori: string) => Promise<Agency>;
  sources: () => Promise<BoardEntry[]>;
  source: (id: string) => Promise<BoardEntry | null>;
  documents: Documents;
  usage: UsageReader;
  disseminations: Disseminations;
  /** Revocations and emergencies. */
  standing: StandingReader;
  /** The caller's searches, and the stated case's board. */
  workspace: Workspace;
}

/** Without `hub:audit` everything here is empty. */
export interface AuditReader {
  /** Latest first. */
  auditTrail: (filter: AuditFilter, page: PageArguments) => Promise<Page<AuditEvent>>;
  auditEvent: (id: string) => Promise<AuditEvent | null>;
  /** Denials under a black label, which the trail does not show; latest first. */
  blackLabelDenials: (filter: AuditFilter, page: PageArguments) => Promise<Page<AuditEvent>>;
  disclosureHistory: Reports['disclosures'];
  vagueReasons: Reports['reasons'];
  /** The last whole week where none is named. */
  weeklyReview: (week: string | null) => Promise<WeeklyReview | null>;
}
