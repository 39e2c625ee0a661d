/** A unit's newest fix changed → event `unit`, keyed by the unit's id. One place publishes, whoever wrote the fix. */
import { pollFeed } from '../kit/feed.ts';

export const topic = 'unit';

/** The store notifies after each batch, so a fix is on the bus within a fraction of a second; without it, within one. */
export const unitFeed = pollFeed({ topic, view: 'avl.unit_position', key: 'unit_id', channel: 'avl' });
