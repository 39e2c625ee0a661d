/** What `hub documents …` does: the same mutations and queries that any client sends, with the caller's own token. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ask, type Place } from './asking.ts';
import { ExpectedError } from './expected.ts';

const fields = 'id hash vendor name operationName state requestsToday limits { requestsPerMinute cost streams }';

const operationSchema = z.object({
  id: z.string(),
  hash: z.string(),
  vendor: z.string(),
  name: z.string(),
  operationName: z.string(),
  state: z.string(),
  requestsToday: z.number(),
  limits: z.object({ requestsPerMinute: z.number(), cost: z.number(), streams: z.number() }).nullable(),
});
type Operation = z.infer<typeof operationSchema>;

export const register = async ({
  file,
  name,
  note,
  ...place
}: Place & { file: string; name: string; note?: string }): Promise<string> => {
  const variables = { document: read(file), name, note };
  const query = `mutation Register($document: String!, $name: String!, $note: String) {
    registered: registerOperation(document: $document, name: $name, note: $note) { ${fields} } }`;
  return lineOf(operationSchema.parse((await ask(place, query, variables)).registered));
};

export interface Approval extends Place {
  id: string;
  perMinute: number;
  cost: number;
  streams: number;
}

export const approve = async ({ id, perMinute, cost, streams, ...place }: Approval): Promise<string> => {
  const query = `mutation Approve($id: ID!, $limits: OperationLimitsInput!) { approved: approveOperation(id: $id, limits: $limits) { ${fields} } }`;
  const limits = { requestsPerMinute: perMinute, cost, streams };
  return lineOf(operationSchema.parse((await ask(place, query, { id, limits })).approved));
};

export const revoke = async ({ id, reason, ...place }: Place & { id: string; reason: string }): Promise<string> => {
  const query = `mutation Revoke($id: ID!, $reason: String!) { revoked: revokeOperation(id: $id, reason: $reason) { ${fields} } }`;
  return lineOf(operationSchema.parse((await ask(place, query, { id, reason })).revoked));
};

export const list = async ({ own, ...place }: Place & { own?: boolean }): Promise<string> => {
  const page = z.object({
    nodes: z.array(operationSchema),
    pageInfo: z.object({ endCursor: z.string().nullable(), hasNextPage: z.boolean() }),
  });
  const lines: string[] = [];
  for (let after: string | null = null; ; ) {
    const query = `query Operations($after: String) {
      page: ${own ? 'myOperations' : 'operations'}(first: 100, after: $after) { nodes { ${fields} } pageInfo { endCursor hasNextPage } } }`;
    const { nodes, pageInfo } = page.parse((await ask(place, query, { after })).page);
    lines.push(...nodes.map(lineOf));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) return lines.length > 0 ? lines.join('\n') : 'No operation is registered.';
  }
};

const lineOf = ({ id, hash, vendor, name, operationName, state, requestsToday, limits }: Operation): string => {
  const may = limits ? `${limits.requestsPerMinute}/min, cost ${limits.cost}, ${limits.streams} streams` : 'no limits yet';
  return `${id}  ${state.padEnd(8)}  ${vendor}  ${operationName} (${name})  ${requestsToday} today, ${may}  ${hash}`;
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ExpectedError(`${file} cannot be read.`);
  }
};
