/** Asks the graph what is around a record, for the chart. */
import type { ApolloClient } from '@apollo/client';
import { type Gap, gapsOf } from '../../../kit/answer.ts';
import { wordsOf } from '../../../kit/format.ts';
import {
  ChartIncidentDocument,
  ChartPersonDocument,
  ChartPlaceDocument,
  ChartReportDocument,
  ChartVehicleDocument,
} from '../../generated/graphql.ts';
import type { ChartEdge, ChartNode, Found } from './graph.ts';

export interface Around extends Found {
  gaps: readonly Gap[];
}

export const readAround = async (client: ApolloClient, node: ChartNode): Promise<Around> => {
  const edges: ChartEdge[] = [];
  const nodes = new Map<string, ChartNode>();
  const tie = (other: ChartNode | undefined, label: string): void => {
    if (!other || other.key === node.key) return;
    nodes.set(other.key, other);
    edges.push({ from: node.key, to: other.key, label });
  };
  const own = (found: ChartNode): void => void nodes.set(found.key, found);
  const gaps = await readers[node.type](client, node, own, tie);
  return { nodes: [...nodes.values()], edges, gaps };
};

type Own = (node: ChartNode) => void;
type Tie = (other: ChartNode | undefined, label: string) => void;
type Reader = (client: ApolloClient, node: ChartNode, own: Own, tie: Tie) => Promise<readonly Gap[]>;

const readPerson: Reader = async (client, { id }, own, tie) => {
  const { data, error } = await client.query({ query: ChartPersonDocument, variables: { id } });
  const person = data?.person;
  if (person) {
    own(personNode(person));
    for (const { role, node } of person.reports.edges) tie(reportNode(node), lower(role));
    for (const vehicle of person.vehicles) tie(vehicleNode(vehicle), 'owner');
    for (const place of person.places) tie(placeNode(place), 'in a report here');
    for (const { node, sharedReports } of person.associates.edges) tie(personNode(node), `${sharedReports} shared`);
  }
  return gapsOf(error);
};

const readReport: Reader = async (client, { id }, own, tie) => {
  const { data, error } = await client.query({ query: ChartReportDocument, variables: { id } });
  const report = data?.report;
  if (report) {
    own(reportNode(report));
    for (const { role, person } of report.involved ?? []) tie(personNode(person), lower(role));
    for (const vehicle of report.vehicles ?? [])
      tie(vehicleNode(vehicle), vehicle.involvement ? lower(vehicle.involvement) : 'vehicle');
    tie(report.place ? placeNode(report.place) : undefined, 'where');
    tie(report.incident ? incidentNode(report.incident) : undefined, 'call');
  }
  return gapsOf(error);
};

const readIncident: Reader = async (client, { id }, own, tie) => {
  const { data, error } = await client.query({ query: ChartIncidentDocument, variables: { id } });
  const incident = data?.incident;
  if (incident) {
    own(incidentNode(incident));
    for (const report of incident.reports ?? []) tie(reportNode(report), 'report');
    tie(incident.location?.place ? placeNode(incident.location.place) : undefined, 'where');
  }
  return gapsOf(error);
};

const readVehicle: Reader = async (client, { id, text = '' }, own, tie) => {
  const { data, error } = await client.query({ query: ChartVehicleDocument, variables: { plate: text } });
  const vehicle = data?.searchVehicles?.nodes.find((each) => each.id === id);
  if (vehicle) {
    own(vehicleNode(vehicle));
    tie(vehicle.owner ? personNode(vehicle.owner) : undefined, 'owner');
    for (const report of vehicle.reports.nodes) tie(reportNode(report), 'mentioned');
  }
  return gapsOf(error);
};

const readPlace: Reader = async (client, { id, text = '' }, own, tie) => {
  const { data, error } = await client.query({ query: ChartPlaceDocument, variables: { text } });
  const place = data?.searchAddresses?.nodes.find((each) => each.id === id);
  if (place) {
    own(placeNode(place));
    for (const report of place.reports?.nodes ?? []) tie(reportNode(report), 'where');
    for (const incident of place.incidents?.nodes ?? []) tie(incidentNode(incident), 'where');
  }
  return gapsOf(error);
};

const readers = { Person: readPerson, Report: readReport, Incident: readIncident, Vehicle: readVehicle, Place: readPlace };

const lower = (code: string): string => wordsOf(code).toLowerCase();
const node = (type: ChartNode['type'], id: string, label: string, text?: string): ChartNode => ({
  ...{ key: `${type}:${id}`, type, id, label },
  ...(text !== undefined && { text }),
});

const personNode = ({ id, fullName }: { id: string; fullName: string | null }) => node('Person', id, fullName ?? 'Name withheld');
const reportNode = ({ id, number, signal }: { id: string; number: string; signal: { text: string | null } | null }) =>
  node('Report', id, signal?.text ? `${number}\n${signal.text}` : number);
const incidentNode = ({ id, number, type }: { id: string; number: string; type: { text: string | null } | null }) =>
  node('Incident', id, `Call ${number}${type?.text ? `\n${type.text}` : ''}`);
const vehicleNode = ({
  id,
  plate,
  make,
  model,
}: {
  id: string;
  plate: string | null;
  make: string | null;
  model: string | null;
}) => node('Vehicle', id, [plate ?? 'No plate', [make, model].filter(Boolean).join(' ')].filter(Boolean).join('\n'), plate ?? '');
const placeNode = ({ id, address }: { id: string; address: string }) => node('Place', id, address, address);
