/** Changes of calls, as keys on the topic `incident`. A unit's status on a call is a change of the call. */
import { pollFeed } from '../kit/feed.ts';

export const topic = 'incident';

/** A call that nobody has been sent to yet, and that changed within seconds of being taken, is new. */
const change = `CASE WHEN status = 'RECEIVED' AND changed_at < received_at + interval '5 seconds' THEN 'CREATED' ELSE 'UPDATED' END`;

export const incidentFeed = pollFeed({ topic, view: 'cad.incident', change, channel: 'cad_changed' });
