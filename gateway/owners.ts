/** Which system answers a root field, and which can be asked for an entity of a type, as the supergraph's join directives say. */
import { type ConstDirectiveNode, type GraphQLSchema, isEnumType, isObjectType, valueFromASTUntyped } from 'graphql';

/** The system behind `Query.field`; undefined where none has it. What every system has bears no directive: any of them will do. */
export const ownerOf = (full: GraphQLSchema, field: string): string | undefined => {
  const type = full.getQueryType();
  const node = type?.getFields()[field]?.astNode;
  if (!node) return undefined;
  const [own] = argumentsOf(node.directives ?? [], 'join__field');
  const [any] = argumentsOf(type?.astNode?.directives ?? [], 'join__type');
  const graph = own?.graph ?? any?.graph;
  return typeof graph === 'string' ? namesOf(full).get(graph) : undefined;
};

/** Systems that resolve a reference to the type by this key. */
export const resolversOf = (full: GraphQLSchema, type: string, key: string): string[] => {
  const names = namesOf(full);
  const found = full.getType(type);
  if (!isObjectType(found)) return [];
  return argumentsOf(found.astNode?.directives ?? [], 'join__type').flatMap(({ graph, key: fields, resolvable }) => {
    const name = typeof graph === 'string' && fields === key && resolvable !== false ? names.get(graph) : undefined;
    return name === undefined ? [] : [name];
  });
};

/** `join__Graph`'s values → the systems' names. */
const namesOf = (full: GraphQLSchema): Map<string, string> => {
  const graphs = full.getType('join__Graph');
  if (!isEnumType(graphs)) return new Map();
  return new Map(
    graphs.getValues().flatMap(({ name, astNode }) => {
      const [graph] = argumentsOf(astNode?.directives ?? [], 'join__graph');
      return typeof graph?.name === 'string' ? [[name, graph.name] as const] : [];
    }),
  );
};

const argumentsOf = (directives: readonly ConstDirectiveNode[], name: string): Record<string, unknown>[] =>
  directives
    .filter((directive) => directive.name.value === name)
    .map(({ arguments: given = [] }) => Object.fromEntries(given.map((one) => [one.name.value, valueFromASTUntyped(one.value)])));
