/**
 * The objects at a response path, through every list on the way. Where they may
 * be `shared`, the same object at several places (`merge`), it is given once.
 * Where exactly it stands is asked only for an error.
 */

export type Entity = Record<string, unknown>;
export type Place = (string | number)[];

export const objectsAt = (data: Entity, path: readonly string[], shared: boolean): Entity[] => {
  let level: unknown[] = [data];
  for (const key of path) level = key === '@' ? items(level) : fields(level, key);
  return (shared && level.length > 1 ? [...new Set(level)] : level) as Entity[];
};

const items = (lists: readonly unknown[]): unknown[] => {
  const found: unknown[] = [];
  for (const list of lists) if (Array.isArray(list)) for (const item of list) if (isPlace(item)) found.push(item);
  return found;
};

const fields = (objects: readonly unknown[], key: string): unknown[] => {
  const found: unknown[] = [];
  const inherited = key in {};
  for (const object of objects) {
    const value = inherited ? own(object as Entity, key) : (object as Entity)[key];
    if (isPlace(value)) found.push(value);
  }
  return found;
};

const isPlace = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What the object itself holds: a client may call a field `constructor`, which every object has from elsewhere. */
export const own = (object: Entity, key: string): unknown => {
  const value = object[key];
  return value === inherits[key] && value !== undefined && !Object.hasOwn(object, key) ? undefined : value;
};

const inherits: Entity = {};

/** Where each of the objects stands, in the answer's order. */
export const placesOf = (data: Entity, path: readonly string[]): Map<unknown, Place[]> => {
  const places = new Map<unknown, Place[]>();
  const walk = (value: unknown, at: number, place: Place): void => {
    if (!isPlace(value)) return;
    const key = path[at];
    if (key === undefined) places.set(value, [...(places.get(value) ?? []), place]);
    else if (key !== '@') walk(own(value as Entity, key), at + 1, [...place, key]);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, at + 1, [...place, index]);
  };
  walk(data, 0, []);
  return places;
};
