/** What the explorer opens with: the analyst's question whole, and the two streams that a wall shows. */
export const starterTabs: { query: string; variables?: string }[] = [
  {
    query: `# One call, whole: units and where they are, cameras around it, reports and people behind it.
query WholeIncident($number: String!) {
  incident(number: $number) {
    id number status priority receivedAt dispatchedAt arrivedAt closedAt
    type { code text }
    initialType { code text }
    disposition { code text }
    location { address beat district point { latitude longitude } }
    timeline { at event unit { callSign } }
    units { callSign status position { point { latitude longitude } headingDegrees speedKph fixedAt stale } }
    nearestCameras(first: 4, radiusMeters: 500) { edges { distanceMeters node { label kind owner viewable } } }
    videoRequests { requestedFor outcome }
    reports {
      number
      offenses { code { code text nibrs } }
      involved {
        role
        person {
          fullName dateOfBirth
          reports(first: 5) { nodes { number } }
          leads { vendor retrievedAt names addresses { address } phones { number } ssnLast4 ssn }
        }
      }
    }
    provenance { source sourceId observedAt receivedAt }
  }
}
`,
    variables: '{\n  "number": "B-24020-22"\n}\n',
  },
  {
    query: `# Incidents of two districts as they change, with units' positions and the nearest cameras.
subscription Live {
  incidentChanged(filter: { districts: ["8", "1"] }) {
    cursor
    change
    incident {
      number
      status
      units { callSign position { point { latitude longitude } } }
      nearestCameras(first: 4) { edges { node { label } } }
    }
  }
}
`,
  },
  {
    query: `# Units as they move inside a box, with the incident that each is on.
subscription Moving {
  unitMoved(filter: { bounds: { west: -90.12, south: 29.92, east: -90.03, north: 29.98 } }) {
    cursor
    unit {
      callSign
      position { point { latitude longitude } }
      incident { number type { text } }
    }
  }
}
`,
  },
];
