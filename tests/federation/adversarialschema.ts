/**
 * Adversarial cases that ask what there is: introspection, errors, names that may or may not exist, arguments that tell of
 * what may not be read.
 */
import { type Case, denies, forCase, invalid, person } from './adversarialcase.ts';

const typeCalled = (name: string) => `{ __type(name: "${name}") { name } }`;
const fieldsOf = (name: string) => `{ __type(name: "${name}") { fields { name } } }`;
const partner = { who: 'partner' } as const;
const detective = { who: 'detective', extensions: forCase } as const;

/** A field that the caller's contract does not have, and one that nobody's has: told alike. */
const unknowable: Case[] = (['intel { tip }', 'nowhere { tip }'] as const).map((field) => ({
  what: `14 ${field}, under a black label or nowhere at all: no such field`,
  query: person(`name ${field}`),
  ...invalid,
  untold: /intel:read|black|Intel\b/,
}));

const toldOfNothing: Case[] = [
  '{ person(id: "p1") { name } }',
  '{ nowhere }',
  'mutation { erase }',
  'subscription { told { cursor } }',
].map((query) => ({
  what: `12 ${query}, by nobody: one answer for what there is and what there is not`,
  who: 'nobody',
  query,
  ...invalid,
  untold: /person|Query|nowhere|erase|mutation|told|subscription|locations/i,
}));

const unreachable: Case[] = ['ssn', 'strict', 'code', 'none'].map((field) => ({
  what: `12 ${field}, by a partner whom no purpose and no case would be granted it: no such field`,
  ...partner,
  query: person(field),
  extensions: forCase,
  ...invalid,
  untold: /people:ssn/,
}));

/** Each way to give a filter or an order by a field that the caller may not read. */
const oracles: Case[] = [
  ['an argument', '{ find(digits: "001") { name } }', {}],
  ['a field of an input', '{ find(where: { ssn: "001" }) { name } }', {}],
  ['one in an input in an input', '{ find(where: { not: { ssn: "001" } }) { name } }', {}],
  ['one in a list of inputs', '{ find(where: { name: "A", any: [{ name: "B" }, { ssn: "001" }] }) { name } }', {}],
  ['a variable', 'query ($d: String) { find(digits: $d) { name } }', { d: '001' }],
  ['a variable’s default', 'query ($d: String = "001") { find(digits: $d) { name } }', {}],
  ['a variable that is an input', 'query ($w: Where) { find(where: $w) { name } }', { w: { any: [{ not: { ssn: '0' } }] } }],
  ['a variable in an input', 'query ($d: String) { find(where: { not: { ssn: $d } }) { name } }', { d: '001' }],
  ['an order', '{ find(order: [NAME, SSN]) { name } }', {}],
  ['an order in a variable', 'query ($o: [Order!]) { find(order: $o) { name } }', { o: ['SSN'] }],
].map(([how, query, variables]) => ({
  what: `15 a filter by a denied field, by ${how}`,
  query: query as string,
  variables: variables as Record<string, unknown>,
  data: { find: null },
  ...denies,
  denied: ['Query.find: people:ssn'],
  unfetched: /find/,
}));

/** Who could be granted a black label: by this operation it is there or it is not. */
const granted: Case[] = [
  {
    what: '14 what is under a black label, by whom it is granted to',
    query: person('name intel { tip }'),
    extensions: forCase,
    data: { person: { name: 'Name p1', intel: [{ tip: 'a tip' }] } },
    denied: [],
  },
  {
    what: '14 the same by the same caller, who states no case',
    query: person('name intel { tip }'),
    ...invalid,
    untold: /intel:read|case/,
  },
  {
    what: '12 a type under a black label, by whom it is granted to',
    query: typeCalled('Intel'),
    extensions: forCase,
    data: { __type: { name: 'Intel' } },
  },
  { what: '12 the same by the same caller, who states no case', query: typeCalled('Intel'), data: { __type: null } },
].map((one) => ({ ...one, who: 'investigator' }));

