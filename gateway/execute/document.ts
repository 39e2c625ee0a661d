/**
 * The text that a subgraph is asked with. One step's is the plan's own; several
 * entity fetches to one subgraph become one operation, each under an alias of
 * its own with representations of its own:
 *
 *   query Q($_0: [_Any!]!, $_1: [_Any!]!) {
 *     _0: _entities(representations: $_0) { … }
 *     _1: _entities(representations: $_1) { … }
 *   }
 */
import type { FetchNode } from '@apollo/query-planner';
import {
  type ASTNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { findOperation, fragmentsOf } from '../document.ts';

export interface FetchDocument {
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** What the answer to an entity fetch is called where it is asked alone. */
export const entitiesKey = '_entities';
export const representationsName = 'representations';

export const fetchDocument = (fetch: FetchNode): FetchDocument => {
  const document = parse(fetch.operation, { noLocation: true });
  return { operation: findOperation(document), fragments: fragmentsOf(document) };
};

export const aliasOf = (member: number): string => `_${member}`;

/** Entity fetches to one subgraph, by their numbers in the request. */
export const joined = (members: readonly { number: number; fetch: FetchNode }[]): string => {
  const parts = members.map(({ number, fetch }) => renamed(fetchDocument(fetch), number));
  const variables = new Map<string, VariableDefinitionNode>();
  for (const { operation } of parts)
    for (const node of operation.variableDefinitions ?? []) variables.set(node.variable.name.value, node);
  const [first] = parts;
  if (!first) throw new Error('A request takes at least one fetch.');
  const operation: OperationDefinitionNode = {
    ...first.operation,
    variableDefinitions: [...variables.values()],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: parts.flatMap((part) => part.operation.selectionSet.selections),
    },
  };
  const fragments = parts.flatMap((part) => [...part.fragments.values()]);
  return stripIgnoredCharacters(print({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] }));
};

/** A client's variables mean the same in all of them; representations and fragments are each one's own. */
const renamed = ({ operation, fragments }: FetchDocument, number: number): FetchDocument => {
  const name = (node: { value: string }) => ({ kind: Kind.NAME, value: `${node.value}_${number}` }) as const;
  const rename = <Node extends ASTNode>(root: Node): Node =>
    visit(root, {
      [Kind.VARIABLE]: (node) =>
        node.name.value === representationsName ? { ...node, name: { kind: Kind.NAME, value: aliasOf(number) } } : undefined,
      [Kind.FRAGMENT_SPREAD]: (node) => ({ ...node, name: name(node.name) }),
      [Kind.FRAGMENT_DEFINITION]: (node) => ({ ...node, name: name(node.name) }),
    });
  const { selectionSet, ...rest } = rename(operation);
  const selections = selectionSet.selections.map((node) =>
    node.kind === Kind.FIELD && node.name.value === entitiesKey
      ? { ...node, alias: { kind: Kind.NAME, value: aliasOf(number) } as const }
      : node,
  );
  return {
    operation: { ...rest, selectionSet: { ...selectionSet, selections } },
    fragments: new Map([...fragments].map(([key, fragment]) => [key, rename(fragment)])),
  };
};
