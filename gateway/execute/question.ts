/** What a subgraph is asked: a text made once for the plan, and what this operation asks it of. */
import type { Principal } from '../../schema/principal.ts';
import type { Hop } from '../subgraph.ts';

/** Entities that are asked for, under the name that their list has in the request and the one of what comes for them. */
export interface Listed {
  name: string;
  key: string;
  /** As JSON. */
  representations: readonly string[];
}

export interface Asked {
  query: string;
  operationName: string | undefined;
  /** The request's JSON up to its variables' own values. */
  head: string;
  lists: readonly Listed[];
  /** The client's variables that go with it: `"name":value,…`. */
  others: string;
  principal: Principal;
  signal: AbortSignal | undefined;
  paths: () => (string | number)[][];
}

/**
 * A class, because an accessor in an object literal makes a hidden class of its own for each object,
 * and those keep everything that they reach alive until the next full collection.
 */
export class Question implements Hop {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly head: string;
  readonly lists: readonly Listed[];
  readonly others: string;
  readonly principal: Principal;
  readonly signal: AbortSignal | undefined;
  readonly paths: () => (string | number)[][];

  constructor({ query, operationName, head, lists, others, principal, signal, paths }: Asked) {
    this.query = query;
    this.operationName = operationName;
    this.head = head;
    this.lists = lists;
    this.others = others;
    this.principal = principal;
    this.signal = signal;
    this.paths = paths;
  }

  get body(): string {
    let values = '';
    for (const { name, representations } of this.lists)
      values += `${values === '' ? '' : ','}"${name}":[${representations.join()}]`;
    return `${this.head}${values}${values !== '' && this.others !== '' ? ',' : ''}${this.others}}}`;
  }

  get variables(): Record<string, unknown> {
    return (JSON.parse(this.body) as { variables: Record<string, unknown> }).variables;
  }
}
