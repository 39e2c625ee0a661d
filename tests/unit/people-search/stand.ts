/** The system on two stand-in vendors and an embedded database, asked as a gateway would ask it. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLSchemaModule } from '@apollo/subgraph/dist/schema-helper/index.js';
import { type ExecutionResult, graphql, parse } from 'graphql';
import { pino } from 'pino';
import { anonymous, type Principal } from '../../../schema/principal.ts';
import { openLocalBus } from '../../../subgraphs/kit/bus/local.ts';
import { type Database, openDatabase } from '../../../subgraphs/kit/database.ts';
import { CalendarDate, DateTime } from '../../../subgraphs/kit/scalars.ts';
import type { Context, Source, Stream } from '../../../subgraphs/kit/system.ts';
import { disagreementOf, personsFor, type SyntheticPerson } from '../../../subgraphs/people-search/demo/persons.ts';
import { startVendors, type VendorOptions, type Vendors } from '../../../subgraphs/people-search/demo/vendors.ts';
import { peopleSearch } from '../../../subgraphs/people-search/index.ts';
import type { PeopleSearchReader } from '../../../subgraphs/people-search/source.ts';

export interface Stand {
  vendors: Vendors;
  source: Source<PeopleSearchReader>;
  database: Database;
  /** Lines that the system logged. */
  logged: string[];
  /** Sees each statement of the system first; what it throws, the database is said to have thrown. */
  intercept: (see: ((sql: string) => void) | undefined) => void;
  /** Moves the system's clock. */
  pass: (milliseconds: number) => void;
  ask: (query: string, variables?: Record<string, unknown>, principal?: Principal) => Promise<ExecutionResult<Answered>>;
  /** One person through the gateway's entity fetch. */
  person: (fields: string, person: object, principal?: Principal) => Promise<PersonAnswer>;
  /** Opens the system again on the same database, as a new process would. */
  restart: (settings?: Record<string, string>) => Promise<void>;
  /** A second process beside the first, on the same ledger. */
  another: (settings?: Record<string, string>) => Promise<Source<PeopleSearchReader>>;
  close: () => Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for and fails where it is not there.
type Answered = Record<string, any>;

export interface PersonAnswer {
  person: Answered | null;
  errors: { code: unknown; vendor: unknown; source: unknown; message: string; path: string }[];
}

export const detective: Principal = {
  ...anonymous,
  subject: 'detective-7',
  kind: 'person',
  ori: 'LANPD0000',
  purpose: 'C',
  caseNumber: 'B-24020-22',
  grants: ['people:leads', 'rms:persons'],
  operationId: 'operation-1',
};

export const unmasked: Principal = { ...detective, grants: [...detective.grants, 'people:ssn'] };

/** One embedded database a test file, emptied for each stand: starting one takes longer than a test. */
let opened: Promise<Database> | undefined;

const sharedDatabase = async (): Promise<Database> => {
  opened ??= openDatabase('pglite:');
  const database = await opened;
  await database.exec('DROP SCHEMA IF EXISTS people_search CASCADE');
  return database;
};

afterAll(async () => (await opened)?.close());

interface StandOptions {
  vendors?: VendorOptions;
  settings?: Record<string, string>;
}

export const openStand = async (options: StandOptions = {}): Promise<Stand> => {
  const vendors = await startVendors(options.vendors);
  const database = await sharedDatabase();
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const bus = openLocalBus();
  let see: ((sql: string) => void) | undefined;
  const watched: Database = {
    ...database,
    query: async (sql, parameters) => {
      see?.(sql);
      return database.query(sql, parameters);
    },
  };
  const open = (settings: Record<string, string> = {}) =>
    peopleSearch.open({ database: watched, bus, log, now, settings: { ...vendors.settings, ...options.settings, ...settings } });
  let source = await open();
  const schema = buildSubgraphSchema({
    typeDefs: parse(peopleSearch.sdl),
    resolvers: { DateTime, Date: CalendarDate, ...peopleSearch.resolvers } as GraphQLSchemaModule['resolvers'] & object,
  });
  const ask: Stand['ask'] = (query, variables = {}, principal = detective) => {
    const contextValue: Context<PeopleSearchReader> = {
      principal,
      read: source.reader(principal),
      stream: undefined as unknown as Stream<PeopleSearchReader>,
    };
    return graphql({ schema, source: query, variableValues: variables, contextValue }) as Promise<ExecutionResult<Answered>>;
  };
  return {
    vendors,
    get source() {
      return source;
    },
    database,
    logged,
    intercept: (next) => {
      see = next;
    },
    another: open,
    pass: (milliseconds) => {
      ahead += milliseconds;
    },
    ask,
    person: async (fields, person, principal) => {
      const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { ${fields} } } }`;
      const { data, errors = [] } = await ask(query, { r: [{ __typename: 'Person', id: 'person-1', ...person }] }, principal);
      return {
        person: data?._entities[0] ?? null,
        errors: errors.map(({ message, extensions, path }) => ({
          code: extensions.code,
          vendor: extensions.vendor,
          source: extensions.source,
          message,
          path: (path ?? []).slice(2).join('.'),
        })),
      };
    },
    restart: async (settings) => {
      const next = await open(settings); // First, so that wrong settings leave something to close.
      await source.close();
      source = next;
    },
    close: async () => {
      await source.close();
      await bus.close();
      await vendors.close();
    },
  };
};

export interface Known {
  fullName: string;
  dateOfBirth: string;
  persons: SyntheticPerson[];
}

/** A made-up name whose records at the stand-in vendors are as wanted; the same one each time. */
export const someone = (wanted: (known: Known) => boolean): Known => {
  for (let at = 0; at < 5_000; at += 1) {
    const fullName = `Testname${String.fromCharCode(97 + (at % 26))}ell Sample${at}`;
    const dateOfBirth = '1984-05-17';
    const known = { fullName, dateOfBirth, persons: personsFor({ name: fullName, dateOfBirth }) };
    if (wanted(known)) return known;
  }
  throw new Error('Nobody is as wanted.');
};

export const atBoth = ({ persons }: Known, count = 1): boolean =>
  persons.length === count &&
  persons.every((person) => !disagreementOf('RecordTrace', person).missing && !disagreementOf('PeopleLink', person).missing);

export const plain = someone((known) => atBoth(known));
