/**
 * The oracle's own reading of the access directives, from the subgraphs' SDL. It
 * shares no code with the gateway.
 *
 * Whatever any subgraph demands holds. A field takes its own rule, its parent's,
 * and that of the object, enum or scalar that it gives. On an interface it takes
 * those of every implementer, as does `__typename` on an interface or a union.
 */
import { type DirectiveNode, Kind, parse, type TypeNode, valueFromASTUntyped } from 'graphql';

export interface Holder {
  signedIn: boolean;
  scopes: readonly string[];
  grants: readonly string[];
}

/** What the SDL of all subgraphs says, as read here. */
export interface Rules {
  onType: Map<string, DirectiveNode[]>;
  onField: Map<string, DirectiveNode[]>;
  gives: Map<string, string>;
  members: Map<string, string[]>;
  requires: Map<string, string>;
}

const nameOf = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type));

export const readRules = (sdls: Iterable<string>): Rules => {
  const rules: Rules = { onType: new Map(), onField: new Map(), gives: new Map(), members: new Map(), requires: new Map() };
  const add = <Value>(map: Map<string, Value[]>, key: string, values: readonly Value[]) =>
    map.set(key, [...(map.get(key) ?? []), ...values]);
  for (const definition of [...sdls].flatMap((sdl) => parse(sdl).definitions)) {
    if (!('name' in definition) || !definition.name || !('directives' in definition)) continue;
    const type = definition.name.value;
    add(rules.onType, type, definition.directives ?? []);
    if (definition.kind === Kind.UNION_TYPE_DEFINITION) add(rules.members, type, (definition.types ?? []).map(nameOf));
    if (definition.kind === Kind.OBJECT_TYPE_DEFINITION)
      for (const parent of definition.interfaces ?? []) add(rules.members, parent.name.value, [type]);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const at = `${type}.${field.name.value}`;
      add(rules.onField, at, field.directives ?? []);
      rules.gives.set(at, nameOf(field.type));
      const needs = field.directives?.find(({ name }) => name.value === 'requires');
      if (needs) rules.requires.set(at, String(argument(needs, 'fields')));
    }
  }
  return rules;
};

const argument = (directive: DirectiveNode, name: string): unknown => {
  const found = directive.arguments?.find((one) => one.name.value === name);
  return found && valueFromASTUntyped(found.value);
};

const allow = (directives: readonly DirectiveNode[], { signedIn, scopes, grants }: Holder): boolean => {
  for (const directive of directives) {
    const name = directive.name.value;
    if ((name === 'authenticated' || name === 'requiresScopes') && !signedIn) return false;
    if (name !== 'requiresScopes' && name !== 'policy') continue;
    const held = name === 'policy' ? grants : scopes;
    const forms = argument(directive, name === 'policy' ? 'policies' : 'scopes') as string[][];
    if (!forms.some((form) => form.every((one) => held.includes(one)))) return false;
  }
  return true;
};

/** Whether a caller may read one field of one concrete object. */
export const mayRead = (type: string, field: string, rules: Rules, holder: Holder): boolean => {
  const gives = rules.gives.get(`${type}.${field}`) ?? '';
  const abstract = rules.members.has(gives);
  return (
    mayMeet(type, rules, holder) &&
    allow(rules.onField.get(`${type}.${field}`) ?? [], holder) &&
    (abstract || allow(rules.onType.get(gives) ?? [], holder))
  );
};

const mayMeet = (type: string, rules: Rules, holder: Holder): boolean => allow(rules.onType.get(type) ?? [], holder);

/** The same where it is selected, which may be on an interface. */
export const maySelect = (type: string, field: string, rules: Rules, holder: Holder): boolean => {
  const members = rules.members.get(type);
  if (field === '__typename') return (members ?? []).every((member) => mayMeet(member, rules, holder));
  return (members ?? [type]).every((member) => mayRead(member, field, rules, holder));
};
