/** Which rows a caller is shown, pointed at, or told nothing of: a list of what is known, never of what is not. */
import { pointedAt, shownTo } from '../../../subgraphs/kit/labels.ts';

const everyday = ['open', 'juvenile', 'victim'];

test.each([
  ['nobody in particular', [], everyday, []],
  ['who works with records', ['rms:pointer'], everyday, ['restricted']],
  ['who may read restricted rows', ['rms:pointer', 'rms:restricted'], [...everyday, 'restricted'], []],
  ['who may read sealed rows', ['rms:sealed'], [...everyday, 'sealed'], []],
])('%s is shown rows of these handlings and no other, one that nobody knows included', (_who, grants, shown, pointed) => {
  expect(shownTo({ grants })).toEqual(shown);
  expect(pointedAt({ grants })).toEqual(pointed);
});
