/**
 * Records as lines: what every list, board, chart and file of this page shows of
 * them. A name that is withheld is said to be, never left empty.
 */
import { dayOf, dayTimeOf, wordsOf } from '../../kit/format.ts';
import type {
  FromFragment,
  IncidentLineFragment,
  PersonRowFragment,
  PlaceRowFragment,
  ReportRowFragment,
  VehicleRowFragment,
} from '../generated/graphql.ts';

export const recordTypes = ['Person', 'Report', 'Incident', 'Vehicle', 'Place'] as const;
export type RecordType = (typeof recordTypes)[number];

export interface Row {
  /** As the audit and a release name it: `Person:…`. */
  key: string;
  type: RecordType;
  id: string;
  title: string;
  detail: string;
  /** What must be seen beside the title: a juvenile, a score, a role. */
  marks: readonly string[];
  at?: string | null;
  where?: string | null;
  from?: FromFragment;
  point?: { latitude: number; longitude: number } | null;
}

/** Without fields that are null for this reader. */
const joined = (parts: readonly (string | number | null | undefined | false)[]): string =>
  parts.filter((part) => part !== null && part !== undefined && part !== '' && part !== false).join(' · ');

const base = (type: RecordType, id: string) => ({ key: `${type}:${id}`, type, id });

export const nameOf = (person: { fullName: string | null }): string => person.fullName ?? 'Name withheld';

export const rowOfPerson = (person: PersonRowFragment, marks: readonly string[] = []): Row => ({
  ...base('Person', person.id),
  title: nameOf(person),
  detail: joined([
    person.dateOfBirth ? `born ${person.dateOfBirth}` : 'no date of birth',
    person.sex && wordsOf(person.sex),
    person.race && wordsOf(person.race),
    ...(person.phones ?? []).slice(0, 1).map(({ number }) => number),
  ]),
  marks: [...(person.juvenile ? ['juvenile'] : []), ...marks],
  from: person.provenance,
});

export const rowOfVehicle = (vehicle: VehicleRowFragment, marks: readonly string[] = []): Row => ({
  ...base('Vehicle', vehicle.id),
  title: joined([vehicle.plate ?? 'No plate', vehicle.plateState]),
  detail: joined([
    [vehicle.color, vehicle.year, vehicle.make, vehicle.model].filter(Boolean).join(' '),
    vehicle.owner && `owner ${nameOf(vehicle.owner)}`,
  ]),
  marks: [...(vehicle.involvement ? [wordsOf(vehicle.involvement).toLowerCase()] : []), ...marks],
  from: vehicle.provenance,
});

export const rowOfPlace = (place: PlaceRowFragment): Row => ({
  ...base('Place', place.id),
  title: place.address,
  detail: place.district ? `District ${place.district}` : '',
  marks: [],
  where: place.address,
});

/** Of some records a reader gets the number alone, and whom to ask (LEXS gray). */
export const rowOfReport = (report: ReportRowFragment, marks: readonly string[] = []): Row => ({
  ...base('Report', report.id),
  title: report.number,
  detail: joined([
    report.signal?.text ?? report.kinds?.join(', ') ?? 'pointer only: ask the agency that holds it',
    report.where,
    report.district && `District ${report.district}`,
  ]),
  marks: [...(report.filed?.text ? [report.filed.text.toLowerCase()] : []), ...marks],
  at: report.occurredAt,
  where: report.where,
  from: report.provenance,
});

export const rowOfIncident = (incident: IncidentLineFragment, marks: readonly string[] = []): Row => ({
  ...base('Incident', incident.id),
  title: incident.number,
  detail: joined([
    incident.type?.text ?? incident.type?.code,
    incident.location?.address,
    incident.location?.district && `District ${incident.location.district}`,
    incident.disposition?.text,
  ]),
  marks: [...(incident.priority ? [incident.priority] : []), wordsOf(incident.status).toLowerCase(), ...marks],
  at: incident.receivedAt,
  where: incident.location?.address ?? null,
  from: incident.provenance,
  point: incident.location?.point ?? null,
});

/** `rms 1961777160, Feb 21, 2022` */
export const originOf = ({ source, sourceId, receivedAt }: FromFragment): string =>
  `${source} ${sourceId}${receivedAt ? `, ${dayOf(receivedAt)}` : ''}`;

/** As a file has it, in this order. */
export const cellsOf = (row: Row): string[] => [
  row.type,
  row.title,
  row.detail,
  row.marks.join(', '),
  row.at ? dayTimeOf(row.at) : '',
  row.from ? `${row.from.source} ${row.from.sourceId}` : '',
  row.from ? [row.from.synthetic && 'synthetic', row.from.derived && 'derived'].filter(Boolean).join(', ') : '',
];

export const cellHeads = ['Kind', 'Record', 'Details', 'Marks', 'When', 'Source', 'Origin'] as const;
