/**
 * The planner's rewrites of data: a key renamed, or a value set, at a path whose
 * elements are fields and type conditions (`... on Book`). Representations get
 * them before they are sent, entities when they have come.
 */
import type { FetchDataRewrite } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import { type Entity, own } from './place.ts';
import { isOfType } from './types.ts';

export type Rewrite = (value: unknown) => void;

const condition = '... on ';

export const rewriteOf = (rewrites: readonly FetchDataRewrite[] | undefined, schema: GraphQLSchema): Rewrite | undefined => {
  if (!rewrites?.length) return undefined;
  const all = rewrites.map((rewrite) => one(rewrite, schema));
  return (value) => {
    for (const apply of all) apply(value);
  };
};

const one = (rewrite: FetchDataRewrite, schema: GraphQLSchema): Rewrite => {
  const last = rewrite.path.at(-1) ?? '';
  let apply: Rewrite = (value) => change(value as Entity, last, rewrite);
  for (const step of rewrite.path.slice(0, -1).reverse()) {
    const inner = each(apply);
    if (step.startsWith(condition)) {
      const type = step.slice(condition.length);
      apply = (value) => isOfType(schema, value as Entity, type, true) && inner(value);
    } else apply = (value) => inner(own(value as Entity, step));
  }
  return each(apply);
};

const each = (apply: Rewrite): Rewrite => {
  const through: Rewrite = (value) => {
    if (Array.isArray(value)) for (const item of value) through(item);
    else if (typeof value === 'object' && value !== null) apply(value);
  };
  return through;
};

const change = (object: Entity, key: string, rewrite: FetchDataRewrite): void => {
  if (rewrite.kind === 'ValueSetter') {
    object[key] = rewrite.setValueTo;
    return;
  }
  const value = own(object, key);
  if (value === undefined) return;
  object[rewrite.renameKeyTo] = value;
  object[key] = undefined; // Where a later rewrite or a merge looks it is not there, and an entity's shape stays as it is.
};
