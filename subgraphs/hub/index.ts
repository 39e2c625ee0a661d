/** What the hub itself owns: who is asking, how its sources are, and who asked for what. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { sourceFeed } from './feed.ts';
import type { HubReader } from './reader.ts';
import { resolvers } from './resolvers.ts';
import { openSource } from './source.ts';
import { standingFeed } from './standingfields.ts';
import { boardFeed } from './workspacefields.ts';

export const hub: System<HubReader> = {
  name: 'hub',
  title: 'The hub itself',
  sdl: readSubgraph('hub'),
  resolvers,
  open: openSource,
  feeds: [sourceFeed, standingFeed, boardFeed],
};
