/**
 * The link chart as a value: records and what ties them, what was expanded, what
 * is hidden, and the shortest way between two. Pure: drawing, list and tests all
 * read the same.
 */
import type { RecordType } from '../rows.ts';

export interface ChartNode {
  /** `Person:…`, as everywhere. */
  key: string;
  type: RecordType;
  id: string;
  label: string;
  /** By which the graph finds vehicles and addresses. */
  text?: string;
}

export interface ChartEdge {
  from: string;
  to: string;
  /** What ties them: `suspect`, `owner`. */
  label: string;
}

export interface Graph {
  nodes: ReadonlyMap<string, ChartNode>;
  edges: readonly ChartEdge[];
  expanded: ReadonlySet<string>;
}

/** What was found around a record. */
export interface Found {
  nodes: readonly ChartNode[];
  edges: readonly ChartEdge[];
}

export const graphOf = (first: ChartNode): Graph => ({ nodes: new Map([[first.key, first]]), edges: [], expanded: new Set() });

const edgeKey = ({ from, to, label }: ChartEdge): string => `${[from, to].sort().join(' ')} ${label}`;

export const expand = (graph: Graph, key: string, found: Found): Graph => {
  const nodes = new Map(graph.nodes);
  for (const node of found.nodes) nodes.set(node.key, { ...nodes.get(node.key), ...node });
  const edges = new Map([...graph.edges, ...found.edges].map((edge) => [edgeKey(edge), edge]));
  return { nodes, edges: [...edges.values()], expanded: new Set([...graph.expanded, key]) };
};

/** Takes away what only this record's expansion shows: neighbors that hang on nothing else and were not expanded themselves. */
export const collapse = (graph: Graph, key: string): Graph => {
  const expanded = new Set([...graph.expanded].filter((each) => each !== key));
  const hangs = (other: string): boolean =>
    !expanded.has(other) && graph.edges.every(({ from, to }) => (from !== other && to !== other) || from === key || to === key);
  const gone = new Set(neighborsOf(graph, key).filter(hangs));
  return {
    nodes: new Map([...graph.nodes].filter(([each]) => !gone.has(each))),
    edges: graph.edges.filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
    expanded,
  };
};

/** Without the kinds that are hidden, and what ties them. */
export const filtered = (graph: Graph, hidden: ReadonlySet<RecordType>): Graph => {
  const nodes = new Map([...graph.nodes].filter(([, { type }]) => !hidden.has(type)));
  return { ...graph, nodes, edges: graph.edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to)) };
};

export const neighborsOf = ({ edges }: Pick<Graph, 'edges'>, key: string): string[] => [
  ...new Set(edges.flatMap(({ from, to }) => (from === key ? [to] : to === key ? [from] : []))),
];

/** The keys on a shortest way, both ends included; undefined where the chart shows none. */
export const pathBetween = (graph: Graph, from: string, to: string): string[] | undefined => {
  if (!graph.nodes.has(from) || !graph.nodes.has(to)) return undefined;
  const before = new Map<string, string | undefined>([[from, undefined]]);
  const queue = [from];
  for (let at = 0; at < queue.length && !before.has(to); at += 1) {
    const key = queue[at] ?? '';
    for (const next of neighborsOf(graph, key)) {
      if (before.has(next)) continue;
      before.set(next, key);
      queue.push(next);
    }
  }
  if (!before.has(to)) return undefined;
  const way: string[] = [];
  for (let key: string | undefined = to; key !== undefined; key = before.get(key)) way.unshift(key);
  return way;
};

/** What the edges along a way say, one for each step. */
export const labelsAlong = ({ edges }: Graph, way: readonly string[]): string[] =>
  way.slice(1).map((key, at) => {
    const before = way[at];
    return edges.find(({ from, to }) => (from === before && to === key) || (from === key && to === before))?.label ?? '';
  });
