/** Fields → reader. */
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import { HubError } from '../../schema/errors.ts';
import { live } from '../kit/live.ts';
import type { Context } from '../kit/system.ts';
import { type Bounds, checkBounds, isInside } from './bounds.ts';
import { topic } from './feed.ts';
import type { AvlReader, PositionRecord, PositionsAtArguments, TrailArguments } from './reader.ts';

type AvlContext = Context<AvlReader>;

interface Unit {
  id: string;
}

interface MovedArguments {
  filter?: { bounds?: Bounds | null; units?: string[] | null } | null;
  after?: string | null;
  every?: number | null;
}

/** Ids a subscription may list. */
const maximumUnits = 1_000;
/** Seconds between two positions of a unit that a reader may wish for. */
const longestInterval = 60;

const moved = live<AvlReader, MovedArguments, { cursor: string; change: string; unit: Unit }>({
  topic,
  latest: true,
  accept: async ({ key }, { filter }, { read }) => {
    if (filter?.units && !filter.units.includes(key)) return false;
    // Read even without a rectangle: a unit that the caller may not know of does not move for them.
    const position = await read.position(key);
    return position !== null && (!filter?.bounds || isInside(position, filter.bounds));
  },
  resolve: ({ cursor, change, key }) => ({ cursor, change, unit: { id: key } }),
});

export const resolvers: GraphQLResolverMap<AvlContext> = {
  Query: {
    positionsAt: (_root: unknown, args: PositionsAtArguments, { read }: AvlContext) => read.positionsAt(args),
  },
  Subscription: {
    unitMoved: {
      subscribe: (root: unknown, args: MovedArguments, context: AvlContext) => {
        if (args.filter?.bounds) checkBounds(args.filter.bounds);
        if ((args.filter?.units?.length ?? 0) > maximumUnits) {
          throw new HubError('LIMIT_LIST_SIZE', { message: `"units" takes ${maximumUnits} ids at the most.` });
        }
        if (typeof args.every === 'number' && !(args.every > 0 && args.every <= longestInterval)) {
          throw new HubError('BAD_USER_INPUT', {
            message: `"every" takes more than 0 and ${longestInterval} seconds at the most.`,
          });
        }
        return moved.subscribe(root, args, context);
      },
      resolve: moved.resolve,
    },
  },
  Unit: {
    __resolveReference: ({ id }: Unit): Unit => ({ id }),
    position: ({ id }: Unit, _args: object, { read }: AvlContext) => read.position(id),
    trail: ({ id }: Unit, args: TrailArguments, { read }: AvlContext) => read.trail(id, args),
  },
  UnitPosition: {
    unit: ({ unitId }: PositionRecord): Unit => ({ id: unitId }),
    position: (position: PositionRecord) => position,
  },
  Position: {
    point: ({ latitude, longitude }: PositionRecord) => ({ latitude, longitude }),
    provenance: ({ sourceId, observedAt, receivedAt, derived, synthetic }: PositionRecord) => ({
      source: 'avl',
      sourceId,
      observedAt,
      receivedAt,
      derived,
      synthetic,
    }),
  },
};
