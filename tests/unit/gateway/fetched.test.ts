/** What a plan fetches beyond the question takes what reading it takes: whoever may not read it is refused the operation. */
import { parse } from 'graphql';
import { openPermit } from '../../../gateway/permitted.ts';
import { planner } from '../../../gateway/plan.ts';
import { readPolicy } from '../../../gateway/policy.ts';
import { open } from '../../../gateway/rule.ts';
import { loadSupergraph } from '../../../gateway/supergraph.ts';
import { compose } from '../../../schema/compose.ts';
import { anonymous } from '../../../schema/principal.ts';

const sdl = 'type Query { risk: Int }';
const supergraph = loadSupergraph(compose([{ name: 'people', sdl, url: 'http://people.invalid' }]).supergraph);
const policy = readPolicy(supergraph.full);
const plans = planner(supergraph, policy, new Map());
/** As if the field needed another, under a policy of its own. */
const needing = {
  for: (document: Parameters<typeof plans.for>[0]) => ({
    ...plans.for(document),
    fetches: { ...open, policies: [[['people:ssn']]] },
  }),
};
const permit = openPermit({ supergraph, policy, keys: new Map(), plans: needing });
const contract = { shown: supergraph.api, taken: supergraph.api, explainsErrors: true, isUntold: () => false };
const document = parse('{ risk }');
const ask = (grants: string[]) =>
  permit({ document, variables: {}, contract, principal: { ...anonymous, kind: 'person', grants } });

test('it is run for whoever may read what the field needs', () => {
  expect(ask(['people:ssn']).authorized.fields).toEqual(['Query.risk']);
});

test('it is refused to anybody else, also right behind one who may', () => {
  ask(['people:ssn']);
  expect(() => ask([])).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' }));
});
