/**
 * Composition: the registry's subgraph schemas become the two committed files,
 * `supergraph.graphql` (what the gateway plans on) and `api.graphql` (what
 * clients see; its diff is the review of a change to the contract).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { type ASTNode, type DocumentNode, GraphQLError, parse, printSchema } from 'graphql';
import { supportedFeatures } from './features.ts';
import { faultsInReads } from './reads.ts';
import { subgraphs } from './subgraphs.ts';

export interface SubgraphDefinition {
  name: string;
  url: string;
  sdl: string;
}

export interface Composed {
  supergraph: string;
  api: string;
}

/** A supergraph that does not compose; the message names each subgraph and line. */
export class CompositionError extends Error {
  override readonly name = 'CompositionError';
}

const root = new URL('../', import.meta.url);

/** The SDL of one system of this repository: the common value types, then its own schema. */
export const readSubgraph = (name: string, folder = new URL(`subgraphs/${name}/`, root)): string => {
  const common = readFileSync(new URL('schema/common.graphql', root), 'utf8');
  return `${common}\n${readFileSync(new URL('schema.graphql', folder), 'utf8')}`;
};

export const registered = (): SubgraphDefinition[] =>
  Object.entries(subgraphs).map(([name, url]) => ({ name, url, sdl: readSubgraph(name) }));

export const compose = (definitions: SubgraphDefinition[]): Composed => {
  const services = definitions.map(({ name, url, sdl }) => ({ name, url, typeDefs: parseNamed(name, sdl) }));
  const result = composeServices(services);
  if (result.errors) throw new CompositionError(result.errors.map((error) => describe(error, definitions)).join('\n'));
  const { supergraphSdl } = result;
  const faults = faultsInReads(supergraphSdl, services);
  if (faults.length > 0) throw new CompositionError(faults.map((error) => describe(error, definitions)).join('\n'));
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures });
  return { supergraph: `${supergraphSdl.trim()}\n`, api: `${printSchema(supergraph.apiSchema().toGraphQLJSSchema())}\n` };
};

const parseNamed = (name: string, sdl: string): DocumentNode => {
  try {
    return parse(sdl);
  } catch (cause) {
    const at = cause instanceof GraphQLError ? cause.locations?.[0] : undefined;
    const where = at ? ` at line ${at.line - commonLines(sdl)}, column ${at.column}` : '';
    throw new CompositionError(`[${name}] does not parse${where}: ${(cause as Error).message}`, { cause });
  }
};

/** Line numbers are told as they stand in the system's own file, behind the common prefix. */
const commonLines = (sdl: string): number => {
  const common = readFileSync(new URL('schema/common.graphql', root), 'utf8');
  return sdl.startsWith(common) ? common.split('\n').length : 0;
};

const describe = (error: GraphQLError, definitions: readonly SubgraphDefinition[]): string => {
  const told = (error.nodes ?? []).flatMap((node) => placeOf(node, definitions) ?? []);
  const places = told.length > 0 ? told : placesNamed(error.message, definitions);
  return `${error.message}${places.length > 0 ? ` (${[...new Set(places)].join('; ')})` : ''}`;
};

/** `avl: line 12`; a node of the merged schema, which stands in no file, has no place. */
const placeOf = (node: ASTNode, definitions: readonly SubgraphDefinition[]): string | undefined => {
  const { subgraph } = node as { subgraph?: string };
  const of = definitions.find(({ name, sdl }) => name === subgraph || sdl === node.loc?.source.body);
  const line = node.loc?.startToken.line;
  if (!of || line === undefined) return undefined;
  const own = line - commonLines(of.sdl);
  return own > 0 ? `${of.name}: line ${own}` : `schema/common.graphql: line ${line}`;
};

/** Some faults come without nodes and name a field, `[avl] Field "Incident.noted" …`: where that system declares it. */
const placesNamed = (message: string, definitions: readonly SubgraphDefinition[]): string[] => {
  const [, system, type, field] = /^\[([\w-]+)\].*?"?\b(\w+)\.(\w+)\b/.exec(message) ?? [];
  const of = definitions.find(({ name }) => name === system);
  if (!of) return [];
  return parse(of.sdl).definitions.flatMap((node) => {
    if (!('name' in node) || node.name?.value !== type || !('fields' in node)) return [];
    const declared = (node.fields ?? []).filter(({ name }) => name.value === field);
    return declared.flatMap((one) => placeOf(one, [of]) ?? []);
  });
};

/** Writes both files, or with `check` names those that differ from what the subgraphs say. */
export const writeComposed = (check = false): string[] => {
  const composed = compose(registered());
  const files = { 'supergraph.graphql': composed.supergraph, 'api.graphql': composed.api };
  return Object.entries(files).flatMap(([file, text]) => {
    const path = new URL(file, import.meta.url);
    if (readOr(path) === text) return [];
    if (!check) writeFileSync(path, text);
    return [`schema/${file}`];
  });
};

const readOr = (path: URL): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
