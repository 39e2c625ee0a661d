/**
 * `@reads`: which fields an argument reads. A filter, a sort or a search by a
 * field tells its value bit by bit, so it is as protected as the field; only the
 * schema can say which fields those are. A graph that states access rules does not
 * compose while an argument leaves it open.
 *
 * Said of an argument or an input field, it covers everything below. Of an order
 * it is said of each value of its enum. It need not be said of what reads nothing
 * by its nature: where a page begins and ends, and the key of what the field gives,
 * where that key has no rule of its own. Nor of a mutation's arguments, which are
 * what is written, nor of fields that no client sees.
 */
import {
  type ASTNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  type InputValueDefinitionNode,
  Kind,
  parse,
  type TypeDefinitionNode,
  type TypeNode,
  valueFromASTUntyped,
} from 'graphql';

interface SubgraphDocument {
  name: string;
  typeDefs: DocumentNode;
}

const paging = new Set(['first', 'last', 'after', 'before']);
const rules = /^https:\/\/specs\.apollo\.dev\/(authenticated|requiresScopes|policy)\//;
const readsSpec = /\/reads\/v\d+\.\d+$/;
/** Whatever else stands on a key is taken for a rule. */
const noRule = /^(join__\w+|tag|deprecated|cost|listSize)$/;

interface Graph {
  types: ReadonlyMap<string, TypeDefinitionNode>;
  /** The name that `@reads` goes by. */
  reads: string;
  /** Type of the mutations: their arguments are what is written. */
  mutation: string | undefined;
}

/** What is left unsaid, and what is said of fields that there are not, each with the places where subgraphs declare it. */
export const faultsInReads = (supergraphSdl: string, subgraphs: readonly SubgraphDocument[]): GraphQLError[] => {
  const document = parse(supergraphSdl);
  const links = linksOf(document);
  if (!links.some(({ url }) => rules.test(url))) return [];
  const types = new Map(
    document.definitions.flatMap((node) =>
      'name' in node && 'directives' in node && isType(node) ? [[node.name.value, node] as const] : [],
    ),
  );
  const graph: Graph = {
    types,
    reads: links.find(({ url }) => readsSpec.test(url))?.as ?? 'reads',
    mutation: mutationOf(document),
  };
  const faults = new Map([...unsaid(graph), ...unknown(graph)]);
  return [...faults].map(([coordinate, message]) => new GraphQLError(message, { nodes: declarationsOf(coordinate, subgraphs) }));
};

const isType = (node: ASTNode): node is TypeDefinitionNode => node.kind.endsWith('TypeDefinition');

const linksOf = ({ definitions }: DocumentNode): { url: string; as: string | undefined }[] =>
  definitions.flatMap((node) =>
    node.kind !== Kind.SCHEMA_DEFINITION
      ? []
      : (node.directives ?? []).flatMap((link) => {
          const {
            url,
            as,
            import: imported,
          } = argumentsOf(link) as { url?: string; as?: string; import?: (string | { as?: string })[] };
          const [first] = imported ?? [];
          const renamed = typeof first === 'object' ? first.as?.slice(1) : undefined;
          return url === undefined ? [] : [{ url, as: renamed ?? (first ? undefined : as) }];
        }),
  );

const mutationOf = ({ definitions }: DocumentNode): string | undefined =>
  definitions
    .flatMap((node) => (node.kind === Kind.SCHEMA_DEFINITION ? node.operationTypes : []))
    .find(({ operation }) => operation === 'mutation')?.type.name.value;

/** Coordinate → what is wrong. */
type Faults = [coordinate: string, message: string][];

const unsaid = (graph: Graph): Faults =>
  [...fieldsOf(graph)].flatMap(([type, field]) =>
    (field.arguments ?? [])
      .filter((argument) => !isByNature(argument, field, graph))
      .flatMap((argument) => unsaidBelow(argument, `${type}.${field.name.value}(${argument.name.value}:)`, graph, new Set())),
  );

/** Fields that clients see, of all but the types of the federation itself. */
function* fieldsOf({ types, mutation }: Graph): Generator<[type: string, field: FieldDefinitionNode]> {
  for (const type of types.values()) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    if (type.name.value === mutation) continue;
    for (const field of type.fields ?? [])
      if (![...(type.directives ?? []), ...(field.directives ?? [])].some(({ name }) => name.value === 'inaccessible'))
        yield [type.name.value, field];
  }
}

