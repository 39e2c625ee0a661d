/**
 * A random federated graph: entities joined by id across two or three subgraphs,
 * value types, interfaces, unions, a protected enum and scalar, lists and
 * non-null positions, `@requires`, and access directives anywhere they may stand.
 * It says nothing of what the directives mean; that is the oracle's reading of
 * the SDL that is made here.
 */
import type { Random } from './random.ts';

export const labels = ['p:a', 'p:b', 'p:c', 'p:d'];
export const scopes = ['s:x', 's:y', 's:z'];

export interface Field {
  name: string;
  /** Type reference as SDL writes it. */
  type: string;
  /** Subgraph → directives there; a field in two subgraphs is shareable, and either may protect it. */
  homes: Map<string, string>;
  args?: string;
  /** A field of another subgraph that this one's is computed from. */
  requires?: string;
}

export interface Type {
  name: string;
  kind: 'entity' | 'value' | 'interface' | 'union' | 'root';
  /** Subgraph → directives on the type there. */
  homes: Map<string, string>;
  fields: Field[];
  /** Of an interface: who implements it; of a union: who is in it. */
  members: string[];
}

export interface Graph {
  names: string[];
  types: Type[];
  /** Directives of the enum and of the scalar. */
  leaves: { enum: string; scalar: string };
  sdl: Map<string, string>;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@external", "@requires", "@shareable", "@authenticated", "@requiresScopes", "@policy"])`;

/** Directives for one place, often none; lists are OR of AND. */
const protection = (r: Random, probability: number): string => {
  if (!r.chance(probability)) return '';
  const forms = (of: readonly string[]) =>
    JSON.stringify(Array.from({ length: 1 + r.below(2) }, () => [...new Set([r.one(of), r.one(of)].slice(r.below(2)))]));
  const parts = [
    ...(r.chance(0.25) ? ['@authenticated'] : []),
    ...(r.chance(0.3) ? [`@requiresScopes(scopes: ${forms(scopes)})`] : []),
  ];
  return [...parts, ...(parts.length === 0 || r.chance(0.5) ? [`@policy(policies: ${forms(labels)})`] : [])].join(' ');
};

const wrap = (r: Random, name: string, nonNull: boolean): string => {
  const lists = [`[${name}]`, `[${name}!]`, `[${name}!]!`, `[${name}]!`];
  if (r.chance(0.4)) return r.one(lists);
  return nonNull && r.chance(0.4) ? `${name}!` : name;
};

export const randomGraph = (r: Random, withRequires: boolean): Graph => {
  const names = ['alpha', 'beta', 'gamma'].slice(0, 2 + r.below(2));
  const leaves = { enum: protection(r, 0.4), scalar: protection(r, 0.4) };
  const entities = Array.from({ length: 2 + r.below(3) }, (_, at) => entity(r, `E${at}`, names));
  const values = Array.from({ length: 1 + r.below(2) }, (_, at) => value(r, `V${at}`, r.one(names)));
  const abstract = [
    ...abstractTypes(r, 'interface', names, entities),
    ...abstractTypes(r, 'union', names, [...entities, ...values]),
  ];
  const all = [...entities, ...values, ...abstract];
  for (const type of entities) {
    relations(r, type, names, all);
    if (withRequires && r.chance(0.5)) computed(r, type, names);
  }
  const root: Type = { name: 'Query', kind: 'root', homes: new Map(names.map((name) => [name, ''])), fields: [], members: [] };
  roots(r, root, names, all);
  const graph: Graph = { names, types: [...all, root], leaves, sdl: new Map() };
  for (const name of names) graph.sdl.set(name, sdlOf(graph, name));
  return graph;
};

const scalars = ['String', 'String!', 'String', 'Int!', 'Level', 'Code', 'Code!', '[String!]', '[Level!]!'];

const entity = (r: Random, name: string, names: string[]): Type => {
  const at = names.filter((_, index) => index === 0 || r.chance(0.8));
  const homes = new Map(at.map((home) => [home, protection(r, 0.2)]));
  const id: Field = { name: 'id', type: 'ID!', homes: new Map(at.map((home) => [home, ''])) };
  const fields = Array.from({ length: 3 + r.below(3) }, (_, index): Field => {
    const shared = at.length > 1 && r.chance(0.2);
    const in_ = shared ? at.slice(0, 2) : [r.one(at)];
    return { name: `f${index}`, type: r.one(scalars), homes: new Map(in_.map((home) => [home, protection(r, 0.4)])) };
  });
  return { name, kind: 'entity', homes, fields: [id, ...fields], members: [] };
};

const value = (r: Random, name: string, home: string): Type => ({
  name,
  kind: 'value',
  homes: new Map([[home, protection(r, 0.3)]]),
  fields: Array.from({ length: 2 + r.below(2) }, (_, index) => ({
    name: `v${index}`,
    type: r.one(scalars),
    homes: new Map([[home, protection(r, 0.35)]]),
  })),
  members: [],
});

/** One in one subgraph; what an interface demands, each implementer has there, protected by each in its own way. */
const abstractTypes = (r: Random, kind: 'interface' | 'union', names: string[], types: Type[]): Type[] => {
  const home = r.one(names);
  const present = types.filter(({ homes }) => homes.has(home));
  const members = r.some(present, 0.7);
  if (members.length === 0) return [];
  const name = kind === 'interface' ? 'I0' : 'U0';
  const fields: Field[] = [];
  if (kind === 'interface') {
    fields.push({ name: 'id', type: 'ID!', homes: new Map([[home, '']]) });
    for (const [field, type] of [
      ['label', r.one(['String', 'String!'])],
      ['near', wrap(r, r.one(present).name, false)],
    ] as const) {
      fields.push({ name: field, type, homes: new Map([[home, '']]) });
      for (const member of members) member.fields.push({ name: field, type, homes: new Map([[home, protection(r, 0.3)]]) });
    }
  }
  return [{ name, kind, homes: new Map([[home, '']]), fields, members: members.map((member) => member.name) }];
};

const relations = (r: Random, type: Type, names: string[], all: Type[]): void => {
  for (let index = 0; index < 2 + r.below(2); index += 1) {
    const home = r.one(names.filter((name) => type.homes.has(name)));
    const target = r.one(all.filter(({ homes }) => homes.has(home)));
    type.fields.push({
      name: `r${index}`,
      type: wrap(r, target.name, true),
      homes: new Map([[home, protection(r, 0.25)]]),
    });
  }
};

/** Composition wants whoever reads the field to be permitted what it is computed from. */
const computed = (r: Random, type: Type, names: string[]): void => {
  const usable = type.fields.filter(({ name, homes }) => /^f\d/.test(name) && homes.size === 1);
  if (usable.length === 0) return;
  const from = r.one(usable);
  const others = names.filter((name) => type.homes.has(name) && !from.homes.has(name));
  if (others.length === 0) return;
  const [directives = ''] = [...from.homes.values()];
  type.fields.push({ name: 'computed', type: 'String', homes: new Map([[r.one(others), directives]]), requires: from.name });
};

const roots = (r: Random, root: Type, names: string[], all: Type[]): void => {
  for (const home of names) {
    const present = all.filter(({ homes }) => homes.has(home));
    const chosen = r.some(present, 0.7);
    for (const { name, kind } of chosen.length > 0 ? chosen : present.slice(0, 1)) {
      const add = (suffix: string, type: string, args?: string) => {
        const field = { name: `${home}${name}${suffix}`, type, homes: new Map([[home, protection(r, 0.12)]]) };
        root.fields.push(args ? { ...field, args } : field);
      };
      add('s', r.one([`[${name}]`, `[${name}!]`, `[${name}!]!`]));
      if (kind === 'entity') add('By', name, '(id: ID!)');
      else add('One', r.one([name, name, `${name}!`]));
    }
  }
};

/** Also reads what a subgraph has to declare because a field of its own requires it. */
const sdlOf = ({ types, leaves }: Graph, home: string): string => {
  const interfaces = types.filter(({ kind, homes }) => kind === 'interface' && homes.has(home));
  const blocks = types.flatMap((type) => {
    if (!type.homes.has(home)) return [];
    if (type.kind === 'union') return [`union ${type.name} = ${type.members.join(' | ')}`];
    const implemented = interfaces.filter(({ members }) => members.includes(type.name)).map(({ name }) => name);
    const head = [
      type.kind === 'interface' ? 'interface' : 'type',
      type.name,
      ...(implemented.length > 0 ? [`implements ${implemented.join(' & ')}`] : []),
      ...(type.kind === 'entity' ? ['@key(fields: "id")'] : []),
      type.homes.get(home),
    ];
    const lines = type.fields.flatMap((field) => fieldLines(field, type, home));
    return lines.length > 0 ? [`${head.join(' ')} {\n${lines.join('\n')}\n}`] : [];
  });
  return [link, `enum Level ${leaves.enum} { LOW HIGH }`, `scalar Code ${leaves.scalar}`, ...blocks].join('\n');
};

const fieldLines = ({ name, type, homes, args = '', requires }: Field, { fields }: Type, home: string): string[] => {
  if (!homes.has(home)) return [];
  const shared = homes.size > 1 && name !== 'id' ? '@shareable' : '';
  const needs = fields.find((field) => field.name === requires);
  return [
    `  ${name}${args}: ${type} ${shared} ${requires ? `@requires(fields: "${requires}")` : ''} ${homes.get(home)}`,
    ...(needs ? [`  ${needs.name}: ${needs.type} @external`] : []),
  ];
};
