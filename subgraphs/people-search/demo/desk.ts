/**
 * What both stand-in vendors do behind their wire: book each search once for
 * its reference code, count requests against the contract's limit, and fail on
 * demand in the ways that real ones fail.
 */
import type { ServerResponse } from 'node:http';
import { personsFor, type Question, type SyntheticPerson } from './persons.ts';

export type Fault =
  /** HTTP 503 at every address, health and tokens too; nothing is booked. */
  | 'down'
  /** The search is booked, then answered with HTTP 500. */
  | 'error'
  /** Booked, then the connection is cut. */
  | 'hangup'
  /** Booked, then nothing comes until the caller gives up. */
  | 'slow'
  /** Refused with HTTP 429 and Retry-After, not booked. */
  | 'throttle'
  /** Booked, then answered with text that breaks off. */
  | 'malformed'
  /** Booked, then answered with entities that expand a billionfold, or arrays nested as deep. */
  | 'bomb'
  /** Booked, then answered with 100 MB. */
  | 'huge'
  /** Booked, then answered with other types than the vendor documents. */
  | 'types'
  /** Booked, then answered with `__proto__` and `constructor` among the keys. */
  | 'proto'
  /** Answered, and then every access token is revoked (PeopleLink alone). */
  | 'expire';

export interface Bill {
  vendor: string;
  referenceCode: string;
  chargedCents: number;
  dppa: number;
  glb: number;
  ssnMask: string;
}

export interface Search {
  referenceCode: string;
  dppa: number;
  glb: number;
  ssnMask: string;
  question: Question;
}

export interface Booking {
  persons: SyntheticPerson[];
  chargedCents: number;
}

export interface Desk {
  /** Books a search, once for its reference code; undefined where the code was used for another question. */
  book: (search: Search) => Booking | undefined;
  bills: () => Bill[];
  /** Requests that reached the desk, refused ones too. */
  requests: () => number;
  /** Counts a request; the answer is the seconds to stay away, where the limit is used up. */
  admit: () => number | undefined;
  fail: (fault: Fault | undefined, times?: number) => void;
  isDown: () => boolean;
  /** The fault of this request, if any: each counts as one of `times`. */
  fault: () => Fault | undefined;
}

export interface DeskOptions {
  vendor: string;
  /** For a search that finds something; one that finds nothing costs a tenth. */
  priceCents: number;
  perMinute: number;
  retryAfterSeconds: number;
}

export const openDesk = ({ vendor, priceCents, perMinute, retryAfterSeconds }: DeskOptions): Desk => {
  const booked = new Map<string, { question: string; booking: Booking; bill: Bill }>();
  let recent: number[] = [];
  let seen = 0;
  let failing: { fault: Fault; left: number } | undefined;
  return {
    book: ({ referenceCode, dppa, glb, ssnMask, question }) => {
      const asked = JSON.stringify([question, dppa, glb, ssnMask]);
      const held = booked.get(referenceCode);
      if (held) return held.question === asked ? held.booking : undefined;
      const persons = personsFor(question);
      const chargedCents = persons.length > 0 ? priceCents : Math.round(priceCents / 10);
      const booking = { persons, chargedCents };
      booked.set(referenceCode, { question: asked, booking, bill: { vendor, referenceCode, chargedCents, dppa, glb, ssnMask } });
      return booking;
    },
    bills: () => [...booked.values()].map(({ bill }) => bill),
    requests: () => seen,
    admit: () => {
      seen += 1;
      const now = Date.now();
      recent = recent.filter((at) => at > now - 60_000);
      if (failing?.fault === 'throttle' || recent.length >= perMinute) return retryAfterSeconds;
      recent.push(now);
      return undefined;
    },
    fail: (fault, times = Number.POSITIVE_INFINITY) => {
      failing = fault && { fault, left: times };
    },
    isDown: () => failing?.fault === 'down',
    fault: () => {
      const current = failing?.fault;
      if (failing) failing.left -= 1;
      if (failing && failing.left <= 0) failing = undefined;
      return current;
    },
  };
};

/** Sends spaces until the caller has had enough, 100 MB at the most. */
export const sendHuge = (response: ServerResponse, start: string): void => {
  const chunk = ' '.repeat(1_000_000);
  let left = 100;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(chunk)) return;
    }
    if (!response.destroyed) response.end();
  };
  response.on('drain', more);
  response.write(start);
  more();
};
