/**
 * Types and documents of every page's operations: `clients/<page>/operations/*.graphql`
 * and `schema/api.graphql` become `clients/<page>/generated/graphql.ts`, so that a
 * field which the graph does not have is a type error, not a surprise at night.
 * Part of the set-up, skipped while nothing has changed. Plain JavaScript, as all
 * of the set-up is.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateSdk } from './sdk/generate.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const schemaFile = join(root, 'schema/api.graphql');

/** Brings every page's and the vendor kit's `generated` folder up to date; answers with those that were behind. */
export const generateOperations = async () => {
  const stale = pages().filter((page) => readOr(markOf(page)) !== stateOf(page));
  for (const page of stale) await generate(page);
  return (await generateSdk()) ? [...stale, 'sdk'] : stale;
};

const pages = () =>
  readdirSync(join(root, 'clients')).filter(
    (page) => existsSync(join(root, 'clients', page, 'operations')) && documentsOf(page).length > 0,
  );

const documentsOf = (page) =>
  readdirSync(join(root, 'clients', page, 'operations'))
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => join(root, 'clients', page, 'operations', file));

const generatedOf = (page) => join(root, 'clients', page, 'generated');
const markOf = (page) => join(generatedOf(page), '.made-from');

const stateOf = (page) => {
  const hash = createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(readFileSync(schemaFile));
  for (const file of documentsOf(page)) hash.update(file).update(readFileSync(file));
  return hash.digest('hex');
};

/** Scalars travel as text; nothing here parses them. */
const scalars = { DateTime: 'string', Date: 'string' };

const generate = async (page) => {
  const state = stateOf(page);
  const { codegen } = await import('@graphql-codegen/core');
  const { preset } = await import('@graphql-codegen/client-preset');
  const { buildSchema, parse } = await import('graphql');
  const schemaAst = buildSchema(readFileSync(schemaFile, 'utf8'));
  const documents = documentsOf(page).map((location) => {
    const rawSDL = readFileSync(location, 'utf8');
    return { location, rawSDL, document: parse(rawSDL) };
  });
  const outputs = await preset.buildGeneratesSection({
    baseOutputDir: `${generatedOf(page)}/`,
    schema: parse(readFileSync(schemaFile, 'utf8')),
    schemaAst,
    documents,
    config: { scalars, strictScalars: true, defaultScalarType: 'string', useTypeImports: true, skipTypeNameForRoot: true },
    presetConfig: { fragmentMasking: false },
    pluginMap: {},
    pluginContext: {},
    plugins: [],
    profiler: { run: (run) => Promise.resolve(run()), collect: () => [] },
  });
  const wanted = outputs.find(({ filename }) => filename.endsWith('graphql.ts'));
  const text = await codegen(wanted);
  mkdirSync(generatedOf(page), { recursive: true });
  // Renamed into place: another process may read it while this one writes.
  const aside = join(generatedOf(page), `graphql.ts.${process.pid}`);
  writeFileSync(aside, text);
  renameSync(aside, join(generatedOf(page), 'graphql.ts'));
  writeFileSync(markOf(page), state);
};

const readOr = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
