/**
 * How a vendor's system fared today, for its console page: counted from the
 * audit record, so there is no second count that could differ. Codes and times,
 * nothing of what was asked or answered. A vendor's own; an administrator of
 * documents sees every system's that registered an operation.
 */
import type { Principal } from '../../schema/principal.ts';
import { manyBy } from '../kit/batch.ts';
import type { Database } from '../kit/database.ts';

export interface Usage {
  requests: number;
  refusals: CodeCount[];
}

export interface CodeCount {
  code: string;
  count: number;
}

export interface OperationError {
  at: Date;
  /** Of a refusal; PARTIAL or FAILED where a system did not answer; why a stream ended. */
  code: string;
  operationName: string | null;
}

export interface UsageReader {
  /** Of all operations, or of those by one name. Since midnight UTC. */
  today: (vendor: string, operationName?: string) => Promise<Usage>;
  /** Of the last seven days, latest first. */
  errors: (vendor: string, most: number) => Promise<OperationError[]>;
}

export interface UsageOptions {
  database: Pick<Database, 'query'>;
  principal: Principal;
  now: () => number;
  /** False until a gateway has made the ledger. */
  auditReady: () => Promise<boolean>;
}

interface Count {
  vendor: string;
  operationName: string | null;
  kind: string;
  code: string | null;
  count: number;
}

const dayMs = 86_400_000;
const errorDays = 7;

export const openUsage = ({ database, principal, now, auditReady }: UsageOptions): UsageReader => {
  const sees = (vendor: string): boolean =>
    principal.grants.includes('hub:documents') || (principal.grants.includes('hub:register') && vendor === principal.subject);
  const counts = manyBy<string, Count>(
    async (vendors) => {
      if (!(await auditReady())) return [];
      return database.query<Count>(
        `SELECT subject AS vendor, operation_name AS "operationName", kind, outcome AS code, count(*)::int AS count
         FROM hub_audit.record
         WHERE subject = ANY($1::text[]) AND at >= $2::timestamptz AND kind IN ('INTENT', 'STREAM_OPENED', 'REFUSED')
         GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 4`,
        [[...vendors], new Date(now() - (now() % dayMs))],
      );
    },
    ({ vendor }) => vendor,
  );
  return {
    today: async (vendor, operationName) => {
      if (!sees(vendor)) return { requests: 0, refusals: [] };
      const all = await counts.load(vendor);
      return usageOf(operationName === undefined ? all : all.filter((count) => count.operationName === operationName));
    },
    errors: async (vendor, most) => {
      if (!sees(vendor) || !(await auditReady())) return [];
      return database.query<OperationError>(
        `SELECT at, outcome AS code, operation_name AS "operationName" FROM hub_audit.record
         WHERE subject = $1 AND at >= $2::timestamptz AND outcome NOT IN ('OK', 'COMPLETED')
         ORDER BY seq DESC LIMIT $3`,
        [vendor, new Date(now() - errorDays * dayMs), most],
      );
    },
  };
};

const usageOf = (counts: readonly Count[]): Usage => {
  const refusals = new Map<string, number>();
  for (const { kind, code, count } of counts)
    if (kind === 'REFUSED' && code) refusals.set(code, (refusals.get(code) ?? 0) + count);
  return {
    requests: counts.reduce((sum, { count }) => sum + count, 0),
    refusals: [...refusals].map(([code, count]) => ({ code, count })),
  };
};
