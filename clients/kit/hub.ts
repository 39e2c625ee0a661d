/**
 * The one way from a page to data: queries by POST, subscriptions by graphql-ws,
 * both with the caller's token and the operation's purpose, case and reason.
 * Nothing is cached: an answer was given for one purpose, at one moment, to one
 * caller, and is shown for no other.
 */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, ServerError } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { OperationTypeNode } from 'graphql';
import { isCalled } from './answer.ts';
import { type Authority, extensionsOf } from './authority.ts';
import { type LiveContext, type LiveState, openLive } from './live.ts';
import type { Session } from './session.ts';
import type { Store } from './store.ts';

declare module '@apollo/client' {
  export namespace ApolloClient {
    export namespace DeclareDefaultOptions {
      interface WatchQuery {
        errorPolicy: 'all';
        fetchPolicy: 'no-cache';
      }
      interface Query {
        errorPolicy: 'all';
        fetchPolicy: 'no-cache';
      }
      interface Mutate {
        errorPolicy: 'all';
        fetchPolicy: 'no-cache';
      }
    }
  }
}

export interface Hub {
  client: ApolloClient;
  /** How the socket of the streams stands. */
  live: Store<LiveState>;
  /** Ends every stream and forgets every answer. */
  close: () => void;
}

/** What an operation of ours may say in its context. */
export interface HubContext extends LiveContext {
  /** For this operation alone; absent: the page's. */
  authority?: Authority;
}

export interface HubOptions {
  session: Session;
  /** The page's purpose, case and reason at the moment. */
  authority: () => Authority;
}

/** Defaults reach queries alone; an event of a stream would be cached, and each one costs more to cache than to show. */
class UncachedClient extends ApolloClient {
  override subscribe: ApolloClient['subscribe'] = (options) =>
    super.subscribe({ ...options, fetchPolicy: 'no-cache', errorPolicy: 'all' });
}

export const openHub = ({ session, authority }: HubOptions): Hub => {
  const live = openLive({
    url: new URL('/graphql', location.origin).href.replace(/^http/, 'ws'),
    token: session.token,
    onTokenEnded: session.end,
    onRevoked: session.revoke,
    anotherToken: session.another,
  });
  const stated = new ApolloLink((operation, forward) => {
    const { authority: own } = operation.getContext() as HubContext;
    // One page serves everybody: what is not there for its reader, a partner say, comes as a null.
    operation.extensions = { unknownFields: 'NULL', ...operation.extensions, ...extensionsOf(own ?? authority()) };
    return forward(operation);
  });
  const signed = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${session.token() ?? ''}` },
  }));
  const refused = new ErrorLink(({ error }) => {
    if (isCalled(error, 'TOKEN_REVOKED')) session.revoke();
    else if (isRefusal(error)) session.end();
  });
  const http = new HttpLink({ uri: '/graphql', credentials: 'omit' });
  const client = new UncachedClient({
    cache: new InMemoryCache(),
    link: stated.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      live.link,
      ApolloLink.from([refused, signed, http]),
    ),
    defaultOptions: {
      query: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
      watchQuery: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
      mutate: { fetchPolicy: 'no-cache', errorPolicy: 'all' },
    },
  });
  return {
    client,
    live: live.state,
    close: () => {
      client.stop();
      live.close();
    },
  };
};

const isRefusal = (error: unknown): boolean =>
  (ServerError.is(error) && error.statusCode === 401) || isCalled(error, 'TOKEN_INVALID');
