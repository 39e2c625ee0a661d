/** Edges in bulk: one read a tick, however many parents ask. */
import { manyBy, oneBy, perArguments } from '../../../subgraphs/kit/batch.ts';

interface Row {
  id: string;
  parent: string;
}

const source = (rows: Row[]) => {
  const reads: (readonly string[])[] = [];
  return {
    reads,
    by: (column: keyof Row) => async (keys: readonly string[]) => {
      reads.push(keys);
      return rows.filter((row) => keys.includes(row[column]));
    },
  };
};

const rows: Row[] = [
  { id: '3', parent: 'b' },
  { id: '1', parent: 'a' },
  { id: '2', parent: 'a' },
];

test('all that is asked for in one tick is one read, and each asker gets its own', async () => {
  const { reads, by } = source(rows);
  const loader = oneBy(by('id'), ({ id }) => id);
  const answers = await Promise.all(['1', '2', 'none', '3', '1'].map((id) => loader.load(id)));
  expect(answers.map((row) => row?.id ?? null)).toEqual(['1', '2', null, '3', '1']);
  expect(reads).toEqual([['1', '2', 'none', '3']]);
});

test('what is asked for at the next tick is another read, of what is not known yet', async () => {
  const { reads, by } = source(rows);
  const loader = oneBy(by('id'), ({ id }) => id);
  await loader.load('1');
  await Promise.all([loader.load('1'), loader.load('2')]);
  expect(reads).toEqual([['1'], ['2']]);
});

test('many rows a key come in the order read; a key without rows has an empty list', async () => {
  const { reads, by } = source(rows);
  const loader = manyBy(by('parent'), ({ parent }) => parent);
  const answers = await Promise.all(['a', 'none', 'b'].map((parent) => loader.load(parent)));
  expect(answers.map((found) => found.map(({ id }) => id))).toEqual([['1', '2'], [], ['3']]);
  expect(reads).toHaveLength(1);
});

test('a hundred parents with the same arguments are one read; other arguments are another', async () => {
  const { reads, by } = source(rows);
  const made: object[] = [];
  const load = perArguments((args: { first: number; radiusMeters?: number }) => {
    made.push(args);
    return manyBy(by('parent'), ({ parent }: Row) => parent);
  });
  await Promise.all([
    ...Array.from({ length: 100 }, (_, at) => load({ first: 4 }).load(`parent-${at}`)),
    load({ first: 5 }).load('a'),
    load({ first: 4, radiusMeters: 100 }).load('a'),
  ]);
  expect(made).toEqual([{ first: 4 }, { first: 5 }, { first: 4, radiusMeters: 100 }]);
  expect(reads.map(({ length }) => length)).toEqual([100, 1, 1]);
});

test('a read that fails fails each asker of it, and nobody else', async () => {
  const loader = oneBy(
    async (keys: readonly string[]) => {
      if (keys.includes('bad')) throw new Error('away');
      return rows.filter(({ id }) => keys.includes(id));
    },
    ({ id }) => id,
  );
  const failed = await Promise.allSettled([loader.load('bad'), loader.load('1')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await loader.load('2'))?.id).toBe('2');
});

test('two requests share nothing', async () => {
  const { reads, by } = source(rows);
  await oneBy(by('id'), ({ id }: Row) => id).load('1');
  await oneBy(by('id'), ({ id }: Row) => id).load('1');
  expect(reads).toHaveLength(2);
});
