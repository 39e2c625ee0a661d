/** The case's board: keys with notes, kept by the hub, drawn for each reader from the systems themselves; live. */
import { useMutation, useQuery, useSubscription } from '@apollo/client/react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { gapsOf } from '../../../kit/answer.ts';
import { dayTimeOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import {
  BoardChangesDocument,
  type BoardWholeFragment,
  CaseBoardDocument,
  NoteOnBoardDocument,
  TakeOffBoardDocument,
} from '../../generated/graphql.ts';
import { useRelease } from '../release/context.ts';
import { Line } from '../results/line.tsx';
import { type Row, rowOfIncident, rowOfPerson, rowOfPlace, rowOfReport, rowOfVehicle } from '../rows.ts';
import { useStated } from '../standingcontext.ts';

export const Board = (): ReactNode => <Stated key={useStated()} />;

const Stated = (): ReactNode => {
  const { data, error, loading, refetch } = useQuery(CaseBoardDocument);
  const board = data?.board;
  const release = useRelease();
  const gaps = gapsOf(error);
  const rows = (board?.items ?? []).flatMap((item) => rowOf(item) ?? []);
  return (
    <div className="view board" data-board={board?.items.length ?? (loading ? 'loading' : 'none')}>
      <header className="view-head">
        <h1>Case board {board && <span className="mono">{board.caseNumber}</span>}</h1>
        {board && (
          <span className="quiet">
            {board.changedAt ? `changed ${dayTimeOf(board.changedAt)}` : 'nothing yet'}; everybody on the case sees it, live
          </span>
        )}
        {release && rows.length > 0 && (
          <button type="button" className="button" onClick={() => release({ title: `Case board ${board?.caseNumber}`, rows })}>
            Release…
          </button>
        )}
      </header>
      {loading && !board && <p className="quiet asking">Reading the board…</p>}
      <Gaps gaps={gaps} what="The board" onRetry={() => void refetch()} />
      {!loading && !board && gaps.length === 0 && (
        <p className="notice withheld">Boards are for those who work the stated case.</p>
      )}
      {board?.items.length === 0 && (
        <NothingFound>Nothing lies on this board. Put a record here with “+ Board” beside it.</NothingFound>
      )}
      {board && <Follow onChange={() => void refetch()} />}
      <ul className="cards">
        {board?.items.map((item) => (
          <Card key={item.id} item={item} onChange={() => void refetch()} />
        ))}
      </ul>
    </div>
  );
};

const secondLookMs = 3_000;

/** An event says that the board changed; what is on it is read anew, under the reader's own rules. */
const Follow = ({ onChange }: { onChange: () => void }): ReactNode => {
  useSubscription(BoardChangesDocument, { ignoreResults: true, onData: onChange, context: { onGap: onChange } });
  const latest = useRef(onChange);
  latest.current = onChange;
  // The stream opens a moment after the board was read: what changed in between is seen by a second look.
  useEffect(() => {
    const timer = setTimeout(() => latest.current(), secondLookMs);
    return () => clearTimeout(timer);
  }, []);
  return null;
};

type Item = BoardWholeFragment['items'][number];

const Card = ({ item, onChange }: { item: Item; onChange: () => void }): ReactNode => {
  const [note, { error: noteError }] = useMutation(NoteOnBoardDocument);
  const [takeOff] = useMutation(TakeOffBoardDocument);
  const [draft, setDraft] = useState<string>();
  const row = rowOf(item);
  const keep = (): void => {
    const text = draft;
    if (text === undefined) return;
    void note({ variables: { id: item.id, note: text } }).then(({ data }) => {
      if (!data?.updateBoardItem) return;
      setDraft(undefined);
      onChange();
    });
  };
  return (
    <li className="card" data-item={item.entityId}>
      {row ? (
        <Line row={row} />
      ) : (
        <p className="notice withheld">{item.type.toLowerCase()}: a record that is gone, or not for you to see.</p>
      )}
      <textarea
        className="input"
        rows={2}
        maxLength={4_000}
        aria-label={`Note on ${row?.title ?? 'this item'}`}
        placeholder="A note for everybody on the case"
        value={draft ?? item.note ?? ''}
        onChange={({ target }) => setDraft(target.value)}
        onBlur={keep}
      />
      <Gaps gaps={gapsOf(noteError)} what="The note" />
      <footer className="quiet">
        {item.addedBy}, {dayTimeOf(item.addedAt)}
        <button
          type="button"
          className="button small ghost"
          aria-label={`Take off ${row?.title ?? 'this item'}`}
          onClick={() => void takeOff({ variables: { id: item.id } }).then(onChange)}
        >
          Take off
        </button>
      </footer>
    </li>
  );
};

const rowOf = ({ entity }: Item): Row | undefined => {
  if (entity?.__typename === 'Person') return rowOfPerson(entity);
  if (entity?.__typename === 'Report') return rowOfReport(entity);
  if (entity?.__typename === 'Incident') return rowOfIncident(entity);
  if (entity?.__typename === 'Vehicle') return rowOfVehicle(entity);
  return entity?.__typename === 'Place' ? rowOfPlace(entity) : undefined;
};
