/** A person: what is on record, who else it may be, with whom, where, when, and what data brokers claim. */
import { useQuery } from '@apollo/client/react';
import { lazy, type ReactNode, Suspense } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import { dayOf, wordsOf } from '../../../kit/format.ts';
import { Gaps, NothingFound } from '../../../kit/notices.tsx';
import { PersonWholeDocument, type PersonWholeQuery } from '../../generated/graphql.ts';
import { History } from '../history/history.tsx';
import { PersonLeads } from '../results/leads.tsx';
import { rowOfIncident, rowOfPerson, rowOfPlace, rowOfReport, rowOfVehicle } from '../rows.ts';
import { Head, Missing, Part, restOf } from './frame.tsx';
import { MayBe } from './maybe.tsx';
import { Timeline } from './timeline.tsx';

const PlacesMap = lazy(() => import('../place/map.tsx').then(({ PlacesMap: component }) => ({ default: component })));

type Person = NonNullable<PersonWholeQuery['person']>;

export const PersonPage = ({ id }: { id: string }): ReactNode => {
  const { data, error, loading, refetch } = useQuery(PersonWholeDocument, { variables: { id } });
  const person = data?.person;
  const gaps = gapsOf(error);
  if (!person) {
    return (
      <>
        <Missing loading={loading} gaps={gaps} what="The person" onRetry={() => void refetch()} />
        {!loading && <History record={`Person:${id}`} />}
      </>
    );
  }
  return <PersonBody person={person} gaps={gaps} />;
};

const PersonBody = ({ person, gaps }: { person: Person; gaps: readonly Gap[] }): ReactNode => {
  const reports = person.reports.edges.map(({ node, role }) => rowOfReport(node, [wordsOf(role).toLowerCase()]));
  const incidents = person.reports.edges.flatMap(({ node }) => (node.incident ? [rowOfIncident(node.incident)] : []));
  const associates = person.associates.edges.map(({ node, sharedReports, shared }) =>
    rowOfPerson(node, [sharedWords(sharedReports, shared)]),
  );
  const vehicles = person.vehicles.map((vehicle) => rowOfVehicle(vehicle));
  const places = person.places.map(rowOfPlace);
  const row = rowOfPerson(person);
  return (
    <>
      <Head row={row} rows={[...reports, ...vehicles, ...associates]} agency={person.agency} />
      <Withheld person={person} gaps={gaps} />
      <Tabs className="tabs">
        <TabList aria-label="Parts of the person’s record">
          <Tab id="overview">On record</Tab>
          <Tab id="maybe">May be the same</Tab>
          <Tab id="timeline">Timeline</Tab>
          <Tab id="map">Map</Tab>
          <Tab id="leads">Commercial leads</Tab>
        </TabList>
        <TabPanel id="overview">
          <Part
            title="Reports and roles"
            rows={reports}
            more={person.reports.pageInfo.hasNextPage}
            nothing="No report names this person."
            gaps={gaps}
            at="person.reports"
          />
          <Warrants person={person} />
          <Part
            title="Associates"
            rows={associates}
            more={person.associates.pageInfo.hasNextPage}
            nothing="Nobody shares a report with this person."
            gaps={gaps}
            at="person.associates"
          />
          <Part
            title="Vehicles"
            rows={vehicles}
            nothing="No vehicle is on record as this person’s."
            gaps={gaps}
            at="person.vehicles"
          />
          <Part title="Addresses of reports" rows={places} nothing="No address is on record." gaps={gaps} at="person.places" />
          <Part
            title="Incidents"
            rows={incidents}
            nothing="No call belongs to these reports."
            gaps={gaps}
            at="person.reports.edges.node.incident"
          />
        </TabPanel>
        <TabPanel id="maybe">
          <MayBe id={person.id} />
        </TabPanel>
        <TabPanel id="timeline">
          <Timeline rows={[...reports, ...incidents]} more={warrantMoments(person)} />
        </TabPanel>
        <TabPanel id="map">
          <Suspense fallback={<p className="quiet asking">Loading the map…</p>}>
            <PlacesMap rows={incidents} />
          </Suspense>
        </TabPanel>
        {/* What was paid for stays while another part is looked at. */}
        <TabPanel id="leads" shouldForceMount>
          <PersonLeads
            id={person.id}
            about={[person.fullName ?? 'a withheld name', person.dateOfBirth].filter(Boolean).join(', ')}
          />
        </TabPanel>
      </Tabs>
    </>
  );
};

type Shared = Person['associates']['edges'][number]['shared'];

/** `1 shared: suspect, they victim (B-24020-22)` */
const sharedWords = (count: number, shared: Shared): string => {
  const [latest] = shared;
  const parts =
    latest &&
    `${latest.roles.map(wordsOf).join('/')} – ${latest.associateRoles.map(wordsOf).join('/')} in ${latest.report.number}`;
  return `${count} shared${parts ? `: ${parts.toLowerCase().replace(latest.report.number.toLowerCase(), latest.report.number)}` : ''}`;
};

const Withheld = ({ person, gaps }: { person: Person; gaps: readonly Gap[] }): ReactNode => {
  const told = ['reports', 'associates', 'vehicles', 'places'].map((part) => `person.${part}`);
  const phones = person.phones ?? [];
  return (
    <>
      {phones.length > 0 && (
        <p className="record-phones">
          {phones.map(({ number, kind, synthetic }) => (
            <span key={number} className="chip">
              {number} {kind && wordsOf(kind).toLowerCase()}
              {synthetic && ' (synthetic)'}
            </span>
          ))}
        </p>
      )}
      <Gaps gaps={restOf(gaps, told)} what="This record" />
    </>
  );
};

const Warrants = ({ person: { warrants } }: { person: Person }): ReactNode => (
  <section className="part" aria-label="Warrants" data-part="Warrants">
    <h3>
      Warrants <span className="count">{warrants.length}</span>
    </h3>
    {warrants.length === 0 && <NothingFound>No warrant is on record.</NothingFound>}
    <ul>
      {warrants.map(({ id, number, status, issuedAt, charge }) => (
        <li key={id} className={`warrant ${status.toLowerCase()}`}>
          <span className="chip">{wordsOf(status)}</span> <strong>{number}</strong> {charge?.text ?? charge?.code}{' '}
          <span className="quiet">{dayOf(issuedAt)}</span>
        </li>
      ))}
    </ul>
  </section>
);

const warrantMoments = ({ warrants }: Person): { at: string; title: string; detail: string }[] =>
  warrants.flatMap(({ issuedAt, number, charge, status }) =>
    issuedAt
      ? [{ at: issuedAt, title: `Warrant ${number}`, detail: `${charge?.text ?? ''} (${wordsOf(status).toLowerCase()})` }]
      : [],
  );
