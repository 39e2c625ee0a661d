/**
 * What the provider remembers of sign-ins under way: sessions, codes, grants.
 * It lives with the process; access tokens are JWTs and need none of it.
 */

interface Entry {
  payload: Payload;
  expiresAtMs: number;
}

interface Payload {
  uid?: string;
  userCode?: string;
  grantId?: string;
  consumed?: number;
  [key: string]: unknown;
}

const capacity = 10_000;

/** One store a provider; the library asks for an adapter a model, such as `Session`. */
export const createStore = (now: () => number = Date.now) => {
  const entries = new Map<string, Entry>();

  const live = (key: string): Payload | undefined => {
    const entry = entries.get(key);
    if (entry && entry.expiresAtMs > now()) return entry.payload;
    entries.delete(key);
    return undefined;
  };

  const keep = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
    // Full: what was written longest ago goes. Whoever was signing in then starts again.
    for (const oldest of entries.keys()) {
      if (entries.size <= capacity) break;
      entries.delete(oldest);
    }
  };

  return (model: string) => {
    const keyOf = (id: string): string => `${model}:${id}`;
    const findBy = async (matches: (payload: Payload) => boolean): Promise<Payload | undefined> => {
      for (const [key, { payload }] of entries) if (key.startsWith(keyOf('')) && matches(payload)) return live(key);
      return undefined;
    };
    return {
      upsert: async (id: string, payload: Payload, expiresInSeconds?: number) =>
        keep(keyOf(id), { payload, expiresAtMs: expiresInSeconds ? now() + expiresInSeconds * 1000 : Number.POSITIVE_INFINITY }),
      find: async (id: string) => live(keyOf(id)),
      findByUid: (uid: string) => findBy((payload) => payload.uid === uid),
      findByUserCode: (userCode: string) => findBy((payload) => payload.userCode === userCode),
      consume: async (id: string) => {
        const payload = live(keyOf(id));
        if (payload) payload.consumed = Math.floor(now() / 1000);
      },
      destroy: async (id: string) => {
        entries.delete(keyOf(id));
      },
      revokeByGrantId: async (grantId: string) => {
        for (const [key, { payload }] of entries)
          if (key.startsWith(keyOf('')) && payload.grantId === grantId) entries.delete(key);
      },
    };
  };
};
