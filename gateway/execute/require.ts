/**
 * Fields that `@requires` reads with arguments. Apollo's planner keeps one value
 * for a field at a place: where two fields require it with different arguments,
 * it asks with one of them and tells nobody. Such an operation is refused.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { HubError } from '../../schema/errors.ts';

interface Required {
  /** Names of the fields that are read with arguments. */
  names: ReadonlySet<string>;
  /** By coordinate: for each path below the object, the arguments. */
  at: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

export const requiredWithArguments = (full: GraphQLSchema): ReadonlySet<string> => requiredIn(full).names;

/** Throws PLAN_FAILED where two fields at one place require one field with different arguments. */
export const refuseContradiction = (document: DocumentNode, full: GraphQLSchema, api: GraphQLSchema): void => {
  const { at } = requiredIn(full);
  if (at.size === 0) return;
  const types = new TypeInfo(api);
  const found = new Map<string, string>();
  const place: string[] = [];
  const look = (node: FieldNode): void => {
    for (const type of typesOf(types.getParentType()?.name, full))
      for (const [path, given] of at.get(`${type}.${node.name.value}`) ?? []) {
        const key = [...place, path].join('.');
        if ((found.get(key) ?? given) !== given) throw contradiction();
        found.set(key, given);
      }
  };
  const enter = (node: FieldNode): void => {
    look(node);
    place.push(node.alias?.value ?? node.name.value);
  };
  visit(document, visitWithTypeInfo(types, { [Kind.FIELD]: { enter, leave: () => void place.pop() } }));
};

const contradiction = (): HubError =>
  new HubError('PLAN_FAILED', {
    message: 'Two fields of one object are computed from a third with different arguments: ask for them in two operations.',
  });

const typesOf = (name: string | undefined, full: GraphQLSchema): string[] => {
  const type = name === undefined ? undefined : full.getType(name);
  if (!isCompositeType(type)) return [];
  return isAbstractType(type) ? [type.name, ...full.getPossibleTypes(type).map((one) => one.name)] : [type.name];
};

const known = new WeakMap<GraphQLSchema, Required>();

const requiredIn = (full: GraphQLSchema): Required => {
  const found = known.get(full);
  if (found) return found;
  const names = new Set<string>();
  const at = new Map<string, Map<string, string>>();
  for (const type of Object.values(full.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields()))
      for (const text of requiresOf(field.astNode?.directives ?? [])) {
        const paths = at.get(`${type.name}.${field.name}`) ?? new Map<string, string>();
        read(selectionOf(text), '', { names, paths });
        if (paths.size > 0) at.set(`${type.name}.${field.name}`, paths);
      }
  }
  const required = { names, at };
  known.set(full, required);
  return required;
};

const requiresOf = (directives: NonNullable<FieldNode['directives']>): string[] =>
  directives
    .filter(({ name }) => name.value === 'join__field')
    .flatMap(({ arguments: args = [] }) =>
      args.flatMap(({ name, value }) => (name.value === 'requires' && value.kind === Kind.STRING ? [value.value] : [])),
    );

const selectionOf = (text: string): SelectionSetNode => {
  const [operation] = parse(`{ ${text} }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('What is required is no selection.');
  return operation.selectionSet;
};

const read = (set: SelectionSetNode, parent: string, found: { names: Set<string>; paths: Map<string, string> }): void => {
  for (const node of set.selections) {
    if (node.kind === Kind.INLINE_FRAGMENT) read(node.selectionSet, parent, found);
    if (node.kind !== Kind.FIELD) continue;
    const path = parent === '' ? node.name.value : `${parent}.${node.name.value}`;
    if (node.arguments?.length) {
      found.names.add(node.name.value);
      found.paths.set(path, node.arguments.map(print).sort().join());
    }
    if (node.selectionSet) read(node.selectionSet, path, found);
  }
};
