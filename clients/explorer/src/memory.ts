/**
 * GraphiQL's storage, kept in the page's memory. Queries and variables hold
 * names, plates and case numbers; none of that may stay on a workstation.
 */
import type { Storage as GraphiqlStorage } from '@graphiql/toolkit';

export const memoryStorage = (): GraphiqlStorage => {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
    get length() {
      return items.size;
    },
  };
};
