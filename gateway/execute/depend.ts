/**
 * Which steps a step waits for. A plan's stages say more than that: they hold a
 * fetch back until all of the stage before it is there. Here a step waits for
 * those of the earlier ones that give something which it reads: an object on the
 * way to its place, a type's name, a field of its representation.
 */
import type { QueryPlanSelectionNode } from '@apollo/query-planner';
import { type FragmentDefinitionNode, Kind, OperationTypeNode, type SelectionSetNode } from 'graphql';
import { fetchDocument } from './document.ts';
import type { Step } from './steps.ts';

/** For each step the steps that it waits for. A mutation's keep the plan's order to the letter. */
export const dependenciesOf = (steps: readonly Step[]): number[][] => {
  if (steps.some(({ fetch }) => fetch.operationKind === OperationTypeNode.MUTATION)) return steps.map(({ after }) => [...after]);
  const given = steps.map(gives);
  return steps.map((step) => {
    const read = reads(step);
    return step.after.filter((earlier) => [...read].some((place) => given[earlier]?.has(place)));
  });
};

/** Places are response paths without list items: `users.reviews.product`. Which type they stand on plays no part. */
const join = (parent: string, key: string): string => (parent === '' ? key : `${parent}.${key}`);

const placeOf = (path: readonly string[]): string => path.filter((key) => key !== '@').join('.');

/** Every place that the step's answer may write to. */
export const gives = (step: Step): Set<string> => {
  const { operation, fragments } = fetchDocument(step.fetch);
  const places = new Set<string>();
  const look = (set: SelectionSetNode, parent: string): void => {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) {
        const place = join(parent, node.alias?.value ?? node.name.value);
        places.add(place);
        if (node.selectionSet) look(node.selectionSet, place);
      } else look(selectionsOf(node, fragments), parent);
    }
  };
  const at = placeOf(step.path);
  if (step.fetch.requires) places.add(join(at, '__typename'));
  for (const node of operation.selectionSet.selections)
    if (!step.fetch.requires) look({ kind: Kind.SELECTION_SET, selections: [node] }, at);
    else if (node.kind === Kind.FIELD && node.selectionSet) look(node.selectionSet, at);
  for (const rewrite of step.fetch.outputRewrites ?? []) {
    const way = rewrite.path.filter((key) => !key.startsWith('... on ')).slice(0, -1);
    const last = rewrite.kind === 'KeyRenamer' ? rewrite.renameKeyTo : (rewrite.path.at(-1) ?? '');
    places.add([at, ...way, last].filter((key) => key !== '').join('.'));
  }
  return places;
};

/** The objects that the step's answer gives: where two steps give one, neither may share it between places. */
export const givesObjects = (step: Step): Set<string> => {
  const places = gives(step);
  return new Set([...places].filter((place) => [...places].some((other) => other.startsWith(`${place}.`))));
};

const selectionsOf = (
  node: Exclude<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): SelectionSetNode =>
  node.kind === Kind.INLINE_FRAGMENT
    ? node.selectionSet
    : (fragments.get(node.name.value)?.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] });

const reads = ({ path, fetch }: Step): Set<string> => {
  const places = new Set<string>();
  const way = path.filter((key) => key !== '@');
  for (let length = 1; length <= way.length; length += 1) places.add(way.slice(0, length).join('.'));
  const look = (nodes: readonly QueryPlanSelectionNode[], parent: string): void => {
    places.add(join(parent, '__typename'));
    for (const node of nodes) {
      if (node.kind !== 'Field') {
        look(node.selections, parent);
        continue;
      }
      const place = join(parent, node.alias ?? node.name);
      places.add(place);
      if (node.selections) look(node.selections, place);
    }
  };
  if (fetch.requires) look(fetch.requires, placeOf(path));
  // A context argument reads what stands above; which of it is decided where it runs.
  for (const { path: from } of fetch.contextRewrites ?? []) {
    const up = from.filter((key) => key === '..').length;
    const rest = from.filter((key) => key !== '..' && !key.startsWith('... on '));
    for (let length = 1; length <= rest.length; length += 1)
      places.add([...way.slice(0, Math.max(0, way.length - up)), ...rest.slice(0, length)].join('.'));
  }
  return places;
};
