/** What the gateway and a subgraph say to each other besides GraphQL. */

/** Request header, and key in a subscription's `extensions`, that carries the signed principal. */
export const principalHeader = 'x-hub-principal';

/** Key in a subscription's `extensions`: the cursor to resume behind; it goes before the field's own `after`. */
export const resumeKey = 'x-hub-resume-after';

/**
 * Key in a subscription's `extensions`: true asks for a first result without data that
 * tells the cursor at which the stream begins, so that nothing is lost however soon it breaks.
 */
export const announceKey = 'x-hub-announce';

/** What a subscription's signature is bound to; a request's is bound to its body's bytes. */
export const streamBody = (query: string, variables: unknown): string => JSON.stringify([query, variables ?? {}]);

/** `extensions` of each result of a subgraph's subscription. */
export interface EventExtensions {
  /** Where the stream stands; resuming behind it misses nothing. */
  cursor: string;
  /** The entity that the event is about. */
  key: string;
  /** True where a newer event of the same key makes this one worthless to a slow reader. */
  latest: boolean;
  /** True for the first result, which is no event. */
  opening?: true;
}
