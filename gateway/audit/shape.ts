/**
 * The hash by which the record calls an operation: over its text with every
 * literal taken out. Over the text itself, a plate that stands in it could be
 * found by trying all of them; and the same operation with another plate would
 * be another operation.
 */
import { createHash } from 'node:crypto';
import { type DocumentNode, type IntValueNode, Kind, print, type StringValueNode, visit } from 'graphql';

/** `like` is the plan of the document, which is kept, so that each shape is worked out once. */
export const shapeOf = (like: object, document: DocumentNode): string => {
  const found = known.get(like);
  if (found !== undefined) return found;
  const made = createHash('sha256')
    .update(print(withoutLiterals(document)))
    .digest('hex');
  known.set(like, made);
  return made;
};

const known = new WeakMap<object, string>();

const noText: StringValueNode = { kind: Kind.STRING, value: '' };
const noNumber: IntValueNode = { kind: Kind.INT, value: '0' };

const withoutLiterals = (document: DocumentNode): DocumentNode =>
  visit(document, {
    enter: ({ kind }) => {
      if (kind === Kind.STRING) return noText;
      return kind === Kind.INT || kind === Kind.FLOAT ? noNumber : undefined;
    },
  });
