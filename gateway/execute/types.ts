/** Whether a type condition holds for an object, by its `__typename`. */
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';
import type { Entity } from './place.ts';

export const isSubtype = (schema: GraphQLSchema, condition: string, name: string): boolean => {
  if (condition === name) return true;
  const wanted = schema.getType(condition);
  const type = schema.getType(name);
  return isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type);
};

/** `otherwise` is the answer for an object that does not tell its type. */
export const isOfType = (schema: GraphQLSchema, object: Entity, condition: string, otherwise: boolean): boolean => {
  const name = object.__typename;
  return typeof name === 'string' ? isSubtype(schema, condition, name) : otherwise;
};
