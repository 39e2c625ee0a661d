/** The list's columns and order. Ties fall to the newer call, so that rows do not jump. */
import { createColumnHelper, createSortedRowModel, rowSortingFeature, tableFeatures } from '@tanstack/react-table';
import type { Incident } from '../live/picture.ts';
import { titleOf, urgencyOf } from '../priority.ts';
import { statuses } from '../view.ts';

export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

const helper = createColumnHelper<typeof features, Incident>();

const byTime = (a: Incident, b: Incident): number => (a.receivedAt < b.receivedAt ? -1 : a.receivedAt > b.receivedAt ? 1 : 0);
const ordered =
  (compare: (a: Incident, b: Incident) => number) =>
  (a: { original: Incident }, b: { original: Incident }): number =>
    compare(a.original, b.original) || byTime(a.original, b.original);

export const columns = helper.columns([
  helper.accessor((row) => row.priority ?? '', {
    id: 'priority',
    header: 'Pri',
    sortFn: ordered((a, b) => urgencyOf(a).localeCompare(urgencyOf(b)) || (b.priority ?? '').localeCompare(a.priority ?? '')),
  }),
  helper.accessor('receivedAt', { header: 'Age', sortFn: ordered(byTime) }),
  helper.accessor((row) => titleOf(row), {
    id: 'type',
    header: 'Call',
    sortFn: ordered((a, b) => titleOf(a).localeCompare(titleOf(b))),
  }),
  helper.accessor((row) => row.location?.district ?? '', {
    id: 'district',
    header: 'Dist',
    sortFn: ordered((a, b) => (a.location?.district ?? '').localeCompare(b.location?.district ?? '', 'en', { numeric: true })),
  }),
  helper.accessor('status', {
    header: 'Status',
    sortFn: ordered((a, b) => statuses.indexOf(a.status) - statuses.indexOf(b.status)),
  }),
]);
