/** The status board: what people read of what systems say, and of those that fell silent. */
import { boardOf, changesOf, silentAfterMs } from '../../../subgraphs/hub/board.ts';
import type { BoardEntry } from '../../../subgraphs/hub/reader.ts';
import type { SourceStatus } from '../../../subgraphs/kit/status.ts';

const now = Date.parse('2022-02-20T12:00:00.000Z');

const said = (name: string, ageMs: number, more: Partial<SourceStatus> = {}): SourceStatus => ({
  name,
  title: `The ${name}`,
  state: 'LIVE',
  lastSeenAt: new Date(now - ageMs).toISOString(),
  ...more,
});

test('a system that reports is what it says it is', () => {
  const live = said('cad', 2_000, { lastEventAt: '2022-02-20T11:59:00.000Z', lagSeconds: 1.5 });
  const stale = said('avl', 2_000, { state: 'STALE', detail: 'No change for longer than 60 s.' });
  expect(boardOf([live, stale], ['avl', 'cad'], now)).toEqual([stale, live]);
});

test('a system that fell silent is down, whatever it said last', () => {
  const [cad] = boardOf([said('cad', silentAfterMs + 1, { lagSeconds: 1 })], ['cad'], now);
  expect(cad).toMatchObject({ state: 'DOWN', detail: 'It has not reported since 2022-02-20T11:59:44.999Z.', lagSeconds: 1 });
  expect(boardOf([said('cad', silentAfterMs)], ['cad'], now)).toMatchObject([{ state: 'LIVE' }]);
});

test('a registered system that never reported is down', () => {
  expect(boardOf([], ['rms'], now)).toEqual([{ name: 'rms', title: 'rms', state: 'DOWN', detail: 'It has never reported.' }]);
});

test('a system that another installation registered is shown behind its own', () => {
  expect(boardOf([said('jail', 0), said('cad', 0)], ['cad'], now).map(({ name }) => name)).toEqual(['cad', 'jail']);
});

describe('what changed', () => {
  const board = (state: BoardEntry['state'], seen = true): BoardEntry[] => [
    { name: 'cad', title: 'CAD', state, ...(seen && { lastSeenAt: new Date(now).toISOString() }) },
  ];

  test('is every other state than before', () => {
    expect(changesOf(new Map([['cad', 'LIVE']]), board('DOWN'))).toHaveLength(1);
    expect(changesOf(new Map([['cad', 'LIVE']]), board('LIVE'))).toHaveLength(0);
  });

  test('is also what was not told yet, but not a system that nobody has heard of', () => {
    expect(changesOf(new Map(), board('LIVE'))).toHaveLength(1);
    expect(changesOf(new Map(), board('DOWN', false))).toHaveLength(0);
  });
});
