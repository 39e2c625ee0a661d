/** Field → reader. What a vendor could not answer becomes an error in that vendor's place, beside the others' records. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import type { GraphQLResolveInfo } from 'graphql';
import { HubError, withheld } from '../../schema/errors.ts';
import type { Context } from '../kit/system.ts';
import { type Merged, merge } from './merge.ts';
import type { Asked } from './query.ts';
import type { Outcome } from './searches.ts';
import { selects } from './selection.ts';
import type { PeopleSearchReader } from './source.ts';
import { sourceName, type VendorRecord } from './vendor.ts';

interface PersonReference {
  id: string;
  fullName?: string | null;
  dateOfBirth?: string | null;
}

type Ask = Context<PeopleSearchReader>;

export const resolvers: GraphQLResolverMap<Ask> = {
  Query: {
    leadTerms: (_: unknown, __: unknown, { read }: Ask) => read.terms(),
    searchLeads: async (
      _: unknown,
      { search }: { search: Asked & { vendors?: string[] | null } },
      { read }: Ask,
      info: GraphQLResolveInfo,
    ) => {
      const outcomes = await read.search(search, { vendors: search.vendors, fullSsn: selects(info, ['leads', 'ssn']) });
      return { leads: outcomes.flatMap(leadsOf), merged: mergedOf(outcomes), vendors: outcomes.map(outcomeOf) };
    },
  },
  Person: {
    __resolveReference: (person: PersonReference) => person,
    leads: async (
      person: PersonReference,
      { vendors }: { vendors?: string[] | null },
      { read }: Ask,
      info: GraphQLResolveInfo,
    ) => {
      const outcomes = await read.search(identityOf(person, read), { vendors, fullSsn: selects(info, ['ssn']) });
      return outcomes.flatMap((outcome): (Lead | HubError)[] => (outcome.error ? [outcome.error] : leadsOf(outcome)));
    },
    mergedLead: async (person: PersonReference, _: unknown, { read }: Ask) => {
      const outcomes = await read.search(identityOf(person, read), { fullSsn: false });
      const failed = outcomes.find(({ error }) => error !== undefined);
      const found = mergedOf(outcomes);
      if (!found && failed?.error) throw failed.error; // Nothing found is no finding while a vendor has not answered.
      return found;
    },
  },
  Lead: {
    ssn: ({ ssn }: Lead, _: unknown, { principal }: Ask) => {
      if (principal.grants.includes('people:ssn')) return ssn;
      throw withheld('people:ssn', 'a role that may see full social security numbers, with a case that it is assigned to');
    },
  },
};

/** A person whose name or date of birth the caller may not see is not searched for: the search itself would tell. */
const identityOf = ({ fullName, dateOfBirth }: PersonReference, read: PeopleSearchReader): Asked => {
  read.permitted();
  if (fullName && dateOfBirth) return { name: fullName, dateOfBirth };
  // A name alone would bring home the records, and the numbers, of people whom nobody asked about.
  if (fullName) throw new HubError('SEARCH_INSUFFICIENT', { source: sourceName });
  throw withheld('rms:victim-identity', "a grant that shows the person's name and date of birth");
};

interface Lead extends Omit<VendorRecord, 'id' | 'observedAt' | 'synthetic'> {
  vendor: string;
  vendorRecordId: string;
  retrievedAt: Date;
  provenance: object;
}

const leadsOf = ({ vendor, records, retrievedAt }: Outcome): Lead[] =>
  records.map(({ id, observedAt, synthetic, ...values }) => ({
    ...values,
    vendor,
    vendorRecordId: id,
    retrievedAt,
    provenance: { source: sourceName, sourceId: id, observedAt, receivedAt: retrievedAt, derived: false, synthetic },
  }));

const outcomeOf = ({ vendor, state, chargedCents, records }: Outcome) => ({
  vendor,
  state,
  chargedCents,
  records: records.length,
});

/** Null where no vendor holds anything. */
const mergedOf = (outcomes: readonly Outcome[]): (Merged & { vendors: object[] }) | null =>
  outcomes.some(({ records }) => records.length > 0) ? { ...merge(outcomes), vendors: outcomes.map(outcomeOf) } : null;
