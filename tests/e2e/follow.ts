/** A subscription as a test looks at it: what has come so far, and how it ended. */
import type { Client } from 'graphql-ws';
import type { Answer } from '../federation/harness.ts';
import { until } from './setup.ts';

export interface Followed<Event> {
  /** The field's values, in the order in which they came. */
  events: Event[];
  /** Codes of the errors that came with events or ended the stream. */
  codes: string[];
  ended: () => boolean;
  /** Until so many events are there, or those that came suffice. */
  enough: (what: string, suffices: (events: Event[]) => boolean) => Promise<Event[]>;
}

export const follow = <Event>(client: Client, query: string, variables: Record<string, unknown> = {}): Followed<Event> => {
  const [events, codes]: [Event[], string[]] = [[], []];
  let ended = false;
  const read = async (): Promise<void> => {
    for await (const result of client.iterate({ query, variables })) {
      const { data, errors = [] } = result as Answer;
      for (const { extensions } of errors) codes.push(String(extensions.code));
      const [event] = Object.values(data ?? {});
      if (event) events.push(event as Event);
    }
  };
  const end = (): void => {
    ended = true;
  };
  read().then(end, end); // A socket that closes ends the iteration by throwing; its code is told to the client's owner.
  return {
    ...{ events, codes, ended: () => ended },
    enough: async (what, suffices) => {
      await until(what, () => ended || suffices(events), 45_000);
      return events;
    },
  };
};
