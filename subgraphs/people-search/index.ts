/** The commercial people-search databases as one system of the hub. */
import { readSubgraph } from '../../schema/compose.ts';
import type { System } from '../kit/system.ts';
import { resolvers } from './resolvers.ts';
import { openSource, type PeopleSearchReader } from './source.ts';

export const peopleSearch: System<PeopleSearchReader> = {
  name: 'people-search',
  title: 'Commercial people search',
  sdl: readSubgraph('people-search'),
  resolvers,
  open: openSource,
  feeds: [], // The vendors tell nobody of changes, and a search is not an event for others to see.
};