/** A client that serves every class with one document takes a null for what is not there. */
const lenient: Case[] = [
  {
    what: '12 one document for all, by a partner: null for what there is not, and no word of it',
    ...partner,
    query: `query ($d: String) { person(id: "p1") { name s: ssn intel { tip } nowhere { x(y: $d) } ...S ... on Nowhere { y } } erase(d: $d) } fragment S on Person { strict }`,
    variables: { d: '001' },
    extensions: { unknownFields: 'NULL' },
    data: { person: { name: 'Name p1', s: null, intel: null, nowhere: null, strict: null }, erase: null },
    denied: [],
    untold: /people:ssn|intel:read|withheld|errors/,
  },
  {
    what: '12 the same by one of the agency’s own: what it takes is told, but for a black label',
    query: person('name ssn intel { tip } nowhere'),
    extensions: { unknownFields: 'NULL' },
    data: { person: { name: 'Name p1', ssn: null, intel: null, nowhere: null } },
    ...denies,
    withheld: [['person', 'ssn']],
    denied: ['Person.ssn: people:ssn'],
    untold: /intel:read/,
  },
  {
    what: '12 a fragment on what is not there',
    ...partner,
    query: '{ hits { ... on Intel { tip } ... on Vehicle { name } ...I } } fragment I on Intel { tip }',
    extensions: { unknownFields: 'NULL' },
    data: { hits: [{}, { name: 'Van' }] },
  },
  {
    what: '12 an argument that is not there stays an error',
    ...partner,
    query: '{ find(digits: "001") { name } }',
    extensions: { unknownFields: 'NULL' },
    ...invalid,
  },
  {
    what: '12 a mark of the hub’s own, sent by a client',
    query: person('__hub_absent_ssn: name'),
    code: 'LIMIT_ALIASES',
  },
];

export const telling: Case[] = [
  ...lenient,
  ...granted,
  ...unknowable,
  ...toldOfNothing,
  ...unreachable,
  ...oracles,
  {
    what: '12 the type of a black label, by somebody who could be granted it',
    who: 'detective',
    query: typeCalled('Intel'),
    data: { __type: null },
  },
  {
    what: '12 a type that the caller’s class may never be shown',
    who: 'vendor',
    query: typeCalled('Person'),
    data: { __type: null },
  },
  {
    what: '12 the fields that the caller’s class may ever read',
    query: fieldsOf('Person'),
    data: { __type: { fields: ['id', 'fans', 'name', 'peer', 'peers'].map((name) => ({ name })) } },
  },
  {
    what: '12 and those of a class that may read more',
    who: 'detective',
    query: fieldsOf('File'),
    data: { __type: { fields: [{ name: 'number' }, { name: 'pages' }, { name: 'title' }] } },
  },
  {
    what: '12 a partner’s introspection has the arguments of what a partner may read',
    ...partner,
    query: '{ __type(name: "Query") { fields { name args { name } } } }',
    data: expect.objectContaining({
      __type: {
        fields: expect.arrayContaining([{ name: 'find', args: [{ name: 'where' }, { name: 'order' }] }]),
      },
    }),
    untold: /digits|leads/,
  },
  { what: '15 a filter that is not the partner’s to use', ...partner, query: '{ find(digits: "001") { name } }', ...invalid },
  {
    what: '15 the same in a variable',
    ...partner,
    query: 'query ($w: Where) { find(where: $w) { name } }',
    variables: { w: { ssn: '001' } },
    code: 'BAD_USER_INPUT',
  },
  {
    what: '15 an order by a denied field that is the default',
    query: '{ listed { name } }',
    data: { listed: null },
    ...denies,
    denied: ['Query.listed: people:ssn'],
  },
  {
    what: '15 another order instead',
    query: '{ listed(order: NAME) { name } }',
    data: { listed: [{ name: 'Name p1' }] },
    denied: [],
  },
  {
    what: '15 a filter by what the caller may read; null filters nothing',
    query: '{ find(where: { name: "A", ssn: null }, digits: null) { name } }',
    data: { find: [{ name: 'Name p1' }] },
    denied: [],
  },
  {
    what: '15 a filter by a field for which the caller states all that it takes',
    ...detective,
    query: '{ find(where: { ssn: "001" }) { name } }',
    data: { find: [{ name: 'Name p1' }] },
    denied: [],
    permitsSsn: true,
  },
];
