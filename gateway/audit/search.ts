/**
 * The operation → what it searches for: each field's arguments, whether they came
 * as literals or as variables, with the values that it is run with. Pure.
 */
import { type DocumentNode, type FieldNode, Kind, valueFromASTUntyped, visit } from 'graphql';

export interface Searched {
  field: string;
  arguments: Record<string, unknown>;
}

/** Of the JSON; an operation that says more is kept up to there, with a mark. */
const longest = 65_536;

/** JSON, or undefined where no field takes an argument. */
export const searchOf = (document: DocumentNode, variables: Record<string, unknown>): string | undefined => {
  const searched = searchingIn(document).map(
    (node): Searched => ({ field: node.name.value, arguments: argumentsOf(node, variables) }),
  );
  if (searched.length === 0) return undefined;
  const text = JSON.stringify(searched);
  return text.length <= longest ? text : JSON.stringify({ truncated: text.slice(0, longest) });
};

const known = new WeakMap<DocumentNode, readonly FieldNode[]>();

/** The fields that take arguments. */
const searchingIn = (document: DocumentNode): readonly FieldNode[] => {
  const told = known.get(document);
  if (told) return told;
  const fields: FieldNode[] = [];
  visit(document, {
    enter: (node) => {
      if (node.kind === Kind.DIRECTIVE) return false;
      if (node.kind === Kind.FIELD && node.arguments?.length) fields.push(node);
      return undefined;
    },
  });
  known.set(document, fields);
  return fields;
};

const argumentsOf = ({ arguments: given = [] }: FieldNode, variables: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    given.map(({ name, value }) => [
      name.value,
      value.kind === Kind.VARIABLE ? variables[value.name.value] : valueFromASTUntyped(value, variables),
    ]),
  );
