/**
 * What a row's `handling` lets a caller know of it, after the LEXS labels. White:
 * the row is shown. Gray (`restricted`): there is a row, and whom to ask; nothing
 * else of it is read. Black (`sealed`): there is no row. Each system puts these
 * sets into the WHERE of its statements, so that lists, counts, cursors, edges
 * and searches agree; none looks at a row and then decides.
 */
import { defaultFieldResolver, type GraphQLFieldMap, type GraphQLSchema, isObjectType } from 'graphql';
import { withheld } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';

const restricted = 'rms:restricted';

/** Of protected persons the row is shown, and their names are withheld field by field. */
const white = ['open', 'juvenile', 'victim'];

type Granted = Pick<Principal, 'grants'>;

/** Handlings whose rows this caller is shown. Any other row, of a handling that nobody knows too, does not exist. */
export const shownTo = ({ grants }: Granted): string[] => [
  ...white,
  ...(grants.includes(restricted) ? ['restricted'] : []),
  ...(grants.includes('rms:sealed') ? ['sealed'] : []),
];

/** Handlings of which this caller is told that there is a row: pointers, for whoever works with records. */
export const pointedAt = ({ grants }: Granted): string[] =>
  grants.includes('rms:pointer') && !grants.includes(restricted) ? ['restricted'] : [];

interface Owned {
  ownerOri: string;
  ownerName: string;
}

const pointer = Symbol('pointer');
type Pointed = { [pointer]?: string } | null | undefined;

/**
 * Of this row only these columns were read. It passes for a whole one, since no
 * resolver that needs more is called with it: see `withholdPointers`.
 */
export const asPointer = <Row>(columns: Partial<Row> & Owned): Row =>
  ({
    ...columns,
    [pointer]: `A grant of ${restricted}, or a request to its owner: ${columns.ownerName}, ORI ${columns.ownerOri}.`,
  }) as Row;

/** Type → the fields that a pointer of it shows. */
export type Pointers = Readonly<Record<string, readonly string[]>>;

/** Every other field of a pointer is null, and says why and whom to ask. */
export const withholdPointers = (schema: GraphQLSchema, pointers: Pointers): GraphQLSchema => {
  for (const [name, shown] of Object.entries(pointers)) {
    const type = schema.getType(name);
    if (!isObjectType(type)) throw new Error(`There is no type ${name} to point at.`);
    guard(type.getFields(), shown);
  }
  return schema;
};

const guard = (fields: GraphQLFieldMap<unknown, unknown>, shown: readonly string[]): void => {
  for (const [name, field] of Object.entries(fields)) {
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (row, ...rest) => {
      const whom = (row as Pointed)?.[pointer];
      if (whom === undefined) return resolve(row, ...rest);
      if (!shown.includes(name)) throw withheld(restricted, whom);
      return marked(resolve(row, ...rest), whom);
    };
  }
};

/** What a pointer shows is no more than a pointer itself. */
const marked = (value: unknown, whom: string): unknown =>
  value && typeof value === 'object' && value.constructor === Object ? { ...value, [pointer]: whom } : value;
