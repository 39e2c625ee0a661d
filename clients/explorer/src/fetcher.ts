/**
 * How GraphiQL reaches the hub: queries over HTTP, subscriptions over
 * graphql-ws, both with the caller's token and with the operation's
 * `extensions` (purpose, case number, reason), which access rules read.
 */
import type { Fetcher, FetcherReturnType } from '@graphiql/toolkit';
import { type DocumentNode, type FormattedExecutionResult, getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

export interface Authority {
  token: string;
  purpose: string;
  caseNumber: string;
  reason: string;
}

export interface HubFetcher {
  fetcher: Fetcher;
  /** Closes the socket and with it every stream. */
  dispose: () => void;
}

export const hubFetcher = (endpoint: URL, authority: () => Authority): HubFetcher => {
  const socket = createClient({
    url: endpoint.href.replace(/^http/, 'ws'),
    lazy: true,
    retryAttempts: 0,
    connectionParams: () => ({ ...authorization(authority()) }),
  });
  const fetcher: Fetcher = ({ query, variables, operationName: name }) => {
    const { operationName, subscription } = choose(query, name);
    const request = {
      query,
      operationName,
      variables: variables as Record<string, unknown>,
      extensions: extensionsOf(authority()),
    };
    // GraphiQL's types ask for errors as objects of the server's class; what travels, and what it shows, is their JSON.
    return (subscription ? stream(socket.iterate(request)) : post(endpoint, request, authority())) as FetcherReturnType;
  };
  return { fetcher, dispose: () => void socket.dispose() };
};

const post = async (endpoint: URL, request: object, authority: Authority): Promise<FormattedExecutionResult> => {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...authorization(authority) },
    body: JSON.stringify(request),
    credentials: 'omit',
  });
  return response.json();
};

/** A closed socket rejects with a close event, which says nothing when it is printed: its code and reason do. */
async function* stream(events: AsyncIterableIterator<FormattedExecutionResult>): AsyncGenerator<FormattedExecutionResult> {
  try {
    yield* events;
  } catch (cause) {
    if (cause instanceof CloseEvent) throw new Error(`The hub closed the stream: ${cause.code} ${cause.reason}`.trim());
    throw cause;
  }
}

const authorization = ({ token }: Authority): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

export const extensionsOf = ({ purpose, caseNumber, reason }: Authority): Record<string, string> =>
  Object.fromEntries(Object.entries({ purpose, caseNumber, reason }).filter(([, value]) => value !== ''));

export interface Chosen {
  operationName: string | undefined;
  subscription: boolean;
}

/**
 * Which operation of the document runs. GraphiQL learns the name some time after
 * the text was typed, so a name that the document lacks means its only operation.
 */
export const choose = (query: string, operationName?: string | null): Chosen => {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch {
    return { operationName: operationName ?? undefined, subscription: false }; // The hub says what is wrong with it.
  }
  const named = operationName ? getOperationAST(document, operationName) : undefined;
  const chosen = named ?? getOperationAST(document);
  return {
    operationName: chosen ? chosen.name?.value : (operationName ?? undefined),
    subscription: chosen?.operation === 'subscription',
  };
};
