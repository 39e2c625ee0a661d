/** Entities by their first key that is one plain field clients can see: what the audit calls them by. */
import { type GraphQLSchema, getNullableType, isCompositeType, isObjectType, Kind } from 'graphql';

/** Type name → key field. */
export const keysOf = (full: GraphQLSchema, api: GraphQLSchema): Map<string, string> => {
  const keys = new Map<string, string>();
  for (const type of Object.values(api.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const directive of full.getType(type.name)?.astNode?.directives ?? []) {
      const argument = directive.arguments?.find(({ name }) => name.value === 'key')?.value;
      if (directive.name.value !== 'join__type' || argument?.kind !== Kind.STRING) continue;
      const field = /^\w+$/.test(argument.value.trim()) ? type.getFields()[argument.value.trim()] : undefined;
      if (field && !isCompositeType(getNullableType(field.type)) && !keys.has(type.name)) keys.set(type.name, field.name);
    }
  }
  return keys;
};
