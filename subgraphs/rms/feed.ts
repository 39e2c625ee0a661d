/** Reports that were filed, changed or sealed: their keys, by `changed_at`. */
import { pollFeed } from '../kit/feed.ts';

export const topic = 'report';
export const reportFeed = pollFeed({ topic, view: 'rms.report', channel: 'rms_report' });
