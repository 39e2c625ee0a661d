/** What a system says of itself on the bus. */
export type Change = 'CREATED' | 'UPDATED' | 'REMOVED';

export type SourceState = 'LIVE' | 'STALE' | 'DOWN';

export interface SourceStatus {
  name: string;
  title: string;
  state: SourceState;
  /** ISO 8601; when the source last showed a change. */
  lastEventAt?: string | undefined;
  /** ISO 8601; when this was said. */
  lastSeenAt: string;
  /** From the source's change to the hub seeing it, at the last change. */
  lagSeconds?: number | undefined;
  /** A sentence for people; holds no data from a record. */
  detail?: string | undefined;
}
