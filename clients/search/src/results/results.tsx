/** The answer to one search: every system is asked at once, each in a section of its own. */
import type { ReactNode } from 'react';
import {
  FindAddressesDocument,
  FindCallsDocument,
  FindIncidentDocument,
  FindIncidentsDocument,
  FindPersonsDocument,
  FindReportDocument,
  FindReportsDocument,
  FindVehiclesDocument,
} from '../../generated/graphql.ts';
import type { Plan } from '../plan.ts';
import { rowOfIncident, rowOfPerson, rowOfPlace, rowOfReport, rowOfVehicle } from '../rows.ts';
import { Leads } from './leads.tsx';
import { Section } from './section.tsx';

interface ResultsProps {
  plan: Plan;
  /** The key of the record whose page is open. */
  current?: string | undefined;
}

export const Results = ({ plan, current }: ResultsProps): ReactNode => (
  <>
    {plan.persons && (
      <Section
        title="Persons"
        source="rms"
        nothing="Nobody on record fits. Names are matched by sound, nickname and spelling; try fewer words, or a date with a tolerance."
        current={current}
        question={{
          query: FindPersonsDocument,
          variables: { search: plan.persons, first: 25 },
          read: ({ searchPersons: found }) =>
            found
              ? {
                  rows: found.edges.map(({ node, score, because }) =>
                    rowOfPerson(node, [`${Math.round(score * 100)} %`, ...(because.length > 0 ? [because.join(', ')] : [])]),
                  ),
                  pageInfo: found.pageInfo,
                }
              : undefined,
        }}
      />
    )}
    {plan.vehicles && (
      <Section
        title="Vehicles"
        source="rms"
        nothing="No vehicle with such a plate is on record."
        current={current}
        question={{
          query: FindVehiclesDocument,
          variables: { plate: plan.vehicles, first: 25 },
          read: ({ searchVehicles: found }) =>
            found ? { rows: found.nodes.map((node) => rowOfVehicle(node)), pageInfo: found.pageInfo } : undefined,
        }}
      />
    )}
    {plan.addresses && (
      <Section
        title="Addresses"
        source="rms"
        nothing="No report mentions such an address. Records name blocks (001XX Canal St) or crossings: try the street alone."
        current={current}
        question={{
          query: FindAddressesDocument,
          variables: { text: plan.addresses, first: 25 },
          read: ({ searchAddresses: found }) =>
            found ? { rows: found.nodes.map(rowOfPlace), pageInfo: found.pageInfo } : undefined,
        }}
      />
    )}
    <Reports plan={plan} current={current} />
    <Incidents plan={plan} current={current} />
    {plan.leads && <Leads search={plan.leads} />}
  </>
);

const Reports = ({ plan, current }: ResultsProps): ReactNode => (
  <>
    {plan.report && (
      <Section
        title="Reports"
        source="rms"
        nothing="No report is filed under this number."
        current={current}
        question={{
          query: FindReportDocument,
          variables: { number: plan.report },
          read: ({ report }) => ({ rows: report ? [rowOfReport(report)] : [] }),
        }}
      />
    )}
    {plan.reports && (
      <Section
        title="Reports"
        source="rms"
        nothing="No report fits."
        current={current}
        question={{
          query: FindReportsDocument,
          variables: { filter: plan.reports, first: 100 },
          read: ({ reports: found }) =>
            found ? { rows: found.nodes.map((node) => rowOfReport(node)), pageInfo: found.pageInfo } : undefined,
        }}
      />
    )}
  </>
);

const Incidents = ({ plan, current }: ResultsProps): ReactNode => (
  <>
    {plan.incident && (
      <Section
        title="Incidents"
        source="cad"
        nothing="Dispatch knows no call under this number."
        current={current}
        question={{
          query: FindIncidentDocument,
          variables: { number: plan.incident },
          read: ({ incident }) => ({ rows: incident ? [rowOfIncident(incident)] : [] }),
        }}
      />
    )}
    {plan.calls && (
      <Section
        title="Calls from this phone"
        source="cad"
        nothing="No caller gave this number."
        current={current}
        question={{
          query: FindCallsDocument,
          variables: { phone: plan.calls, first: 25 },
          read: ({ incidentsByCallerPhone: found }) =>
            found ? { rows: found.nodes.map((node) => rowOfIncident(node)), pageInfo: found.pageInfo } : undefined,
        }}
      />
    )}
    {plan.incidents && (
      <Section
        title="Incidents"
        source="cad"
        nothing="No call fits."
        current={current}
        question={{
          query: FindIncidentsDocument,
          variables: { filter: plan.incidents, first: 100 },
          read: ({ incidents: found }) =>
            found ? { rows: found.nodes.map((node) => rowOfIncident(node)), pageInfo: found.pageInfo } : undefined,
        }}
      />
    )}
  </>
);
