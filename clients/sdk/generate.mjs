/**
 * What the kit knows of the hub, out of the contract: the graph's types from
 * `schema/api.graphql`, the error codes from `schema/errors.ts`. Part of the
 * set-up, skipped while nothing has changed; plain JavaScript, as all of it is.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url));
const contract = join(here, '../../schema');
const target = join(here, 'src/generated');

/** Brings `src/generated` up to date; true where it was behind. */
export const generateSdk = async () => {
  const state = stateOf();
  if (readOr(join(target, '.made-from')) === state) return false;
  mkdirSync(target, { recursive: true });
  write('errors.ts', await errorsText());
  write('schema.ts', await schemaText());
  write('.made-from', state);
  return true;
};

const stateOf = () => {
  const hash = createHash('sha256');
  for (const file of [fileURLToPath(import.meta.url), join(contract, 'api.graphql'), join(contract, 'errors.ts')])
    hash.update(readFileSync(file));
  return hash.digest('hex');
};

const errorsText = async () => {
  const { tsImport } = await import('tsx/esm/api');
  const { errorKinds } = await tsImport('../../schema/errors.ts', import.meta.url);
  return [
    '/** Every code that the hub answers with. Generated from schema/errors.ts. */',
    `export const hubErrors = ${JSON.stringify(errorKinds, null, 2)} as const;`,
    '',
  ].join('\n');
};

/** Scalars travel as text; nothing here parses them. */
const config = {
  scalars: { DateTime: 'string', Date: 'string' },
  strictScalars: true,
  defaultScalarType: 'string',
  enumsAsTypes: true,
  skipTypename: true,
  // An answer has every field that was asked for; only arguments may be left out.
  avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
  useTypeImports: true,
};

const schemaText = async () => {
  const { codegen } = await import('@graphql-codegen/core');
  const plugin = await import('@graphql-codegen/typescript');
  const { parse } = await import('graphql');
  const text = await codegen({
    filename: join(target, 'schema.ts'),
    schema: parse(readFileSync(join(contract, 'api.graphql'), 'utf8')),
    documents: [],
    plugins: [{ typescript: {} }],
    pluginMap: { typescript: plugin },
    config,
  });
  return `/** The graph's types. Generated from schema/api.graphql. */\n${text}`;
};

/** Renamed into place: another process may read it while this one writes. */
const write = (name, text) => {
  const aside = join(target, `${name}.${process.pid}`);
  writeFileSync(aside, text);
  renameSync(aside, join(target, name));
};

const readOr = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
