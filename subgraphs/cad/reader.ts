/** What a request can read of dispatch, and the rows that it gets. */
import type { Page, PageArguments } from '../kit/page.ts';
import type { IncidentFilter } from './filter.ts';

interface Recorded {
  ownerOri: string;
  ownerName: string;
  observedAt: Date | null;
  derived: boolean;
  synthetic: boolean;
  sourceId: string;
  changedAt: Date;
}

export type IncidentStatus = 'RECEIVED' | 'DISPATCHED' | 'ON_SCENE' | 'CLOSED';
export type UnitStatus = 'AVAILABLE' | 'DISPATCHED' | 'EN_ROUTE' | 'ON_SCENE' | 'OUT_OF_SERVICE';

export interface Incident extends Recorded {
  id: string;
  /** open, juvenile, victim, restricted or sealed. */
  handling: string;
  number: string;
  status: string;
  priority: string | null;
  initialPriority: string | null;
  typeCode: string | null;
  typeText: string | null;
  initialTypeCode: string | null;
  initialTypeText: string | null;
  receivedAt: Date;
  dispatchedAt: Date | null;
  arrivedAt: Date | null;
  closedAt: Date | null;
  timesInDoubt: boolean;
  selfInitiated: boolean | null;
  dispositionCode: string | null;
  dispositionText: string | null;
  address: string | null;
  placeId: string | null;
  beat: string | null;
  zone: string | null;
  district: string | null;
  postalCode: string | null;
  latitude: number | null;
  longitude: number | null;
}

export interface Unit extends Recorded {
  id: string;
  callSign: string;
  status: string;
  beat: string | null;
  district: string | null;
  incidentId: string | null;
}

export interface Dispatch {
  incidentId: string;
  unitId: string;
  dispatchedAt: Date | null;
  enRouteAt: Date | null;
  onSceneAt: Date | null;
  clearedAt: Date | null;
  derived: boolean;
}

export interface IncidentNote {
  incidentId: string;
  writtenAt: Date;
  body: string;
}

export interface Caller {
  incidentId: string;
  name: string | null;
  phone: string | null;
  synthetic: boolean;
}

export interface VideoRequest {
  id: string;
  incidentId: string;
  requestedFor: string | null;
  outcome: string | null;
  relevantVideoFound: boolean | null;
}

export interface UnitFilter {
  districts?: string[] | null;
  statuses?: UnitStatus[] | null;
}

export interface VideoRequestFilter {
  receivedFrom?: Date | null;
  receivedTo?: Date | null;
  districts?: string[] | null;
  requestedFor?: string[] | null;
  relevantVideoFound?: boolean | null;
}

/** Instants from `from` up to, not including, `to`, of the calls' receipt. */
export interface StatisticsSpan {
  from: Date;
  to: Date;
  districts?: string[] | null;
  timeZone: string;
}

export interface ResponseInterval {
  count: number;
  medianSeconds: number | null;
  p90Seconds: number | null;
}

export interface IncidentStatistic {
  key: string | null;
  text: string | null;
  count: number;
  receivedToDispatched: ResponseInterval;
  dispatchedToArrived: ResponseInterval;
  receivedToArrived: ResponseInterval;
  arrivedToClosed: ResponseInterval;
}

export interface VideoRequestStatistic {
  key: string | null;
  requests: number;
  relevantVideoFound: number;
  noRelevantVideoFound: number;
  unanswered: number;
}

export interface Statistics<Group> {
  total: Group;
  groups: Group[];
}

export interface CadReader {
  incident: (id: string) => Promise<Incident | null>;
  /** In any spelling. */
  incidentByNumber: (number: string) => Promise<Incident | null>;
  incidents: (filter: IncidentFilter, page: PageArguments) => Promise<Page<Incident>>;
  /** Null unless the incident fits the filter and the caller may know of it. */
  matching: (id: string, filter: IncidentFilter) => Promise<Incident | null>;
  /** Newest first; `placeId` is an address in upper case with single spaces. */
  atPlace: (placeId: string, page: PageArguments) => Promise<Page<Incident>>;
  unit: (id: string) => Promise<Unit | null>;
  /** Of the caller's own agency first: another agency may use the same call sign. */
  unitByCallSign: (callSign: string) => Promise<Unit | null>;
  units: (filter: UnitFilter, page: PageArguments) => Promise<Page<Unit>>;
  /** In order of time, 50 at the most, of units that the caller may know of. */
  dispatches: (incidentId: string) => Promise<Dispatch[]>;
  notes: (incidentId: string) => Promise<IncidentNote[]>;
  caller: (incidentId: string) => Promise<Caller | null>;
  videoRequests: (incidentId: string) => Promise<VideoRequest[]>;
  videoRequest: (id: string) => Promise<VideoRequest | null>;
  /** Of the latest calls first. */
  videoRequestList: (filter: VideoRequestFilter, page: PageArguments) => Promise<Page<VideoRequest>>;
  /** At the same address, received before it, newest first. */
  priorCalls: (incidentId: string, page: PageArguments) => Promise<Page<Incident>>;
  /** In any spelling; newest first. */
  byCallerPhone: (phone: string, page: PageArguments) => Promise<Page<Incident>>;
  incidentStatistics: (span: StatisticsSpan, by: string) => Promise<Statistics<IncidentStatistic>>;
  videoRequestStatistics: (span: StatisticsSpan, by: string) => Promise<Statistics<VideoRequestStatistic>>;
}
