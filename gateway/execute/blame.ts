/**
 * Where an error of a subgraph stands in the answer. The subgraph names places
 * of its own answer (`_entities.3.name`); the same entity may stand at several
 * places of ours, and is missing at each.
 */
import type { GraphQLError } from 'graphql';
import { responseKeys } from '../document.ts';
import { clean } from '../redact.ts';
import { asSource, type HopAnswer, type HopError } from '../subgraph.ts';
import { clientKey } from './alias.ts';
import { fetchDocument } from './document.ts';
import type { Part } from './part.ts';
import { type Entity, type Place, placesOf } from './place.ts';

/** What errors are told by. */
export interface Told {
  source: string;
  parts: readonly Part[];
  /** What each part's answer is called. */
  keys: readonly string[];
  data: Entity;
}

/** A dead source under a page of a hundred is told at the first places, not at each. */
const maximumPlaces = 25;

export const tell = (errors: readonly HopError[], told: Told): GraphQLError[] => {
  const places = new Map<Part, Map<unknown, Place[]>>();
  const of = (part: Part): Map<unknown, Place[]> => {
    const known = places.get(part) ?? placesOf(told.data, part.member.path);
    places.set(part, known);
    return known;
  };
  return errors.flatMap((error) =>
    pathsIn(error.path, told, of).map((path) =>
      clean(asSource(told.source, { ...error, ...(path ? { path } : { path: undefined }) } as HopError)),
    ),
  );
};

type PlacesOf = (part: Part) => Map<unknown, Place[]>;

const pathsIn = (path: Place | undefined, told: Told, of: PlacesOf): (Place | undefined)[] => {
  if (!path) return [undefined];
  const [key, index, ...rest] = path;
  const [only] = told.parts;
  const part = only?.representations ? told.parts[told.keys.indexOf(String(key))] : only;
  if (!part) return [undefined];
  const named = (keys: Place): Place => keys.map((step) => (typeof step === 'string' ? nameOf(step, part) : step));
  if (!part.representations) return beneath(part.objects.flat(), part, of).map((place) => [...place, ...named(path)]);
  if (typeof index === 'number') return beneath(part.objects[index] ?? [], part, of).map((place) => [...place, ...named(rest)]);
  const keys = keysOf(part);
  const all = beneath(part.objects.flat(), part, of);
  return all.flatMap((place) => keys.map((name) => [...place, ...named([name])])).slice(0, maximumPlaces);
};

const beneath = (objects: readonly Entity[], part: Part, of: PlacesOf): Place[] => {
  if (part.member.path.length === 0) return [[]];
  const places = of(part);
  return objects.flatMap((object) => places.get(object) ?? []).slice(0, maximumPlaces);
};

/** What the client called it: the planner and `alias` rename what would clash. */
const nameOf = (key: string, { member }: Part): string => {
  for (const rewrite of member.fetch.outputRewrites ?? [])
    if (rewrite.kind === 'KeyRenamer' && rewrite.path.at(-1) === key) return clientKey(rewrite.renameKeyTo);
  return clientKey(key);
};

/** A failed request takes its own fields: each root field, or each field of each entity. */
export const failedPaths = ({ parts, keys }: Told): Place[] =>
  parts.flatMap((part, at): Place[] => {
    const fields = keysOf(part);
    if (!part.representations) return fields.map((field) => [field]);
    const shown = part.objects.slice(0, maximumPlaces);
    return fields.flatMap((field) => shown.map((_, index): Place => [keys[at] ?? '', index, field]));
  });

const keysOf = ({ member }: Part): string[] => {
  const { operation, fragments } = fetchDocument(member.fetch);
  const root = operation.selectionSet;
  if (!member.fetch.requires) return responseKeys(root, fragments);
  return responseKeys(
    {
      ...root,
      selections: root.selections.flatMap((node) => ('selectionSet' in node ? (node.selectionSet?.selections ?? []) : [])),
    },
    fragments,
  );
};

/**
 * Where several fetches went together and nothing came back: the answers that the errors name, if they do not name all.
 * A subgraph that is away names all of them.
 */
export const blamedKeys = ({ data, errors = [] }: HopAnswer, { parts, keys }: Told): Set<string> | undefined => {
  if (data || parts.length < 2) return undefined;
  const blamed = new Set(errors.map(({ path }) => String(path?.[0])));
  return [...blamed].every((key) => keys.includes(key)) && blamed.size > 0 && blamed.size < keys.length ? blamed : undefined;
};
