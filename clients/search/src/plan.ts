/**
 * Which systems are asked what: one question for each section of the page. The
 * one box and the advanced form both become a plan; so does a saved search.
 */
import type { Reading } from './query.ts';

export interface PersonQuestion {
  name?: string;
  dateOfBirth?: string;
  dateOfBirthToleranceDays?: number;
  sex?: string;
  phone?: string;
}

export interface IncidentQuestion {
  receivedFrom?: string;
  receivedTo?: string;
  districts?: string[];
  types?: string[];
  address?: string;
}

export interface ReportQuestion {
  occurredFrom?: string;
  occurredTo?: string;
  districts?: string[];
  signals?: string[];
  nibrs?: string[];
}

export interface LeadQuestion {
  name?: string;
  dateOfBirth?: string;
  address?: string;
  phone?: string;
}

/** What is absent is not asked. */
export interface Plan {
  persons?: PersonQuestion;
  vehicles?: string;
  addresses?: string;
  report?: string;
  reports?: ReportQuestion;
  incident?: string;
  calls?: string;
  incidents?: IncidentQuestion;
  /** Offered, never asked without a click. */
  leads?: LeadQuestion;
}

export const planOf = (readings: readonly Reading[]): Plan => {
  const value = (kind: Reading['kind']): string | undefined => readings.find((reading) => reading.kind === kind)?.value;
  const [item, phone, plate, address] = [value('item'), value('phone'), value('plate'), value('address')];
  const person = given({ name: value('name'), dateOfBirth: value('dateOfBirth'), phone });
  return given({
    persons: Object.keys(person).length > 0 ? person : undefined,
    vehicles: plate,
    addresses: address,
    report: item,
    incident: item,
    calls: phone,
    incidents: address ? { address } : undefined,
    leads: leadsOf({ ...person, address }),
  });
};

/** The vendors take a name with a date of birth or an address, or a phone number. */
export const leadsOf = ({ name, dateOfBirth, address, phone }: Loose<LeadQuestion>): LeadQuestion | undefined => {
  if (name && (dateOfBirth || address)) return given({ name, dateOfBirth, address, phone });
  return phone ? { phone } : undefined;
};

export const isEmpty = (plan: Plan): boolean => Object.keys(plan).length === 0;

/** A live question that a search can become: what a client follows, in words. */
export interface Savable {
  kind: 'INCIDENTS' | 'REPORTS' | 'PERSONS' | 'VEHICLES' | 'ADDRESSES';
  words: string;
  variables: object;
  /** Whether the hub tells of what matches it; others are kept to be asked again. */
  live: boolean;
}

export const savableOf = ({ persons, vehicles, addresses, reports, incidents }: Plan): Savable[] => [
  ...(persons
    ? [live('REPORTS', 'A new report names this person', { person: persons }), kept('PERSONS', 'The search for persons', persons)]
    : []),
  ...(vehicles
    ? [
        live('REPORTS', 'A new report mentions such a plate', { plate: vehicles }),
        kept('VEHICLES', 'The search for vehicles', { plate: vehicles }),
      ]
    : []),
  ...(incidents ? [live('INCIDENTS', 'A call like these comes in or changes', incidents)] : []),
  ...(addresses
    ? [
        live('REPORTS', 'A report at this address', { address: addresses }),
        kept('ADDRESSES', 'The search for addresses', { text: addresses }),
      ]
    : []),
  ...(reports ? [live('REPORTS', 'A report like these is filed or changes', watched(reports))] : []),
];

/** What a kept search asks when it is run again; undefined where its variables are none that this page writes. */
export const planOfSaved = (kind: string, variables: string): Plan | undefined => {
  const asked = objectOf(variables);
  if (!asked) return undefined;
  if (kind === 'PERSONS') return { persons: asked as PersonQuestion };
  if (kind === 'VEHICLES') return typeof asked.plate === 'string' ? { vehicles: asked.plate } : undefined;
  if (kind === 'ADDRESSES') return typeof asked.text === 'string' ? { addresses: asked.text } : undefined;
  if (kind === 'INCIDENTS') return { incidents: asked as IncidentQuestion };
  if (asked.person) return { persons: asked.person as PersonQuestion };
  if (typeof asked.plate === 'string') return { vehicles: asked.plate };
  if (typeof asked.address === 'string') return { addresses: asked.address };
  return { reports: asked as ReportQuestion };
};

const live = (kind: Savable['kind'], words: string, variables: object): Savable => ({ kind, words, variables, live: true });
const kept = (kind: Savable['kind'], words: string, variables: object): Savable => ({ kind, words, variables, live: false });

/** A stream has no past: what lies in a span cannot be followed. */
const watched = ({ districts, signals, nibrs }: ReportQuestion): object => given({ districts, signals, nibrs });

const objectOf = (text: string): Record<string, unknown> | undefined => {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
};

type Loose<Shape> = { [Key in keyof Shape]?: Shape[Key] | undefined };

/** Without what is not there. */
export const given = <Shape extends object>(shape: Shape): { [Key in keyof Shape]?: NonNullable<Shape[Key]> } =>
  Object.fromEntries(
    Object.entries(shape).filter(
      ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  ) as { [Key in keyof Shape]?: NonNullable<Shape[Key]> };
