/** What goes together in one request, and that each gets what it asked for, and nobody's else. */
import { openJoint } from '../../../gateway/execute/joint.ts';
import { Question } from '../../../gateway/execute/question.ts';
import type { Hop, HopAnswer, Subgraph } from '../../../gateway/subgraph.ts';
import { anonymous } from '../../../schema/principal.ts';

/** As the executor asks for the names of such units. */
const question = (ids: readonly string[], others = '', principal = anonymous) =>
  new Question({
    query: 'query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Unit { name } } }',
    operationName: undefined,
    head: '{"query":"…","variables":{',
    lists: [{ name: 'representations', key: '_entities', representations: ids.map((id) => JSON.stringify({ id })) }],
    others,
    principal,
    signal: undefined,
    paths: () => ids.map((_, at) => ['_entities', at, 'name']),
  });

let asked: string[][];
let answering: (ids: string[]) => HopAnswer | Promise<HopAnswer>;
const subgraph: Subgraph = {
  name: 'units',
  url: '',
  ask: async ({ variables }: Hop) => {
    const ids = (variables.representations as { id: string }[]).map(({ id }) => id);
    asked.push(ids);
    return answering(ids);
  },
  ready: async () => true,
  close: async () => {},
};
const named = (ids: readonly string[]): HopAnswer => ({ data: { _entities: ids.map((id) => ({ name: `name ${id}` })) } });

beforeEach(() => {
  asked = [];
  answering = named;
});

test('who asks at once goes together, and each has its own', async () => {
  const joint = openJoint();
  const answers = await Promise.all([['1'], ['2', '3'], [], ['4']].map((ids) => joint(subgraph, question(ids))));
  expect(asked).toEqual([['1', '2', '3', '4']]);
  expect(answers.map(({ data }) => data)).toEqual([['1'], ['2', '3'], [], ['4']].map((ids) => named(ids).data));
});

test('who asks while one is being answered goes with all who do, behind it', async () => {
  const joint = openJoint();
  let proceed = () => {};
  answering = (ids) =>
    new Promise((resolve) => {
      proceed = () => resolve(named(ids));
    });
  const first = joint(subgraph, question(['1']));
  await new Promise((resolve) => setImmediate(resolve));
  const later = [joint(subgraph, question(['2'])), joint(subgraph, question(['3']))];
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([['1']]);
  answering = named;
  proceed();
  expect(await Promise.all([first, ...later])).toMatchObject([named(['1']), named(['2']), named(['3'])]);
  expect(asked).toEqual([['1'], ['2', '3']]);
});

test('an error stands at the place of who asked for it, and at no other', async () => {
  const joint = openJoint();
  answering = (ids) => ({ ...named(ids), errors: [{ message: 'It fails.', path: ['_entities', 2, 'name'] }] });
  const answers = await Promise.all([['1'], ['2', '3'], ['4']].map((ids) => joint(subgraph, question(ids))));
  expect(answers.map(({ errors }) => errors)).toEqual([[], [{ message: 'It fails.', path: ['_entities', 1, 'name'] }], []]);
});

test('where nothing can be told apart each is asked for by itself: one that spoils an answer spoils its own', async () => {
  const joint = openJoint();
  answering = (ids) => (ids.includes('2') ? { data: null, errors: [{ message: 'No.' }] } : named(ids));
  const answers = await Promise.all([['1'], ['2'], ['3']].map((ids) => joint(subgraph, question(ids))));
  expect(answers).toMatchObject([named(['1']), { data: null, errors: [{ message: 'No.' }] }, named(['3'])]);
});

test('a system that does not answer is asked once, and missed at the places of each', async () => {
  const joint = openJoint();
  answering = () => ({ data: null, unanswered: true, errors: [{ message: 'It is away.' }] });
  const answers = await Promise.all([['1'], ['2', '3']].map((ids) => joint(subgraph, question(ids))));
  expect(asked).toHaveLength(1);
  const missed = (at: number) => ({ message: 'It is away.', path: ['_entities', at, 'name'] });
  expect(answers.map(({ errors }) => errors)).toEqual([[missed(0)], [missed(0), missed(1)]]);
});

test('whoever else asks, asks with other variables or asks something else, is asked for apart', async () => {
  const joint = openJoint();
  const other = { ...subgraph, name: 'others' };
  await Promise.all([
    joint(subgraph, question(['1'])),
    joint(subgraph, question(['2'], '"unit":"F"')),
    joint(other, question(['3'])),
    joint(subgraph, question(['4'], '', { ...anonymous, grants: ['rms:read'] })),
  ]);
  expect(asked.toSorted()).toEqual([['1'], ['2'], ['3'], ['4']]);
});
