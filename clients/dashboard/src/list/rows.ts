/** Which incidents the list shows, and what can be chosen to narrow it. */
import { closedForMs, type Incident } from '../live/picture.ts';
import { urgencyOf } from '../priority.ts';
import { openStatuses, type View } from '../view.ts';

type Filters = Pick<View, 'districts' | 'priorities' | 'types' | 'statuses' | 'text'>;

/** With no status chosen: what is open, and what was closed within the hour. */
export const matches = (filters: Filters): ((incident: Incident) => boolean) => {
  const { districts, priorities, types, statuses, text } = filters;
  const needle = text.trim().toLowerCase();
  return (incident) =>
    (statuses.length === 0 || statuses.includes(incident.status)) &&
    (districts.length === 0 || districts.includes(incident.location?.district ?? '')) &&
    (priorities.length === 0 || priorities.includes(urgencyOf(incident))) &&
    (types.length === 0 || types.includes(incident.type?.code ?? '')) &&
    (needle === '' || wordsOf(incident).includes(needle));
};

const wordsOf = ({ number, type, location, units }: Incident): string =>
  [number, type?.text, type?.code, location?.address, ...units.map(({ callSign }) => callSign)].join(' ').toLowerCase();

export interface Choices {
  districts: readonly string[];
  types: readonly { code: string; text: string; count: number }[];
}

/** What is there to choose from now, the most frequent types first. */
export const choicesOf = (incidents: Iterable<Incident>): Choices => {
  const districts = new Set<string>();
  const types = new Map<string, { code: string; text: string; count: number }>();
  for (const { type, location } of incidents) {
    if (location?.district) districts.add(location.district);
    if (!type) continue;
    const entry = types.get(type.code) ?? { code: type.code, text: type.text ?? type.code, count: 0 };
    types.set(type.code, { ...entry, count: entry.count + 1 });
  }
  return {
    districts: [...districts].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    types: [...types.values()].sort((a, b) => b.count - a.count || a.text.localeCompare(b.text)),
  };
};

export const isOpen = ({ status }: Incident): boolean => openStatuses.includes(status);
export { closedForMs };
