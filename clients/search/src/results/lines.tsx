/** Lines of which only those in sight exist: five thousand scroll like five. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { Row } from '../rows.ts';
import { Line } from './line.tsx';

interface LinesProps {
  rows: readonly Row[];
  label: string;
  /** The key of the record whose page is open. */
  current?: string | undefined;
}

/** The virtualizer measures nothing, so lines have one height. */
const lineRem = 3.1;
const inSight = 10;

export const Lines = ({ rows, label, current }: LinesProps): ReactNode => {
  const scroller = useRef<HTMLUListElement>(null);
  const height = lineRem * useSyncExternalStore(onResize, remPixels);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
  });
  // Type grows with the window, and the virtualizer remembers heights.
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when the height changes, not when the list is drawn
  useLayoutEffect(() => virtual.measure(), [height]);
  return (
    <ul
      ref={scroller}
      className="lines"
      aria-label={label}
      data-rows={rows.length}
      style={{ height: Math.min(rows.length, inSight) * height + 1 }}
    >
      {virtual.getVirtualItems().map(({ index, start, size, key }) => {
        const row = rows[index];
        return (
          row && (
            <li
              key={key}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)`, height: size }}
            >
              <Line row={row} current={row.key === current} />
            </li>
          )
        );
      })}
      <li className="lines-end" aria-hidden="true" style={{ transform: `translateY(${virtual.getTotalSize()}px)` }} />
    </ul>
  );
};

const onResize = (listener: () => void): (() => void) => {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
};

const remPixels = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
