/** Records (RMS): reports, offenses, persons, vehicles, arrests and warrants. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { reportFeed } from './feed.ts';
import { resolvers } from './resolvers.ts';
import { openSource, type RmsReader } from './source.ts';

export const rms: System<RmsReader> = {
  name: 'rms',
  title: 'Records (RMS)',
  sdl: readSubgraph('rms'),
  resolvers,
  open: openSource,
  feeds: [reportFeed],
  pointers: {
    Report: ['id', 'number', 'agency', 'provenance'],
    Provenance: ['source', 'sourceId', 'derived', 'synthetic'],
  },
};
