/** What was started ends in the reverse order, whatever happens on the way. */
import { openLifecycle } from '../../../deploy/lifecycle.ts';

describe('a lifecycle', () => {
  test('ends the youngest first', async () => {
    const ended: string[] = [];
    const life = openLifecycle();
    for (const what of ['database', 'subgraph', 'gateway']) life.add(what, async () => ended.push(what));
    await life.end();
    expect(ended).toEqual(['gateway', 'subgraph', 'database']);
  });

  test('ends the others when one fails to end, and says which', async () => {
    const ended: string[] = [];
    const failed: string[] = [];
    const life = openLifecycle((what) => failed.push(what));
    life.add('database', () => ended.push('database'));
    life.add('gateway', () => Promise.reject(new Error('no')));
    await life.end();
    expect({ ended, failed }).toEqual({ ended: ['database'], failed: ['gateway'] });
  });

  test('ends each thing once, however often it is asked', async () => {
    let ends = 0;
    const life = openLifecycle();
    life.add('gateway', () => (ends += 1));
    await Promise.all([life.end(), life.end()]);
    expect(ends).toBe(1);
  });

  test('ends what was added while it was ending', async () => {
    const ended: string[] = [];
    const life = openLifecycle();
    life.add('database', () => life.add('late', () => ended.push('late')));
    await life.end();
    expect(ended).toEqual(['late']);
  });
});
