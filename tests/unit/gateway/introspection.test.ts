/** What every GraphQL tool asks first must survive the filter and the planner, fragments and all. */
import { getIntrospectionQuery, parse, validate } from 'graphql';
import { authorize } from '../../../gateway/authorize.ts';
import { planner } from '../../../gateway/plan.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import { loadSupergraph } from '../../../gateway/supergraph.ts';
import { compose, registered } from '../../../schema/compose.ts';

const supergraph = loadSupergraph(compose(registered()).supergraph);
const policy = readPolicy(supergraph.full);

const filter = (authenticated: boolean) =>
  authorize({
    document: parse(getIntrospectionQuery()),
    authority: { authenticated, scopes: new Set(), grants: new Set() },
    policy,
    schema: supergraph.api,
    keys: new Map(),
  });

describe('the full introspection query', () => {
  test('is allowed to a caller, stays valid when filtered, and is planned without asking a system', () => {
    const { document, denied } = filter(true);
    expect(denied).toEqual([]);
    expect(validate(supergraph.api, document)).toEqual([]);
    expect(planner(supergraph, policy, new Map()).for(document).sources).toEqual([]);
  });

  test('is denied to nobody in particular', () => {
    expect(filter(false).denied.map(({ coordinate }) => coordinate)).toEqual(['Query.__schema']);
  });
});
