/**
 * Writes an object: its fields as the operation selects them on its type, which
 * it tells by `__typename`. What a type's fields are is worked out the first time
 * that one is met.
 */
import {
  type GraphQLCompositeType,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf } from '../document.ts';
import { completing, emptied, type Write } from './complete.ts';
import { quote } from './json.ts';
import type { Entity } from './place.ts';
import { type Selected, type Selecting, selectedOn } from './select.ts';
import { misfit, outcomes, refuse, show, type Writing } from './writing.ts';

export interface ObjectSettings extends Selecting {
  /** What a response key of the client is called in the plan's answers. */
  planned: (key: string) => string;
  /** Numbers of the denials whose field may not be null. */
  mustStand: ReadonlySet<number>;
  /** Number of an entity type, by which its keys are noted. */
  entityType: (name: string) => number;
  /** Types that are not there for the caller. */
  gone: ReadonlySet<unknown>;
}

const { nulled, hollow, rises, hollowRises, gone } = outcomes;

interface Field {
  /** What it is read by. */
  read: string;
  /** Every object has something by this name that is not its own. */
  inherited: boolean;
  key: string;
  /** `,"name":`, or empty where it is not shown. */
  prefix: string;
  write: Write;
}

export const objects = (settings: ObjectSettings) => {
  const write = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], what: string): Write => {
    const shapes = new Map<unknown, Field[] | undefined>();
    const shapeOf = (name: unknown): Field[] | undefined => {
      const given = name === undefined || name === null ? type : settings.schema.getType(String(name));
      const shape = isCompositeType(given) ? fieldsOf(given, sets, settings, write) : undefined;
      if (shape) shapes.set(name, shape);
      return shape;
    };
    return (value, writing) => {
      if (value === null || value === undefined) return 'null';
      const name = (value as Entity).__typename;
      if (settings.gone.has(name)) return gone;
      const fields = shapes.get(name) ?? shapeOf(name);
      if (fields && typeof value === 'object' && !Array.isArray(value)) return writeFields(fields, value as Entity, writing);
      misfit(writing, fields ? `Invalid value found for ${what}.` : `Invalid __typename found for object at ${what}.`);
      return nulled;
    };
  };
  return write;
};

const writeFields = (fields: readonly Field[], object: Entity, writing: Writing): string => {
  const { path } = writing;
  const refused = writing.refusals.length;
  const shown = writing.added.length;
  const depth = path.length;
  let text = '';
  let holed = false;
  for (let at = 0; at < fields.length; at += 1) {
    const { read, inherited, key, prefix, write } = fields[at] as Field;
    path[depth] = key;
    const item = write(inherited && !Object.hasOwn(object, read) ? undefined : object[read], writing);
    if (item === rises) {
      path.length = depth;
      return emptied(nulled, writing, refused, shown);
    }
    if (item === hollowRises) holed = true;
    else if (prefix !== '') text += prefix + (item === nulled || item === hollow ? 'null' : item);
  }
  path.length = depth;
  if (holed) return emptied(hollow, writing, refused, shown);
  return text === '' ? '{}' : `${text}}`;
};

type Objects = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], what: string) => Write;

const fieldsOf = (
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  settings: ObjectSettings,
  inner: Objects,
): Field[] => {
  let visible = 0;
  return selectedOn(type.name, sets, settings).map((selected) => {
    const { key, ours } = selected;
    const read = settings.planned(key);
    const prefix = ours ? '' : `${visible === 0 ? '{' : ','}${quote(key)}:`;
    if (!ours) visible += 1;
    return { read, inherited: read in {}, key, prefix, write: fieldWriter(selected, type, settings, inner) };
  });
};

const fieldWriter = (selected: Selected, type: GraphQLCompositeType, settings: ObjectSettings, inner: Objects): Write => {
  const given = selected.nodes.length > 0 ? givenWriter(selected, type, settings, inner) : () => 'null';
  const write = selected.denials.length > 0 ? refusing(selected.denials, given, settings) : given;
  return selected.keyOf === undefined ? write : noting(write, settings.entityType(selected.keyOf));
};

const givenWriter = ({ key, nodes }: Selected, type: GraphQLCompositeType, settings: ObjectSettings, inner: Objects): Write => {
  const name = nodes[0]?.name.value ?? '';
  if (name === '__typename') return typeName(type, settings);
  if (name === '__schema' || name === '__type') return (_value, { introspection }) => introspection[key] ?? 'null';
  const field = fieldOf(name, type);
  if (!field) throw new Error(`${type.name} has no field ${name}.`);
  const sets = nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));
  const completed = completing(field.type, sets, `field ${type.name}.${key}`, inner);
  return isAbstractType(getNamedType(field.type)) ? nullIfGone(completed, isNonNullType(field.type)) : completed;
};

/** In no list there is no item to leave out. */
const nullIfGone =
  (write: Write, mustStand: boolean): Write =>
  (value, writing) => {
    const text = write(value, writing);
    if (text !== gone) return text;
    return mustStand ? rises : 'null';
  };

/** The audit's: which entity this is. */
const noting =
  (write: Write, type: number): Write =>
  (value, writing) => {
    show(writing, type, value);
    return write(value, writing);
  };

/** An object type says itself what it is; an abstract one that nobody told more of cannot. */
const typeName = (type: GraphQLCompositeType, { schema }: ObjectSettings): Write => {
  if (isObjectType(type)) return () => quote(type.name);
  return (value) => (typeof value === 'string' && isObjectType(schema.getType(value)) ? quote(value) : rises);
};

/** Refused where it is selected by one way and given by another: an error stands there, so a null does. */
const refusing = (denials: readonly number[], given: Write, { mustStand }: ObjectSettings): Write => {
  const must = denials.some((number) => mustStand.has(number));
  return (value, writing) => {
    for (const number of denials) refuse(writing, number);
    const refused = writing.refusals.length;
    const shown = writing.added.length;
    const text = given(value, writing);
    if (text === rises) return rises;
    emptied(hollow, writing, refused, shown);
    return must ? hollowRises : 'null';
  };
};
