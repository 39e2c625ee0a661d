/** The link chart as a value: expanding, collapsing, filtering, and the way between two. */
import {
  type ChartNode,
  collapse,
  expand,
  filtered,
  type Graph,
  graphOf,
  labelsAlong,
  pathBetween,
} from '../../../clients/search/src/chart/graph.ts';

const node = (type: ChartNode['type'], id: string): ChartNode => ({ key: `${type}:${id}`, type, id, label: id });
const [ann, bob, cid] = [node('Person', 'ann'), node('Person', 'bob'), node('Person', 'cid')];
const [first, second] = [node('Report', 'first'), node('Report', 'second')];

/** ann – first – bob – second – cid, each expanded in turn. */
const chain = (): Graph => {
  let graph = expand(graphOf(ann), ann.key, { nodes: [first], edges: [{ from: ann.key, to: first.key, label: 'suspect' }] });
  graph = expand(graph, first.key, {
    nodes: [ann, bob],
    edges: [
      { from: first.key, to: ann.key, label: 'suspect' },
      { from: first.key, to: bob.key, label: 'victim' },
    ],
  });
  graph = expand(graph, bob.key, { nodes: [second], edges: [{ from: bob.key, to: second.key, label: 'witness' }] });
  return expand(graph, second.key, { nodes: [cid], edges: [{ from: second.key, to: cid.key, label: 'arrestee' }] });
};

const keys = ({ nodes }: Graph): string[] => [...nodes.keys()].sort();

describe('a link chart', () => {
  test('holds a record and a tie once, from whichever end they were found', () => {
    expect(keys(chain())).toEqual([ann, bob, cid, first, second].map(({ key }) => key).sort());
    expect(chain().edges).toHaveLength(4);
  });

  test('collapsed takes away what hangs on that record alone, and nothing that something else shows', () => {
    expect(keys(collapse(chain(), second.key))).not.toContain(cid.key);
    expect(keys(collapse(chain(), first.key))).toEqual(keys(chain()));
    const shared = expand(chain(), ann.key, { nodes: [cid], edges: [{ from: ann.key, to: cid.key, label: '1 shared' }] });
    expect(keys(collapse(shared, second.key))).toContain(cid.key);
  });

  test('expanded again after it was collapsed is what it was', () => {
    const again = expand(collapse(chain(), second.key), second.key, {
      nodes: [cid],
      edges: [{ from: second.key, to: cid.key, label: 'arrestee' }],
    });
    expect(keys(again)).toEqual(keys(chain()));
  });

  test('hides a kind with its ties, and keeps it', () => {
    const shown = filtered(chain(), new Set(['Report'] as const));
    expect(keys(shown)).toEqual([ann, bob, cid].map(({ key }) => key).sort());
    expect(shown.edges).toEqual([]);
  });

  test('finds the shortest way between two, and says what ties each step', () => {
    const way = pathBetween(chain(), ann.key, cid.key) ?? [];
    expect(way).toEqual([ann, first, bob, second, cid].map(({ key }) => key));
    expect(labelsAlong(chain(), way)).toEqual(['suspect', 'victim', 'witness', 'arrestee']);
    const shorter = expand(chain(), ann.key, { nodes: [cid], edges: [{ from: ann.key, to: cid.key, label: '1 shared' }] });
    expect(pathBetween(shorter, ann.key, cid.key)).toEqual([ann.key, cid.key]);
  });

  test('says where it shows no way: through what is hidden there is none', () => {
    expect(pathBetween(filtered(chain(), new Set(['Report'] as const)), ann.key, cid.key)).toBeUndefined();
    expect(pathBetween(chain(), ann.key, 'Person:nobody')).toBeUndefined();
  });
});
