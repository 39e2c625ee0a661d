/**
 * A random operation over a schema: aliases that collide and merge, inline and
 * named fragments (narrowing, widening, without a condition), `@skip` and
 * `@include` by constant and by variable, `__typename`, arguments.
 */
import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import type { Random } from './random.ts';
import { keyOf, rowsEach } from './randomdata.ts';

export interface Operation {
  text: string;
  document: DocumentNode;
  variables: Record<string, unknown>;
}

interface Draft {
  r: Random;
  schema: GraphQLSchema;
  fragments: { name: string; on: string; text: string }[];
  variables: Record<string, unknown>;
  declared: Map<string, string>;
}

const deepest = 4;

/** Undefined where no attempt was valid. */
export const randomOperation = (r: Random, schema: GraphQLSchema): Operation | undefined => {
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const draft: Draft = { r, schema, fragments: [], variables: {}, declared: new Map() };
    const root = schema.getQueryType();
    if (!root) return undefined;
    const body = selection(root, 0, draft);
    const declared = [...draft.declared].map(([name, type]) => `$${name}: ${type}`);
    const head = declared.length > 0 ? `query Q(${declared.join(', ')})` : 'query Q';
    const text = [`${head} ${body}`, ...draft.fragments.map((one) => `fragment ${one.name} on ${one.on} ${one.text}`)].join('\n');
    const document = parse(text);
    if (validate(schema, document).length === 0) return { text, document, variables: draft.variables };
  }
  return undefined;
};

const selection = (type: GraphQLCompositeType, depth: number, draft: Draft): string => {
  const count = 1 + draft.r.below(depth === 0 ? 3 : 4);
  const parts = Array.from({ length: count }, () => selected(type, depth, draft)).join(' ');
  return `{ ${parts} }`;
};

const selected = (type: GraphQLCompositeType, depth: number, draft: Draft): string => {
  const { r } = draft;
  const condition = conditional(draft);
  if (r.chance(isAbstractType(type) ? 0.45 : 0.15)) return fragment(type, depth, condition, draft);
  const alias = r.chance(0.2) ? `${r.one(['x', 'y', 'z'])}: ` : '';
  const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
  const usable = fields.filter((field) => depth < deepest || !isCompositeType(getNamedType(field.type)));
  if (usable.length === 0 || r.chance(0.1)) return `${alias}__typename${condition}`;
  const relations = usable.filter((field) => isCompositeType(getNamedType(field.type)));
  const field = relations.length > 0 && r.chance(0.3) ? r.one(relations) : r.one(usable);
  const given = getNamedType(field.type);
  const args = field.args.length > 0 ? `(id: ${argument(given.name, draft)})` : '';
  return `${alias}${field.name}${args}${condition}${isCompositeType(given) ? ` ${selection(given, depth + 1, draft)}` : ''}`;
};

const argument = (type: string, { r, variables, declared }: Draft): string => {
  const id = keyOf(type, r.below(rowsEach + 1));
  if (r.chance(0.5)) return JSON.stringify(id);
  variables[`id${declared.size}`] = id;
  declared.set(`id${declared.size}`, 'ID!');
  return `$id${declared.size - 1}`;
};

/** None mostly, one, or both at once. */
const conditional = (draft: Draft): string => {
  const directives = draft.r.some(['skip', 'include'], 0.07);
  return directives.map((directive) => condition(directive, draft)).join('');
};

const condition = (directive: string, { r, variables, declared }: Draft): string => {
  if (r.chance(0.4)) return ` @${directive}(if: ${r.chance(0.5)})`;
  const name = r.one(['yes', 'no', 'byDefault']);
  declared.set(name, name === 'byDefault' ? 'Boolean = true' : 'Boolean!');
  if (name !== 'byDefault') variables[name] = name === 'yes';
  return ` @${directive}(if: $${name})`;
};

const fragment = (type: GraphQLCompositeType, depth: number, condition: string, draft: Draft): string => {
  const { r, schema, fragments } = draft;
  const known = fragments.filter(({ on }) => related(type, schema).some(({ name }) => name === on));
  if (known.length > 0 && r.chance(0.3)) return `...${r.one(known).name}${condition}`;
  const on = r.one(related(type, schema));
  const text = selection(on, depth, draft);
  if (on === type && r.chance(0.3)) return `...${condition} ${text}`;
  if (r.chance(0.6)) return `... on ${on.name}${condition} ${text}`;
  const name = `F${fragments.length}`;
  fragments.push({ name, on: on.name, text });
  return `...${name}${condition}`;
};

/** What a fragment may stand on here: the type, its members, and whatever it is a member of. */
const related = (type: GraphQLCompositeType, schema: GraphQLSchema): GraphQLCompositeType[] => {
  if (isAbstractType(type)) return [...schema.getPossibleTypes(type), type];
  const above = Object.values(schema.getTypeMap()).filter(
    (one) => isAbstractType(one) && !one.name.startsWith('_') && schema.isSubType(one, type),
  );
  return [type, ...above.filter((one) => isInterfaceType(one) || isAbstractType(one))].filter(
    (one): one is GraphQLCompositeType => isObjectType(one) || isAbstractType(one),
  );
};
