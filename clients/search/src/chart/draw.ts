/** Draws the link chart with Cytoscape, on a canvas. Loaded when somebody opens a chart. */
import cytoscape, { type Core, type ElementDefinition, type StylesheetJson } from 'cytoscape';
import type { Graph } from './graph.ts';

export interface Drawn {
  show: (graph: Graph, look: Look) => void;
  fit: () => void;
  close: () => void;
}

export interface Look {
  selected: string | undefined;
  way: readonly string[];
}

/** Shape and color say the kind; the list beside it says it in words. */
const kinds = {
  Person: { shape: 'ellipse', color: '#5cc8ff' },
  Report: { shape: 'round-rectangle', color: '#ffc247' },
  Incident: { shape: 'triangle', color: '#ff7a73' },
  Vehicle: { shape: 'round-hexagon', color: '#4ddc8a' },
  Place: { shape: 'diamond', color: '#d7a8ff' },
} as const;

export const openDrawing = (container: HTMLElement, onSelect: (key: string) => void, onExpand: (key: string) => void): Drawn => {
  const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 14;
  const core = cytoscape({ container, style: styleOf(scale), minZoom: 0.2, maxZoom: 1.5, boxSelectionEnabled: false });
  core.on('tap', 'node', ({ target }) => onSelect(String(target.id())));
  core.on('dbltap', 'node', ({ target }) => onExpand(String(target.id())));
  return {
    show: (graph, look) => update(core, graph, look, scale),
    fit: () => void core.fit(undefined, 40),
    close: () => core.destroy(),
  };
};

/** What stays keeps its place: a chart that jumps is read anew each time. */
const update = (core: Core, graph: Graph, { selected, way }: Look, scale: number): void => {
  const wanted = elementsOf(graph);
  const ids = new Set(wanted.map(({ data }) => data.id));
  let changed = false;
  core.batch(() => {
    core.elements().forEach((element) => {
      if (!ids.has(element.id())) element.remove();
    });
    for (const element of wanted) {
      const there = core.getElementById(element.data.id ?? '');
      if (there.nonempty()) there.data(element.data);
      else {
        core.add(element);
        changed = true;
      }
    }
    const steps = new Set(way);
    core.nodes().forEach((node) => {
      node.toggleClass('selected', node.id() === selected).toggleClass('way', steps.has(node.id()));
    });
    core.edges().forEach((edge) => {
      const at = way.indexOf(String(edge.data('source')));
      const next = String(edge.data('target'));
      edge.toggleClass('way', at >= 0 && (way[at + 1] === next || way[at - 1] === next));
    });
  });
  if (!changed) return;
  core
    .layout({
      ...{ name: 'cose', animate: false, randomize: false, fit: true, padding: 40, nodeDimensionsIncludeLabels: true },
      ...{ nodeRepulsion: () => 1_200_000 * scale, nodeOverlap: 40, idealEdgeLength: () => 110 * scale, gravity: 0.4 },
    })
    .run();
};

const elementsOf = ({ nodes, edges, expanded }: Graph): ElementDefinition[] => [
  ...[...nodes.values()].map(({ key, type, label }) => ({
    group: 'nodes' as const,
    data: { id: key, label, type, open: expanded.has(key) ? 1 : 0 },
    position: { x: hash(key) % 900, y: (hash(key) >> 8) % 600 },
  })),
  ...edges.map(({ from, to, label }) => ({
    group: 'edges' as const,
    data: { id: `${from} ${to} ${label}`, source: from, target: to, label },
  })),
];

/** The same chart begins the same way twice. */
const hash = (text: string): number => [...text].reduce((sum, sign) => (sum * 31 + (sign.codePointAt(0) ?? 0)) >>> 0, 7);

const styleOf = (scale: number): StylesheetJson => [
  {
    selector: 'node',
    style: {
      ...{ width: 30 * scale, height: 30 * scale, label: 'data(label)', color: '#eaf1f8', 'font-size': 13 * scale },
      ...{ 'text-wrap': 'wrap', 'text-max-width': `${130 * scale}px`, 'text-valign': 'bottom', 'text-margin-y': 5 * scale },
      ...{ 'text-outline-color': '#0a0f15', 'text-outline-width': 2 * scale, 'border-width': 2, 'border-color': '#0a0f15' },
    },
  },
  ...Object.entries(kinds).map(([type, { shape, color }]) => ({
    selector: `node[type = "${type}"]`,
    style: { shape, 'background-color': color },
  })),
  { selector: 'node[open = 0]', style: { 'border-style': 'dashed', 'border-color': '#a9bacb', 'border-width': 2 * scale } },
  {
    selector: 'edge',
    style: {
      ...{ width: 1.5 * scale, 'line-color': '#4a6078', 'curve-style': 'bezier', label: 'data(label)', color: '#a9bacb' },
      ...{ 'font-size': 11 * scale, 'text-outline-color': '#0a0f15', 'text-outline-width': 2, 'text-rotation': 'autorotate' },
    },
  },
  { selector: 'node.selected', style: { 'border-color': '#ffffff', 'border-width': 4 * scale, 'border-style': 'solid' } },
  { selector: 'node.way', style: { 'border-color': '#5cc8ff', 'border-width': 4 * scale, 'border-style': 'solid' } },
  { selector: 'edge.way', style: { 'line-color': '#5cc8ff', width: 4 * scale } },
];
