/** The live picture when the hub ends one of its streams for good. */
import { ApolloClient, ApolloLink, InMemoryCache, Observable } from '@apollo/client';
import { GraphQLError } from 'graphql';
import { createPicture } from '../../../clients/dashboard/src/live/picture.ts';

const incident = { id: 'inc-1', number: 'B-00001-22', status: 'DISPATCHED', closedAt: null, units: [] };
const satisfiedBy = 'cad:incident takes one of the roles analyst, supervisor.';
const withheld = new GraphQLError('The caller may not read this field.', {
  path: ['incidents'],
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', satisfiedBy },
});

beforeAll(() => {
  Object.assign(globalThis, { document: { hidden: false }, requestAnimationFrame: (run: () => void) => setImmediate(run) });
});

/** A hub that streams one call, and shows nothing of calls once that stream was ended. */
const openHub = () => {
  let ended = false;
  let end = (): void => undefined;
  const link = new ApolloLink(
    ({ operationName }) =>
      new Observable((observer) => {
        if (operationName === 'IncidentsLive') {
          observer.next({ data: { incidentChanged: { cursor: '1', change: 'CREATED', incident } } });
          end = () => {
            ended = true;
            observer.next({ data: null, errors: [withheld] });
            observer.complete();
          };
        } else if (!operationName?.endsWith('Live')) {
          const field = { UnitsNow: 'units', CamerasNow: 'cameras' }[operationName ?? ''] ?? 'incidents';
          const empty = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
          const errors = ended && field === 'incidents' ? [withheld] : [];
          observer.next({ data: { [field]: errors.length > 0 ? null : empty }, ...(errors.length > 0 && { errors }) });
          observer.complete();
        }
      }),
  );
  const options = { fetchPolicy: 'no-cache', errorPolicy: 'all' } as const;
  const defaultOptions = { query: options, watchQuery: options, mutate: options };
  const client = new ApolloClient({ link, cache: new InMemoryCache(), defaultOptions });
  const subscribe = client.subscribe.bind(client);
  client.subscribe = (asked) => subscribe({ ...asked, ...options });
  return { client, end: () => end() };
};

const told = (store: { subscribe: (listener: () => void) => () => void }, holds: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const check = (): void => {
      if (!holds()) return;
      stop();
      resolve();
    };
    const stop = store.subscribe(check);
    check();
  });

test('what an ended stream has shown goes, and the picture says who may see it', async () => {
  const hub = openHub();
  const picture = createPicture(hub.client);
  const stop = picture.start();
  await told(picture.incidents, () => picture.incidents.get().size === 1);
  hub.end();
  await told(picture.incidents, () => picture.incidents.get().size === 0);
  await told(picture.gaps, () => (picture.gaps.get().get('Incidents')?.length ?? 0) > 0);
  expect(picture.gaps.get().get('Incidents')).toMatchObject([{ kind: 'withheld', satisfiedBy }]);
  expect(picture.gaps.get().get('Units') ?? []).toEqual([]);
  stop();
});
