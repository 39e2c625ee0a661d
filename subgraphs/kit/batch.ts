/**
 * Edges in bulk. A resolver asks for one thing; all that a request asks for in
 * one tick becomes one read of the source. Loaders live for one request.
 */
import DataLoader from 'dataloader';

/** One row a key; keys that have none give null. */
export const oneBy = <Key extends string, Row>(
  read: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row | null> =>
  new DataLoader<Key, Row | null>(async (keys) => {
    const rows = new Map((await read(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });

/** The rows of each key, in the order read. */
export const manyBy = <Key extends string, Row>(
  read: (keys: readonly Key[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
): DataLoader<Key, Row[]> =>
  new DataLoader<Key, Row[]>(async (keys) => {
    const groups = new Map<Key, Row[]>();
    for (const row of await read(keys)) {
      const group = groups.get(keyOf(row));
      if (group) group.push(row);
      else groups.set(keyOf(row), [row]);
    }
    return keys.map((key) => groups.get(key) ?? []);
  });

/**
 * For edges with arguments: one loader for each distinct set of arguments, so
 * that `first: 4` of a hundred parents is still one read.
 */
export const perArguments = <Arguments extends object, Key extends string, Value>(
  make: (args: Arguments) => DataLoader<Key, Value>,
): ((args: Arguments) => DataLoader<Key, Value>) => {
  const loaders = new Map<string, DataLoader<Key, Value>>();
  return (args) => {
    const name = JSON.stringify(args);
    const loader = loaders.get(name) ?? make(args);
    loaders.set(name, loader);
    return loader;
  };
};
