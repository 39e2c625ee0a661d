/**
 * The live incident list: a grid of which only the rows in sight exist. New rows
 * are marked and announced; neither the focus nor what is being read moves.
 */
import { useTable } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { useRem } from '../../../kit/rem.ts';
import type { Incident } from '../live/picture.ts';
import { type SortName, sortNames, type View, type ViewStore } from '../view.ts';
import { Row } from './row.tsx';
import { columns, features } from './table.ts';

interface ListProps {
  incidents: readonly Incident[];
  view: View;
  change: ViewStore['change'];
  /** Ids of rows that are new or changed since a moment ago. */
  fresh: ReadonlyMap<string, 'new' | 'changed'>;
  /** Moves through the rows from outside: the page's keys. */
  onRows: (ids: readonly string[]) => void;
  onSelect: (id: string | undefined) => void;
  /** The page has not heard from the hub yet. */
  loading: boolean;
}

/** As many as a quick look takes in; the virtualizer measures nothing, so rows have one height. */
const rowRem = 3.1;

export const List = ({ incidents, view, change, fresh, onRows, onSelect, loading }: ListProps): ReactNode => {
  const scroller = useRef<HTMLTableElement>(null);
  const sorting = useMemo(() => [{ id: view.sort, desc: view.descending }], [view.sort, view.descending]);
  const table = useTable({
    features,
    columns,
    data: incidents,
    getRowId: (row: Incident) => row.id,
    state: { sorting },
    enableSortingRemoval: false,
  });
  const rows = table.getRowModel().rows;
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  useEffect(() => onRows(ids), [ids, onRows]);
  const rem = useRem();
  const rowPixels = rowRem * rem;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPixels,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 6,
    scrollPaddingStart: 2 * rem, // The head stays in sight.
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows are as high as the type is, and it follows the window
  useLayoutEffect(() => virtual.measure(), [rowPixels]);
  useKeptPlace(scroller, ids, { height: rowPixels, last: () => virtual.scrollOffset ?? 0 });
  const selected = view.incident === undefined ? -1 : ids.indexOf(view.incident);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list scrolls when another row is selected, not when rows move
  useEffect(() => {
    if (selected >= 0) virtual.scrollToIndex(selected, { align: 'auto' });
  }, [view.incident]);
  const sortBy = (name: SortName): void =>
    change(
      view.sort === name ? { descending: !view.descending } : { sort: name, descending: name !== 'type' && name !== 'district' },
    );
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = targetOf(event.key, selected, ids.length);
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect(ids[to]);
  };
  return (
    <table
      ref={scroller}
      className="list"
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose rows are chosen by arrow keys is a grid
      role="grid"
      aria-label="Incidents; arrow keys move"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isDrawn(virtual.getVirtualItems(), selected) ? rowId(view.incident) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      data-list=""
    >
      <thead className="list-head">
        <tr className="list-row" aria-rowindex={1}>
          {table.getHeaderGroups()[0]?.headers.map(({ id, column }) => (
            <th key={id} scope="col" className={`cell-${id}`} aria-sort={sortOf(id, view)}>
              <button type="button" className="list-sort" onClick={() => isSortName(id) && sortBy(id)}>
                {String(column.columnDef.header)}
                <span aria-hidden="true">{view.sort === id ? (view.descending ? ' ▾' : ' ▴') : ''}</span>
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="list-space" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, size, key }) => {
          const row = rows[index];
          return (
            row && (
              <Row
                key={key}
                id={rowId(row.id)}
                incident={row.original}
                index={index}
                start={start}
                size={size}
                selected={row.id === view.incident}
                fresh={fresh.get(row.id)}
                onSelect={onSelect}
              />
            )
          );
        })}
      </tbody>
      {rows.length === 0 && (
        <caption className="list-empty">
          {loading ? 'Reading the open calls…' : 'No call matches. Calls appear here as dispatch receives them.'}
        </caption>
      )}
    </table>
  );
};

const isDrawn = (items: readonly { index: number }[], at: number): boolean => items.some(({ index }) => index === at);

const rowId = (id: string | undefined): string => `row-${id}`;
const isSortName = (name: string): name is SortName => (sortNames as readonly string[]).includes(name);
const sortOf = (id: string, view: View): 'ascending' | 'descending' | 'none' =>
  view.sort !== id ? 'none' : view.descending ? 'descending' : 'ascending';

const targetOf = (key: string, at: number, count: number): number | undefined => {
  if (count === 0) return undefined;
  const page = 8;
  const moves: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at < 0 ? 0 : at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const to = moves[key];
  return to === undefined ? undefined : Math.max(0, Math.min(count - 1, to));
};

interface Heights {
  height: number;
  /** Where the list was scrolled to when it last said so. */
  last: () => number;
}

/** Neither rows that arrive above what is being read nor a window that is resized move it: the scroll position goes with it. */
const useKeptPlace = (
  scroller: { current: HTMLTableElement | null },
  ids: readonly string[],
  { height, last }: Heights,
): void => {
  const before = useRef({ ids, height });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `last` is read, not followed
  useLayoutEffect(() => {
    const element = scroller.current;
    const was = before.current;
    before.current = { ids, height };
    if (!element) return;
    const resized = was.height !== height; // Then the browser has cut the position to what is there now.
    const place = (resized ? last() : element.scrollTop) / was.height;
    const first = Math.floor(place);
    const anchor = was.ids[first];
    if (first === 0 || anchor === undefined) return;
    const now = ids.indexOf(anchor);
    if (now >= 0 && (now !== first || resized)) element.scrollTop = (place - first + now) * height;
  }, [ids, scroller, height]);
};
