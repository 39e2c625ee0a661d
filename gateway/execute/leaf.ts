/**
 * A scalar or an enum value → its JSON, or undefined where the subgraph gave one
 * that the type does not have. As lenient as Apollo's own executor: an integer
 * for an ID stands, any text for a String, anything for a scalar of the graph's
 * own. A value of an enum that clients do not see is none.
 */
import { type GraphQLLeafType, isEnumType } from 'graphql';
import { quote } from './json.ts';

export type WriteLeaf = (value: unknown) => string | undefined;

export const leafOf = (type: GraphQLLeafType): WriteLeaf => {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, `"${name}"`]));
    return (value) => texts.get(value);
  }
  switch (type.name) {
    case 'Boolean':
      return (value) => (value === true ? 'true' : value === false ? 'false' : undefined);
    case 'Int':
      return integer;
    case 'Float':
      return (value) => (typeof value === 'number' ? String(value) : undefined);
    case 'ID':
      return (value) => (typeof value === 'string' ? quote(value) : integer(value));
    case 'String':
      return (value) => (typeof value === 'string' ? quote(value) : undefined);
    default:
      return (value) => (typeof value === 'string' ? quote(value) : JSON.stringify(value));
  }
};

/** JSON knows no infinity, and no number that is written without an exponent is one. */
const integer: WriteLeaf = (value) => (typeof value === 'number' && /^-?\d+$/.test(String(value)) ? String(value) : undefined);
