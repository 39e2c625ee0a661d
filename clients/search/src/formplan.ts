/** What the advanced form's fields ask of whom. Pure, so that it can be tested without a page. */
import { given, isEmpty, leadsOf, type Plan } from './plan.ts';
import { type KeyKind, kindWords, readAs } from './query.ts';

/** @returns a plan, or a sentence on what is wrong. */
export const planOfForm = (values: Record<string, string>, thisYear: number): Plan | string => {
  const text = (name: string): string | undefined => values[name]?.trim() || undefined;
  const wrong = (['dateOfBirth', 'phone', 'plate', 'item'] as const).find((kind) => {
    const typed = text(kind);
    return typed !== undefined && readAs(kind, typed, thisYear) === undefined;
  });
  if (wrong) return `This is no ${kindWords[wrong]}.`;
  const read = (kind: KeyKind): string | undefined => {
    const typed = text(kind);
    return typed === undefined ? undefined : readAs(kind, typed, thisYear)?.value;
  };
  const person = given({
    name: text('name'),
    dateOfBirth: read('dateOfBirth'),
    dateOfBirthToleranceDays: text('tolerance') ? Number(text('tolerance')) : undefined,
    sex: text('sex'),
    phone: read('phone'),
  });
  const hasPerson = person.name !== undefined || person.dateOfBirth !== undefined || person.phone !== undefined;
  const span = { from: dayStart(text('from')), to: dayStart(text('to'), 1) };
  const incidents = given({
    receivedFrom: span.from,
    receivedTo: span.to,
    districts: listOf(text('districts')),
    types: listOf(text('types')),
    address: text('address'),
  });
  const reports = given({
    occurredFrom: span.from,
    occurredTo: span.to,
    districts: listOf(text('districts')),
    signals: listOf(text('signals')),
    nibrs: listOf(text('nibrs')),
  });
  const plan = given({
    persons: hasPerson ? person : undefined,
    vehicles: read('plate'),
    addresses: text('address'),
    report: read('item'),
    incident: read('item'),
    calls: read('phone'),
    incidents: Object.keys(incidents).length > 0 ? incidents : undefined,
    reports: Object.keys(reports).length > 0 ? reports : undefined,
    leads: leadsOf({ name: person.name, dateOfBirth: person.dateOfBirth, phone: person.phone, address: text('address') }),
  });
  return isEmpty(plan) ? 'Fill in at least one field.' : plan;
};

const listOf = (text: string | undefined): string[] => (text ?? '').split(/[\s,;]+/).filter((word) => word !== '');

/** Midnight here, where the days are meant. */
const dayStart = (day: string | undefined, later = 0): string | undefined => {
  if (day === undefined) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
};
