/** Puts a record on the stated case's board; undefined where there is no board for the caller. */
import { useMutation } from '@apollo/client/react';
import { gapsOf } from '../../../kit/answer.ts';
import { usePage } from '../../../kit/page.tsx';
import { type BoardItemType, PutOnBoardDocument } from '../../generated/graphql.ts';
import type { Row } from '../rows.ts';
import { useGranted } from '../standingcontext.ts';

export const usePutOnBoard = (): ((row: Row) => void) | undefined => {
  const { tray } = usePage();
  const [run] = useMutation(PutOnBoardDocument);
  if (!useGranted('hub:boards')) return undefined;
  return (row) => {
    const item = { type: row.type.toUpperCase() as BoardItemType, entityId: row.id };
    void run({ variables: { item } }).then(({ data, error }) => {
      if (data?.addBoardItem) return tray.say(`${row.title} is on the board.`);
      tray.add({ level: 'bad', text: `Not put on the board: ${gapsOf(error)[0]?.message ?? 'the hub gave no answer.'}` });
    });
  };
};