const unsaidBelow = (node: InputValueDefinitionNode, coordinate: string, graph: Graph, above: ReadonlySet<string>): Faults => {
  if (saidOf(node.directives, graph)) return [];
  const name = nameOf(node.type);
  const type = graph.types.get(name);
  if (above.has(name)) return [];
  if (type?.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
    return (type.fields ?? []).flatMap((field) =>
      unsaidBelow(field, `${name}.${field.name.value}`, graph, new Set([...above, name])),
    );
  if (type?.kind === Kind.ENUM_TYPE_DEFINITION && (type.values ?? []).every(({ directives }) => saidOf(directives, graph)))
    return [];
  return [[coordinate, `"${coordinate}" does not say which fields it reads: @reads(fields: ["Type.field"]), or [] for none.`]];
};

const isByNature = (argument: InputValueDefinitionNode, field: FieldDefinitionNode, { types }: Graph): boolean => {
  const name = argument.name.value;
  if (paging.has(name)) return true;
  const given = types.get(nameOf(field.type));
  const key = given && 'fields' in given ? (given.fields ?? []).find((one) => one.name.value === name) : undefined;
  return isKey(given, name) && key !== undefined && (key.directives ?? []).every((one) => noRule.test(one.name.value));
};

const isKey = (type: TypeDefinitionNode | undefined, field: string): boolean =>
  (type?.directives ?? []).some((directive) => directive.name.value === 'join__type' && argumentsOf(directive).key === field);

/** Fields that `@reads` names and that there are not: a misspelled one would protect nothing. */
const unknown = (graph: Graph): Faults => {
  const faults: Faults = [];
  const look = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    for (const field of saidOf(directives, graph) ?? [])
      if (!isField(field, graph)) faults.push([coordinate, `"${coordinate}" says that it reads "${field}", which there is not.`]);
  };
  for (const type of graph.types.values()) {
    if (type.kind === Kind.ENUM_TYPE_DEFINITION)
      for (const value of type.values ?? []) look(`${type.name.value}.${value.name.value}`, value.directives);
    if (!('fields' in type)) continue;
    for (const field of type.fields ?? []) {
      const at = `${type.name.value}.${field.name.value}`;
      if (!('arguments' in field)) look(at, field.directives);
      else for (const argument of field.arguments ?? []) look(`${at}(${argument.name.value}:)`, argument.directives);
    }
  }
  return faults;
};

/** `Type.field`, and on from what it gives. */
const isField = (path: string, { types }: Graph): boolean => {
  const [root = '', ...names] = path.split('.');
  let type = types.get(root);
  for (const name of names) {
    const field = type && 'fields' in type ? (type.fields ?? []).find((one) => one.name.value === name) : undefined;
    if (!field) return false;
    type = types.get(nameOf(field.type));
  }
  return names.length > 0;
};

/** Undefined: nothing is said. */
const saidOf = (directives: readonly ConstDirectiveNode[] = [], { reads }: Graph): string[] | undefined => {
  const said = directives.filter(({ name }) => name.value === reads);
  return said.length === 0 ? undefined : said.flatMap((one) => argumentsOf(one).fields as string[]);
};

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

const argumentsOf = (directive: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

/** Where subgraphs declare `Type.field(argument:)` or `Type.field`. */
const declarationsOf = (coordinate: string, subgraphs: readonly SubgraphDocument[]): ASTNode[] => {
  const [, type, member, argument] = /^(\w+)\.(\w+)(?:\((\w+):\))?$/.exec(coordinate) ?? [];
  const named = <Node extends { name: { value: string } }>(nodes: readonly Node[] = [], name: string | undefined): Node[] =>
    nodes.filter((node) => node.name.value === name);
  return subgraphs.flatMap(({ typeDefs }) =>
    typeDefs.definitions.flatMap((node): ASTNode[] => {
      if (!('name' in node) || node.name?.value !== type) return [];
      if ('values' in node) return named(node.values, member);
      if (!('fields' in node)) return [];
      const fields = named<FieldDefinitionNode | InputValueDefinitionNode>(node.fields, member);
      return argument ? fields.flatMap((field) => ('arguments' in field ? named(field.arguments, argument) : [])) : fields;
    }),
  );
};
