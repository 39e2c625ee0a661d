/** The analyst's question, whole: what the hub exists to answer in one operation. */
export const wholeIncident = `
query WholeIncident($number: String!) {
  incident(number: $number) {
    id number status priority receivedAt dispatchedAt arrivedAt closedAt
    type { code text }  initialType { code text }  disposition { code text }
    location { address beat district point { latitude longitude } }
    timeline { at event unit { callSign } }
    units { callSign status position { point { latitude longitude } headingDegrees speedKph fixedAt stale } }
    nearestCameras(first: 4, radiusMeters: 500) { edges { distanceMeters node { label kind owner viewable } } }
    videoRequests { requestedFor outcome }
    reports { number offenses { code { code text nibrs } } involved { role person {
      fullName dateOfBirth
      reports(first: 5) { nodes { number } }
      leads { vendor retrievedAt names addresses { address } phones { number } ssnLast4 ssn }
    } } }
    provenance { source sourceId observedAt receivedAt }
  }
}`;

/** As a detective asks it: with a purpose, a case and a reason. */
export const statement = { purpose: 'C', caseNumber: 'B-24020-22', reason: 'armed robbery on Carondelet Street' };

export interface Person {
  fullName: string | null;
  dateOfBirth: string | null;
  reports: { nodes: { number: string }[] };
  leads:
    | {
        vendor: string;
        names: string[];
        addresses: { address: string }[];
        phones: { number: string }[];
        ssnLast4: string;
        ssn: string;
      }[]
    | null;
}

export interface WholeIncident {
  incident: {
    units: { callSign: string; position: Record<string, unknown> | null }[];
    nearestCameras: { edges: { distanceMeters: number; node: { label: string } }[] } | null;
    timeline: { at: string; event: string; unit: { callSign: string } | null }[];
    reports: { number: string; involved: { role: string; person: Person }[] | null }[] | null;
    [field: string]: unknown;
  } | null;
}
