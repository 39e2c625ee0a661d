/**
 * Names that clash. A subgraph answers one value under one name, but an operation
 * and its plan may want two there:
 *
 * - a client calls one field by another's name (`upc: name`), and the plan needs the other;
 * - a client reads `comments(limit: 1)`, and another field requires `comments(limit: 3)`.
 *
 * So such fields are planned under an alias of ours, and called what the client
 * called them when the answer is written.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { requiredWithArguments } from './require.ts';

const prefix = '__hub_as_';

/** What the client calls a field that is planned under another name. */
export const clientKey = (key: string): string => (key.startsWith(prefix) ? key.slice(prefix.length) : key);

export interface Planning {
  /** The operation as it is planned. */
  document: DocumentNode;
  /** What a response key of the client is called there. */
  planned: (key: string) => string;
}

/** The same key is renamed wherever it stands, so what merged before merges still. */
export const withoutClashes = (document: DocumentNode, full: GraphQLSchema, api: GraphQLSchema): Planning => {
  const clashing = clashesIn(document, full, api);
  if (clashing.size === 0) return { document, planned: (key) => key };
  const planned = (key: string): string => (clashing.has(key) ? prefix + key : key);
  return {
    planned,
    document: visit(document, {
      [Kind.FIELD]: (node) => {
        const key = node.alias?.value ?? node.name.value;
        return clashing.has(key) ? { ...node, alias: { kind: Kind.NAME, value: prefix + key } } : undefined;
      },
    }),
  };
};

const clashesIn = (document: DocumentNode, full: GraphQLSchema, api: GraphQLSchema): Set<string> => {
  const clashing = new Set<string>();
  const types = new TypeInfo(api);
  const required = requiredWithArguments(full);
  const look = (node: FieldNode): void => {
    const parent = types.getParentType();
    const key = node.alias?.value ?? node.name.value;
    if (key.startsWith('__') || !parent || parent.name.startsWith('__')) return;
    const called = key !== node.name.value && hasField(parent, key, full);
    if (called || (node.arguments?.length && required.has(node.name.value))) clashing.add(key);
  };
  visit(document, visitWithTypeInfo(types, { [Kind.FIELD]: look }));
  return clashing;
};

const hasField = (type: GraphQLCompositeType, name: string, full: GraphQLSchema): boolean => {
  const known = full.getType(type.name);
  if (!isCompositeType(known)) return false;
  const all = isAbstractType(known) ? [known, ...full.getPossibleTypes(known)] : [known];
  return all.some((one) => (isObjectType(one) || isInterfaceType(one)) && name in one.getFields());
};
