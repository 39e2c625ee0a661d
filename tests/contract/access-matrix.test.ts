/** Who may read what, written down: a change of a schema or of a policy shows here, and a field without a decision fails by name. */
import { readFileSync } from 'node:fs';
import { isInterfaceType, isObjectType } from 'graphql';
import { matrix, undecided } from '../../deploy/policy/matrix.ts';
import { openGraph } from '../../deploy/policy/subject.ts';

const written = readFileSync(new URL('./access-matrix.md', import.meta.url), 'utf8');
const current = `${matrix()}\n`;

/** `Type.field` → what it takes. */
const decisionsIn = (text: string): Map<string, string> => {
  const found = new Map<string, string>();
  for (const section of text.split('\n### ').slice(1)) {
    const [takes = '', ...lines] = section.split('\n');
    for (const line of lines) {
      const [, type, fields] = /^- (\w+): (.*)$/.exec(line) ?? [];
      for (const field of fields?.split(' ') ?? []) found.set(`${type}.${field}`, takes);
    }
  }
  return found;
};

const decided = decisionsIn(written);
const fields = Object.values(openGraph().supergraph.api.getTypeMap()).flatMap((type) =>
  (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith('__')
    ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
    : [],
);

test('every field of the graph has a decision', () => {
  expect(fields.length).toBeGreaterThan(200);
  expect(fields.filter((field) => !decided.has(field))).toEqual([]);
});

test('no field is open to whoever has not signed in', () => {
  expect([...decisionsIn(current)].filter(([, takes]) => takes === undecided)).toEqual([]);
});

test('no decision has changed unnoticed', () => {
  const now = decisionsIn(current);
  expect([...decided].filter(([field, takes]) => now.get(field) !== takes)).toEqual([]);
});

test('the file is what the schemas and the starter policies say; "npm run --silent hub -- policy matrix" prints it', () => {
  expect(written).toBe(current);
});
