/** Field → reader, for vendors' documents and for releases outside. Nothing is decided here. */
import type { PageArguments } from '../kit/page.ts';
import type { Context } from '../kit/system.ts';
import { type Dissemination, type DisseminationFilter, isIntact, type NewDissemination } from './disseminations.ts';
import type { NewOperation, OperationFilter, OperationLimits, RegisteredOperation } from './documents.ts';
import type { HubReader } from './reader.ts';

type Hub = Context<HubReader>;

const errorsAtMost = 100;

const Query = {
  myOperations: (_root: unknown, page: PageArguments, { read }: Hub) => read.documents.mine(page),
  operations: (_root: unknown, { filter, ...page }: PageArguments & { filter?: OperationFilter | null }, { read }: Hub) =>
    read.documents.all(filter ?? {}, page),
  trustedDocument: (_root: unknown, { hash }: { hash: string }, { read }: Hub) => read.documents.trusted(hash),
  disseminations: (_root: unknown, { filter, ...page }: PageArguments & { filter?: DisseminationFilter | null }, { read }: Hub) =>
    read.disseminations.page(filter ?? {}, page),
};

const Mutation = {
  registerOperation: (_root: unknown, operation: NewOperation, { read }: Hub) => read.documents.register(operation),
  approveOperation: (_root: unknown, { id, limits }: { id: string; limits: OperationLimits }, { read }: Hub) =>
    read.documents.approve(id, limits),
  revokeOperation: (_root: unknown, { id, reason }: { id: string; reason: string }, { read }: Hub) =>
    read.documents.revoke(id, reason),
  limitVendor: (_root: unknown, { vendor, limits }: { vendor: string; limits: OperationLimits }, { read }: Hub) =>
    read.documents.limitVendor(vendor, limits),
  recordDissemination: (_root: unknown, { input }: { input: NewDissemination }, { read }: Hub) =>
    read.disseminations.record(input),
};

const types = {
  RegisteredOperation: {
    __resolveReference: ({ id }: { id: string }, { read }: Hub) => read.documents.one(id),
    requestsToday: async ({ vendor, operationName }: RegisteredOperation, _args: unknown, { read }: Hub) =>
      (await read.usage.today(vendor, operationName)).requests,
    refusalsToday: async ({ vendor, operationName }: RegisteredOperation, _args: unknown, { read }: Hub) =>
      (await read.usage.today(vendor, operationName)).refusals,
  },
  MyOperationConnection: {
    limits: (_page: unknown, _args: unknown, { read, principal }: Hub) => read.documents.vendorLimits(principal.subject),
    requestsToday: async (_page: unknown, _args: unknown, { read, principal }: Hub) =>
      (await read.usage.today(principal.subject)).requests,
    refusalsToday: async (_page: unknown, _args: unknown, { read, principal }: Hub) =>
      (await read.usage.today(principal.subject)).refusals,
    recentErrors: (_page: unknown, { first }: { first?: number | null }, { read, principal }: Hub) =>
      read.usage.errors(principal.subject, Math.max(0, Math.min(first ?? 20, errorsAtMost))),
  },
  Dissemination: {
    __resolveReference: ({ id }: { id: string }, { read }: Hub) => read.disseminations.one(id),
    agency: ({ ori }: Dissemination, _args: unknown, { read }: Hub) => read.agency(ori),
    recipient: ({ recipientAgency, recipientOri, recipientRole }: Dissemination) => ({
      agency: recipientAgency,
      ori: recipientOri,
      role: recipientRole,
    }),
    intact: isIntact,
  },
};

export const partners = { Query, Mutation, types };
