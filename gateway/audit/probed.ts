/**
 * Which fields under a black label a refused document asked for. To its caller
 * they do not exist, so the refusal is that of a field that does not; whoever
 * keeps watch over the label is to know that somebody tried. Pure.
 */
import { type DocumentNode, type GraphQLSchema, Kind, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Policy } from '../policy.ts';
import { labelsOf } from '../rule.ts';

/** `Person.tip: intel:read`, as denials are written. */
export const probedOf = (
  document: DocumentNode,
  { schema, policy, isBlack }: { schema: GraphQLSchema; policy: Pick<Policy, 'field'>; isBlack: (label: string) => boolean },
): string[] => {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      enter: ({ kind }) => {
        const [parent, field] = [types.getParentType(), types.getFieldDef()];
        if (kind !== Kind.FIELD || !parent || !field || field.name.startsWith('__')) return;
        const labels = labelsOf(policy.field(parent.name, field.name)).filter(isBlack);
        if (labels.length > 0) found.add(`${parent.name}.${field.name}: ${labels.join(', ')}`);
      },
    }),
  );
  return [...found];
};
