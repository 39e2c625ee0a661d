/** Vehicle location: where every unit is and was. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { unitFeed } from './feed.ts';
import type { AvlReader } from './reader.ts';
import { resolvers } from './resolvers.ts';
import { openSource } from './source.ts';

export const avl: System<AvlReader> = {
  name: 'avl',
  title: 'Vehicle location (AVL)',
  sdl: readSubgraph('avl'),
  resolvers,
  open: openSource,
  feeds: [unitFeed],
};
