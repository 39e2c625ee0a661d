/** The two time scalars of the contract. Strict on the way in, exact on the way out. */
import { GraphQLScalarType, Kind } from 'graphql';
import { HubError } from '../../schema/errors.ts';

const instant = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const day = /^\d{4}-\d{2}-\d{2}$/;

/** JavaScript reads the 30th of February as the 2nd of March. */
const exists = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
};

const parseInstant = (value: unknown): Date => {
  const date = typeof value === 'string' && instant.test(value) && exists(value.slice(0, 10)) ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) {
    throw new HubError('BAD_USER_INPUT', { message: 'A DateTime is RFC 3339 with a zone, such as 2022-02-20T18:42:11Z.' });
  }
  return date;
};

const parseDay = (value: unknown): string => {
  if (typeof value === 'string' && day.test(value) && exists(value)) return value;
  throw new HubError('BAD_USER_INPUT', { message: 'A Date is a calendar day, such as 1987-06-05.' });
};

/** `Date` objects inside, RFC 3339 in UTC with milliseconds outside. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    return parseInstant(value).toISOString();
  },
  parseValue: parseInstant,
  parseLiteral: (node) => parseInstant(node.kind === Kind.STRING ? node.value : undefined),
});

/** `YYYY-MM-DD` strings inside and outside: a day has no zone. */
export const CalendarDate = new GraphQLScalarType<string, string>({
  name: 'Date',
  serialize: parseDayOrDate,
  parseValue: parseDay,
  parseLiteral: (node) => parseDay(node.kind === Kind.STRING ? node.value : undefined),
});

/** Drivers hand a `date` column out as midnight UTC. */
function parseDayOrDate(value: unknown): string {
  return parseDay(value instanceof Date ? value.toISOString().slice(0, 10) : value);
}
