/** The chart as a list: each record with what ties it, expanded and collapsed here, and the way between two. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { pathNames } from '../desk.ts';
import { marks } from '../results/line.tsx';
import { type ChartNode, type Graph, labelsAlong } from './graph.ts';

interface Ends {
  from?: string;
  to?: string;
}

interface ListProps {
  graph: Graph;
  selected: string;
  busy: string;
  ends: Ends;
  /** Undefined: none was asked for, or there is none. */
  way: readonly string[] | undefined;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
  onEnds: (ends: Ends) => void;
}

export const NodeList = (props: ListProps): ReactNode => {
  const { graph, selected, busy, ends, onSelect, onToggle, onEnds } = props;
  const nodes = [...graph.nodes.values()].sort((one, other) => (one.type + one.label < other.type + other.label ? -1 : 1));
  return (
    <section className="chart-list" aria-label="Records of the chart">
      <PathForm nodes={nodes} ends={ends} onEnds={onEnds} />
      <Way {...props} />
      <ul>
        {nodes.map((node) => (
          <li key={node.key} data-node={node.key} data-selected={node.key === selected || undefined}>
            <button
              type="button"
              className="button link node"
              onClick={() => onSelect(node.key)}
              aria-current={node.key === selected ? 'true' : undefined}
            >
              <span className={`kind ${node.type.toLowerCase()}`} aria-hidden="true">
                {marks[node.type]}
              </span>{' '}
              <span className="visually-hidden">{node.type} </span>
              {node.label.replace('\n', ' · ')}
            </button>
            <button
              type="button"
              className="button small"
              aria-expanded={graph.expanded.has(node.key)}
              aria-label={`${graph.expanded.has(node.key) ? 'Collapse' : 'Expand'} ${node.label}`}
              disabled={busy !== ''}
              onClick={() => onToggle(node.key)}
            >
              {graph.expanded.has(node.key) ? '−' : '+'}
            </button>
            {node.key === selected && <Ties graph={graph} node={node} />}
          </li>
        ))}
      </ul>
    </section>
  );
};

/** What ties the selected record to others that are shown. */
const Ties = ({ graph, node }: { graph: Graph; node: ChartNode }): ReactNode => {
  const ties = graph.edges.filter(({ from, to }) => from === node.key || to === node.key);
  return (
    <div className="ties">
      {node.type !== 'Vehicle' && node.type !== 'Place' && (
        <Link href={`/${pathNames[node.type]}/${encodeURIComponent(node.id)}`}>Open the record</Link>
      )}
      <ul>
        {ties.map(({ from, to, label }) => (
          <li key={`${from} ${to} ${label}`}>
            <span className="quiet">{label}</span> {graph.nodes.get(from === node.key ? to : from)?.label.replace('\n', ' · ')}
          </li>
        ))}
      </ul>
    </div>
  );
};

const PathForm = ({
  nodes,
  ends,
  onEnds,
}: {
  nodes: readonly ChartNode[];
  ends: Ends;
  onEnds: (ends: Ends) => void;
}): ReactNode => (
  <div className="path-form">
    {(['from', 'to'] as const).map((end) => (
      <label key={end}>
        <span>{end === 'from' ? 'Way from' : 'to'}</span>
        <select
          className="input small"
          name={`way-${end}`}
          value={ends[end] ?? ''}
          onChange={({ target }) => onEnds({ ...ends, [end]: target.value })}
        >
          <option value="">…</option>
          {nodes.map(({ key, label }) => (
            <option key={key} value={key}>
              {label.replace('\n', ' · ')}
            </option>
          ))}
        </select>
      </label>
    ))}
  </div>
);

const Way = ({ graph, ends, way }: ListProps): ReactNode => {
  if (!ends.from || !ends.to) return null;
  if (!way) return <p data-way="none">The chart shows no way between these two. Expand more of it.</p>;
  const labels = labelsAlong(graph, way);
  return (
    <ol className="way" data-way={way.length}>
      {way.map((key, at) => (
        <li key={key}>
          {at > 0 && <span className="quiet">{labels[at - 1]} → </span>}
          {graph.nodes.get(key)?.label.replace('\n', ' · ')}
        </li>
      ))}
    </ol>
  );
};
