/** Dispatch: calls for service, the units on them, and what was asked of the crime center. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { incidentFeed } from './feed.ts';
import type { CadReader } from './reader.ts';
import { resolvers } from './resolvers.ts';
import { openSource } from './source.ts';

export const cad: System<CadReader> = {
  name: 'cad',
  title: 'Dispatch (CAD)',
  sdl: readSubgraph('cad'),
  resolvers,
  open: openSource,
  feeds: [incidentFeed],
};
