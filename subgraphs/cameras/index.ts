/** The camera registry: public cameras, partners' cameras, and what their owners agreed to. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { cameraFeed } from './feed.ts';
import type { CamerasReader } from './reader.ts';
import { resolvers } from './resolvers.ts';
import { openSource } from './source.ts';

export const cameras: System<CamerasReader> = {
  name: 'cameras',
  title: 'Camera registry',
  sdl: readSubgraph('cameras'),
  resolvers,
  open: openSource,
  feeds: [cameraFeed],
};
