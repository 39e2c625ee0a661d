/** The link chart of a record: the drawing, and beside it a list that says and does the same by keyboard. */
import { useApolloClient } from '@apollo/client/react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Gap } from '../../../kit/answer.ts';
import { Gaps } from '../../../kit/notices.tsx';
import { pathNames, useDesk } from '../desk.ts';
import { marks } from '../results/line.tsx';
import { type RecordType, recordTypes } from '../rows.ts';
import { readAround } from './around.ts';
import type { Drawn } from './draw.ts';
import { type ChartNode, collapse, expand, filtered, type Graph, graphOf, pathBetween } from './graph.ts';
import { NodeList } from './list.tsx';

interface ViewProps {
  /** As in the address: `person`, `vehicle`. */
  type: string;
  id: string;
}

export const ChartView = ({ type, id }: ViewProps): ReactNode => {
  const desk = useDesk();
  const first = useMemo(() => firstOf(type, decodeURIComponent(id), desk.seenAt), [type, id, desk]);
  if (!first) return <p className="view">Open the chart from a record.</p>;
  return <Chart first={first} />;
};

const firstOf = (name: string, id: string, seenAt: ReturnType<typeof useDesk>['seenAt']): ChartNode | undefined => {
  const type = recordTypes.find((each) => pathNames[each] === name);
  if (!type) return undefined;
  if (type !== 'Vehicle' && type !== 'Place') return { key: `${type}:${id}`, type, id, label: type };
  const seen = seenAt(id);
  return seen && { key: `${type}:${seen.id}`, type, id: seen.id, label: seen.text, text: seen.text };
};

const Chart = ({ first }: { first: ChartNode }): ReactNode => {
  const client = useApolloClient();
  const [graph, setGraph] = useState<Graph>(() => graphOf(first));
  const [gaps, setGaps] = useState<readonly Gap[]>([]);
  const [busy, setBusy] = useState('');
  const [hidden, setHidden] = useState<ReadonlySet<RecordType>>(new Set());
  const [selected, setSelected] = useState<string>(first.key);
  const [ends, setEnds] = useState<{ from?: string; to?: string }>({});
  const latest = useRef(graph);
  latest.current = graph;
  const open = useCallback(
    async (key: string): Promise<void> => {
      const node = latest.current.nodes.get(key);
      if (!node) return;
      setBusy(key);
      const around = await readAround(client, node);
      setGraph((before) => expand(before, key, around));
      setGaps(around.gaps);
      setBusy('');
    },
    [client],
  );
  useEffect(() => void open(first.key), [open, first.key]);
  const toggle = (key: string): void => {
    setSelected(key);
    if (graph.expanded.has(key)) setGraph(collapse(graph, key));
    else void open(key);
  };
  const shown = useMemo(() => filtered(graph, hidden), [graph, hidden]);
  const way = useMemo(
    () => (ends.from && ends.to ? pathBetween(shown, ends.from, ends.to) : undefined),
    [shown, ends.from, ends.to],
  );
  return (
    <div className="view chart" data-chart={shown.nodes.size} data-busy={busy || undefined}>
      <header className="view-head">
        <h1>Link chart</h1>
        <fieldset className="kinds">
          <legend className="visually-hidden">Kinds that are shown</legend>
          {recordTypes.map((type) => (
            <button
              key={type}
              type="button"
              className="button small"
              aria-pressed={!hidden.has(type)}
              onClick={() =>
                setHidden(hidden.has(type) ? new Set([...hidden].filter((each) => each !== type)) : new Set([...hidden, type]))
              }
            >
              <span className={`kind ${type.toLowerCase()}`} aria-hidden="true">
                {marks[type]}
              </span>{' '}
              {type === 'Place' ? 'Addresses' : `${type}s`}
            </button>
          ))}
        </fieldset>
        <Link href={pathOfNode(first)} className="button small">
          Back to the record
        </Link>
      </header>
      <Gaps gaps={gaps} what="What is around it" />
      <div className="chart-columns">
        <Canvas graph={shown} selected={selected} way={way ?? noWay} onSelect={setSelected} onExpand={toggle} />
        <NodeList
          graph={shown}
          selected={selected}
          busy={busy}
          ends={ends}
          way={way}
          onSelect={setSelected}
          onToggle={toggle}
          onEnds={setEnds}
        />
      </div>
    </div>
  );
};

const noWay: readonly string[] = [];
const pathOfNode = ({ type, id }: ChartNode): string =>
  type === 'Vehicle' || type === 'Place' ? '/' : `/${pathNames[type]}/${encodeURIComponent(id)}`;

interface CanvasProps {
  graph: Graph;
  selected: string;
  way: readonly string[];
  onSelect: (key: string) => void;
  onExpand: (key: string) => void;
}

const Canvas = (props: CanvasProps): ReactNode => {
  const container = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<Drawn>();
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    let drawing: Drawn | undefined;
    let over = false;
    void import('./draw.ts').then(({ openDrawing }) => {
      if (over || !container.current) return;
      drawing = openDrawing(
        container.current,
        (key) => latest.current.onSelect(key),
        (key) => latest.current.onExpand(key),
      );
      setDrawn(drawing);
    });
    return () => {
      over = true;
      drawing?.close();
    };
  }, []);
  const { graph, selected, way } = props;
  useEffect(() => drawn?.show(graph, { selected, way }), [drawn, graph, selected, way]);
  return (
    <div className="chart-frame" data-drawn={drawn ? 'ready' : 'loading'}>
      {/* Cytoscape looks for an element of this id before it adds a style of its own, which the policy would refuse. */}
      <span id="__________cytoscape_stylesheet" hidden />
      <div
        ref={container}
        className="chart-canvas __________cytoscape_container"
        role="img"
        aria-label="The link chart; the list beside it says and does the same"
      />
      <button type="button" className="button small chart-fit" onClick={() => drawn?.fit()}>
        Whole chart
      </button>
    </div>
  );
};
