/**
 * The bodies of one request. Which of its fetches have something to ask for is
 * known when it runs; the text for each combination is made once. Everything
 * that does not change is in JSON already.
 */
import type { FetchNode } from '@apollo/query-planner';
import { aliasOf, entitiesKey, joined, representationsName } from './document.ts';
import { quote } from './json.ts';

export interface Question {
  query: string;
  operationName: string | undefined;
  /** Up to the variables' own values: `{"query":"…","operationName":"…","variables":{` */
  head: string;
  /** What each member's answer is called, in the order given. */
  keys: string[];
  /** What each member's representations are called. */
  names: string[];
  /** Names of the client's variables that go with it. */
  variables: string[];
}

export interface Asking {
  /** By the members' places in the request, ascending. */
  of: (active: readonly number[]) => Question;
}

/** Combinations that are remembered; conditions and empty lists make few. */
const remembered = 64;

export const askingOf = (members: readonly { fetch: FetchNode }[]): Asking => {
  const known = new Map<string, Question>();
  return {
    of: (active) => {
      const key = active.length === 1 ? String(active[0]) : active.join();
      const found = known.get(key);
      if (found) return found;
      const question = questionOf(active.flatMap((number) => pair(number, members[number]?.fetch)));
      if (known.size < remembered) known.set(key, question);
      return question;
    },
  };
};

const pair = (number: number, fetch: FetchNode | undefined) => (fetch ? [{ number, fetch }] : []);

const questionOf = (members: readonly { number: number; fetch: FetchNode }[]): Question => {
  const [first, another] = members;
  if (!first) throw new Error('A question takes at least one fetch.');
  const query = another ? joined(members) : first.fetch.operation;
  const { operationName } = first.fetch;
  const named = operationName === undefined ? '' : `"operationName":${quote(operationName)},`;
  return {
    query,
    operationName,
    head: `{"query":${quote(query)},${named}"variables":{`,
    keys: another ? members.map(({ number }) => aliasOf(number)) : [entitiesKey],
    names: another ? members.map(({ number }) => aliasOf(number)) : [representationsName],
    variables: [...new Set(members.flatMap(({ fetch }) => fetch.variableUsages ?? []))],
  };
};
