/**
 * A subgraph's answer → into the answer that is being made, in place. What
 * stands there already is overwritten, objects and lists of equal length are
 * merged, as the plan expects.
 */
import { type Entity, own } from './place.ts';

/** `__proto__` is the one name that an assignment does not make a field of. */
const forbidden = '__proto__';

/** With `share` the target takes the source's own objects; else copies, since the source goes to other places too. */
export const merge = (target: Entity, source: Entity, share: boolean): void => {
  for (const key in source) {
    const given = source[key];
    if (given === undefined || key === forbidden) continue;
    if (typeof given !== 'object' || given === null) {
      target[key] = given;
      continue;
    }
    const standing = own(target, key);
    if (standing === given) continue;
    if (isObject(standing) && isObject(given)) merge(standing, given, share);
    else if (Array.isArray(standing) && Array.isArray(given) && standing.length === given.length)
      mergeItems(standing, given, share);
    else target[key] = share ? given : copy(given);
  }
};

const mergeItems = (target: unknown[], source: readonly unknown[], share: boolean): void => {
  for (const [at, given] of source.entries()) {
    const standing = target[at];
    if (standing === given) continue;
    if (isObject(standing) && isObject(given)) merge(standing, given, share);
    else target[at] = share ? given : copy(given);
  }
};

const isObject = (value: unknown): value is Entity => typeof value === 'object' && value !== null && !Array.isArray(value);

export const copy = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(copy);
  if (!isObject(value)) return value;
  const copied: Entity = {};
  merge(copied, value, false);
  return copied;
};
