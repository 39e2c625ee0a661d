/** What can be done with the lines that are ticked, along the page's foot. */
import type { ReactNode } from 'react';
import { useStore } from '../../../kit/store.ts';
import { usePutOnBoard } from '../board/put.ts';
import { useDesk } from '../desk.ts';
import { useRelease } from './context.ts';

export const PickedBar = (): ReactNode => {
  const desk = useDesk();
  const picked = useStore(desk.picked);
  const put = usePutOnBoard();
  const release = useRelease();
  if (picked.size === 0) return null;
  const rows = [...picked.values()];
  return (
    <section className="picked" aria-label="Ticked records" data-picked={picked.size}>
      <strong>
        {picked.size} {picked.size === 1 ? 'record' : 'records'} ticked
      </strong>
      {put && (
        <button type="button" className="button small" onClick={() => rows.slice(0, 100).forEach(put)}>
          Put on the board
        </button>
      )}
      {release && (
        <button type="button" className="button small" onClick={() => release({ title: 'Search results', rows })}>
          Release…
        </button>
      )}
      <button type="button" className="button small ghost" onClick={() => desk.pick(rows, false)}>
        Clear
      </button>
    </section>
  );
};
