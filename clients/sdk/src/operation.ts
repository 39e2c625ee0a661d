/**
 * An operation is its text. The hub approves texts byte for byte and knows them by
 * their hash, so the kit never reprints one: what is registered is what is run.
 */

declare const types: unique symbol;

/** A document with one named operation, and what it answers and takes. */
export interface Operation<Data, Variables> {
  readonly text: string;
  readonly [types]?: (variables: Variables) => Data;
}

/** What `graphql-codegen` makes with `documentMode: 'string'`; its type says the same. */
export interface GeneratedOperation<Data, Variables> {
  toString: () => string;
  __apiType?: ((variables: Variables) => Data) | undefined;
}

export type AnyOperation<Data, Variables> = Operation<Data, Variables> | GeneratedOperation<Data, Variables>;

/** Types for a text: `operation<{ units: UnitConnection | null }, { first?: number }>(text)`. */
export const operation = <Data, Variables = Record<string, never>>(text: string): Operation<Data, Variables> => ({ text });

export const textOf = (asked: AnyOperation<never, never> | AnyOperation<unknown, never>): string =>
  'text' in asked ? asked.text : asked.toString();

const hashes = new Map<string, Promise<string>>();

/** SHA-256 of the UTF-8 text, in hexadecimal: what the hub calls it by. A program has few operations; each is kept. */
export const hashOf = (text: string): Promise<string> => {
  const found = hashes.get(text) ?? digest(text);
  hashes.set(text, found);
  return found;
};

const digest = async (text: string): Promise<string> => {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
};
