/** Every page of a list, one after the other, handed over as they come. */
import type { ApolloClient, OperationVariables, TypedDocumentNode } from '@apollo/client';
import { type Gap, gapsOf } from '../../../kit/answer.ts';

export interface Connection<Node> {
  nodes: readonly Node[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export interface PagesOptions<Data, Node, Variables extends OperationVariables> {
  client: ApolloClient;
  query: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  read: (data: Data) => Connection<Node> | null;
  onPage: (nodes: readonly Node[]) => void;
  signal: AbortSignal;
}

/** A wall shows no more than this; who needs more than ten thousand rows filters. */
const mostPages = 100;

/** @returns what the pages lacked; reading ends at the first page that is not there. */
export const readPages = async <Data, Node, Variables extends OperationVariables>(
  options: PagesOptions<Data, Node, Variables>,
): Promise<readonly Gap[]> => {
  const { client, query, read, onPage, signal } = options;
  let after: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const variables = { ...options.variables, after } as Variables;
    const { data, error } = await client.query({ query, variables, context: { fetchOptions: { signal } } }).catch(failed);
    if (signal.aborted) return [];
    const connection: Connection<Node> | null = data ? read(data as Data) : null;
    if (connection) onPage(connection.nodes);
    if (!connection?.pageInfo.hasNextPage) return gapsOf(error);
    after = connection.pageInfo.endCursor;
  }
  return [];
};

const failed = (error: unknown): { data: undefined; error: unknown } => ({ data: undefined, error });
