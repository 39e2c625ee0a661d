/**
 * Runs a program: asks each request as soon as those that it waits for have
 * come, and puts what comes in its places. A subgraph that fails costs its own
 * fields: nothing is put there, and an error stands for each.
 */
import type { GraphQLError } from 'graphql';
import { HubError } from '../../schema/errors.ts';
import type { Principal } from '../../schema/principal.ts';
import type { HopAnswer, Subgraph } from '../subgraph.ts';
import { blamedKeys, failedPaths, type Told, tell } from './blame.ts';
import type { Joint } from './joint.ts';
import { copy, merge } from './merge.ts';
import { type Made, type Part, partsOf } from './part.ts';
import type { Entity } from './place.ts';
import type { Program, Request } from './program.ts';
import { Question } from './question.ts';

export interface Running {
  subgraphs: ReadonlyMap<string, Subgraph>;
  /** With the operation's defaults: what conditions are read from. */
  variables: Readonly<Record<string, unknown>>;
  /** As the client sent them: what goes to the subgraphs, whose operations state the defaults themselves. */
  given: Readonly<Record<string, unknown>>;
  principal: Principal;
  /** What the primary's subgraph sent, for a subscription's event. */
  event?: HopAnswer | undefined;
  /** By which events that are read at the same time ask together. */
  joint?: Joint | undefined;
  signal?: AbortSignal | undefined;
}

export interface Ran extends Made {
  errors: GraphQLError[];
}

export const run = async ({ requests }: Program, running: Running): Promise<Ran> => {
  const ran: Ran = { data: {}, shared: false, errors: [] };
  const under: Promise<void>[] = [];
  for (const request of requests) {
    const { waits } = request;
    const start = (): Promise<void> => send(request, running, ran);
    const [first, another] = waits;
    under.push(
      first === undefined
        ? start()
        : (another === undefined ? (under[first] as Promise<unknown>) : Promise.all(waits.map((at) => under[at]))).then(start),
    );
  }
  await Promise.all(under);
  return ran;
};

const send = async (request: Request, running: Running, ran: Ran): Promise<void> => {
  const asked = partsOf(request, running.variables, ran);
  await Promise.all(asked.map((together) => ask(request, together, running, ran)));
};

const ask = async (request: Request, parts: readonly Part[], running: Running, ran: Ran): Promise<void> => {
  const question = request.asking.of(parts.map(({ number }) => number));
  const told: Told = { source: request.source, parts, keys: question.keys, data: ran.data };
  const answer = await answerOf(request, parts, question, told, running);
  for (const [at, part] of parts.entries()) put(part, answer, question.keys[at] ?? '', told, ran);
  if (!answer.errors) return;
  const blamed = blamedKeys(answer, told);
  ran.errors.push(...tell(answer.errors, told));
  // One fetch's failure left nothing of the others' answers: they are asked again, each by itself.
  for (const [at, part] of parts.entries())
    if (blamed && !blamed.has(question.keys[at] ?? '')) await ask(request, [part], running, ran);
};

const answerOf = async (
  { source, members }: Request,
  parts: readonly Part[],
  { query, operationName, head, names, variables: used }: ReturnType<Request['asking']['of']>,
  told: Told,
  { subgraphs, given: sent, principal, event, joint, signal }: Running,
): Promise<HopAnswer> => {
  if (members[0]?.fromEvent) return event ?? { data: null };
  const subgraph = subgraphs.get(source);
  if (!subgraph) return { data: null, errors: [unavailable(source)] };
  const lists = parts.flatMap(({ representations }, at) =>
    representations ? [{ name: names[at] ?? '', key: told.keys[at] ?? '', representations }] : [],
  );
  const others = othersOf(used, parts[0]?.context ? { ...sent, ...parts[0].context } : sent);
  const paths = () => failedPaths(told);
  const question = new Question({ query, operationName, head, lists, others, principal, signal, paths });
  return joint ? joint(subgraph, question) : subgraph.ask(question);
};

const othersOf = (names: readonly string[], given: Readonly<Record<string, unknown>>): string => {
  let others = '';
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value !== undefined) others += `${others === '' ? '' : ','}"${name}":${JSON.stringify(value)}`;
  }
  return others;
};

const unavailable = (source: string) => {
  const { message, extensions } = new HubError('SOURCE_UNAVAILABLE', { source });
  return { message, extensions };
};

const put = (
  { member, objects, representations }: Part,
  { data, errors }: HopAnswer,
  key: string,
  told: Told,
  ran: Ran,
): void => {
  if (data === null || data === undefined) return;
  const { rewrite, share, fromEvent } = member;
  if (!representations) {
    const given = fromEvent ? (copy(data) as Entity) : data;
    rewrite?.(given);
    for (const [object, ...others] of objects)
      if (object) merge(object, given, share && others.length === 0 && objects.length === 1);
    return;
  }
  const entities = data[key];
  if (!Array.isArray(entities) || entities.length !== representations.length) {
    if (entities !== null || !errors) ran.errors.push(...tell([{ ...invalid(told.source), path: [key] }], told));
    return;
  }
  for (let at = 0; at < entities.length; at += 1) {
    const entity = entities[at] as unknown;
    if (typeof entity !== 'object' || entity === null) continue;
    const places = objects[at] ?? [];
    putEntity(entity as Entity, places, rewrite, share);
    if (places.length > 1) ran.shared = true;
  }
};

const putEntity = (
  entity: Entity,
  objects: readonly Entity[],
  rewrite: ((value: unknown) => void) | undefined,
  share: boolean,
): void => {
  if (rewrite) {
    entity.__typename ??= objects[0]?.__typename; // A rewrite asks for it.
    rewrite(entity);
  }
  for (let at = 0; at < objects.length; at += 1) merge(objects[at] as Entity, entity, share || objects.length === 1);
};

const invalid = (source: string) => {
  const { message, extensions } = new HubError('SOURCE_INVALID', { source });
  return { message, extensions };
};
