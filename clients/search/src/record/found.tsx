/** Vehicles and addresses: the graph finds them by plate and by words, so their pages ask by what was seen on this desk. */
import { useQuery } from '@apollo/client/react';
import { lazy, type ReactNode, Suspense } from 'react';
import { gapsOf } from '../../../kit/answer.ts';
import { NothingFound } from '../../../kit/notices.tsx';
import { PlaceInsideDocument, VehicleInsideDocument } from '../../generated/graphql.ts';
import { type Seen, useDesk } from '../desk.ts';
import { rowOfIncident, rowOfPlace, rowOfReport, rowOfVehicle } from '../rows.ts';
import { Head, Missing, Part, restOf } from './frame.tsx';
import { OwnerLine } from './owner.tsx';

const PlacesMap = lazy(() => import('../place/map.tsx').then(({ PlacesMap: component }) => ({ default: component })));

export const VehiclePage = ({ number }: { number: string }): ReactNode => {
  const seen = useDesk().seenAt(number);
  return seen ? <Vehicle seen={seen} /> : <NotSeen />;
};

export const PlacePage = ({ number }: { number: string }): ReactNode => {
  const seen = useDesk().seenAt(number);
  return seen ? <Place seen={seen} /> : <NotSeen />;
};

const NotSeen = (): ReactNode => <NothingFound>Open it from a search: its plate or address is in no address bar.</NothingFound>;

const Vehicle = ({ seen }: { seen: Seen }): ReactNode => {
  const { data, error, loading, refetch } = useQuery(VehicleInsideDocument, { variables: { plate: seen.text } });
  const vehicle = data?.searchVehicles?.nodes.find(({ id }) => id === seen.id);
  const gaps = gapsOf(error);
  if (!vehicle) return <Missing loading={loading} gaps={gaps} what="The vehicle" onRetry={() => void refetch()} />;
  const reports = vehicle.reports.nodes.map((report) => rowOfReport(report));
  return (
    <>
      <Head row={rowOfVehicle(vehicle)} rows={reports} />
      <p className="quiet">VIN {vehicle.vin ?? 'not on record'}</p>
      {restOf(gaps, []).length > 0 && <Missing loading={false} gaps={gaps} what="The vehicle" onRetry={() => void refetch()} />}
      <OwnerLine owner={vehicle.owner} />
      <Part
        title="Reports"
        rows={reports}
        more={vehicle.reports.pageInfo.hasNextPage}
        nothing="No report mentions it."
        gaps={[]}
        at=""
      />
    </>
  );
};

const Place = ({ seen }: { seen: Seen }): ReactNode => {
  const { data, error, loading, refetch } = useQuery(PlaceInsideDocument, { variables: { text: seen.text } });
  const place = data?.searchAddresses?.nodes.find(({ id }) => id === seen.id);
  const gaps = gapsOf(error);
  if (!place) return <Missing loading={loading} gaps={gaps} what="The address" onRetry={() => void refetch()} />;
  const reports = place.reports?.nodes.map((report) => rowOfReport(report));
  const incidents = place.incidents?.nodes.map((incident) => rowOfIncident(incident));
  return (
    <>
      <Head row={rowOfPlace(place)} rows={[...(reports ?? []), ...(incidents ?? [])]} />
      <Part
        title="Reports"
        rows={reports}
        more={place.reports?.pageInfo.hasNextPage}
        nothing="No report mentions it."
        gaps={gaps}
        at="searchAddresses.nodes.reports"
      />
      <Part
        title="Incidents"
        rows={incidents}
        more={place.incidents?.pageInfo.hasNextPage}
        nothing="No call came from here."
        gaps={gaps}
        at="searchAddresses.nodes.incidents"
      />
      <Suspense fallback={<p className="quiet asking">Loading the map…</p>}>
        <PlacesMap rows={incidents ?? []} />
      </Suspense>
    </>
  );
};
