/**
 * Events of one stream that are read at the same time ask a subgraph the same
 * question, each of its own entities: those who ask while one is being answered
 * are asked for together, in one request. The more a stream is behind, the less
 * each of its events costs. It is never more than one stream's, and what goes
 * together has one principal and one set of variables. What waits is what the
 * stream reads: a bounded number ahead, and one event for each watcher behind.
 */
import type { Principal } from '../../schema/principal.ts';
import type { HopAnswer, HopError, Subgraph } from '../subgraph.ts';
import { Question } from './question.ts';

export type Joint = (subgraph: Subgraph, question: Question) => Promise<HopAnswer>;

interface Waiting {
  question: Question;
  answer: (answer: Promise<HopAnswer>) => void;
}

/** So many questions go together. */
const togetherAtMost = 64;

interface Asking {
  principal: Principal;
  waiting: Waiting[];
}

export const openJoint = (): Joint => {
  const underWay = new Map<string, Asking>();
  const askAll = async (subgraph: Subgraph, key: string, { waiting }: Asking): Promise<void> => {
    await allThatCameAtOnce();
    while (waiting.length > 0) await askTogether(subgraph, waiting.splice(0, togetherAtMost));
    underWay.delete(key);
  };
  return (subgraph, question) => {
    const { principal, lists, others, head } = question;
    const key = `${subgraph.name} ${others} ${head}`;
    const asking = underWay.get(key);
    // Whoever asks is part of the question, so another's is never answered with it.
    if (lists.length === 0 || (asking && asking.principal !== principal)) return subgraph.ask(question);
    return new Promise((answer) => {
      if (asking) return void asking.waiting.push({ question, answer });
      const first = { principal, waiting: [{ question, answer }] };
      underWay.set(key, first);
      void askAll(subgraph, key, first);
    });
  };
};

const allThatCameAtOnce = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves when it has been answered, whatever came. */
const askTogether = async (subgraph: Subgraph, going: readonly Waiting[]): Promise<void> => {
  const answers = answersOf(
    subgraph,
    going.map(({ question }) => question),
  );
  // What cannot be told apart may be the fault of one: each is asked for by itself.
  for (const [at, { question, answer }] of going.entries()) answer(answers.then((all) => all?.[at] ?? subgraph.ask(question)));
  await answers.catch(() => {}); // Told to each.
};

const answersOf = async (subgraph: Subgraph, questions: readonly Question[]): Promise<HopAnswer[] | undefined> => {
  const [first, another] = questions;
  if (!first) return [];
  if (!another) return [await subgraph.ask(first)];
  return partsOf(await subgraph.ask(joined(first, questions)), questions);
};

const joined = (first: Question, questions: readonly Question[]): Question =>
  new Question({
    query: first.query,
    operationName: first.operationName,
    head: first.head,
    others: first.others,
    principal: first.principal,
    signal: first.signal,
    lists: first.lists.map(({ name, key }, list) => ({
      name,
      key,
      representations: questions.flatMap((one) => listOf(one, list)),
    })),
    paths: () => [],
  });

/** What each asked for; undefined where what came cannot be told apart. */
const partsOf = ({ data, errors = [], unanswered }: HopAnswer, questions: readonly Question[]): HopAnswer[] | undefined => {
  if (unanswered)
    return questions.map(({ paths }) => ({
      data: null,
      unanswered,
      errors: errors.slice(0, 1).flatMap((error) => paths().map((path) => ({ ...error, path }))),
    }));
  const given: Record<string, unknown>[] = questions.map(() => ({}));
  const told: HopError[][] = questions.map(() => []);
  const left = new Set(errors);
  for (const [list, { key }] of questions[0]?.lists.entries() ?? []) {
    const entities = data?.[key];
    const ends = endsOf(questions, list);
    if (!Array.isArray(entities) || entities.length !== ends.at(-1)) return undefined;
    for (const [at, part] of given.entries()) part[key] = entities.slice(ends[at - 1] ?? 0, ends[at]);
    for (const error of errors) {
      const [named, index, ...rest] = error.path ?? [];
      if (named !== key || typeof index !== 'number') continue;
      const at = ends.findIndex((end) => index < end);
      told[at]?.push({ ...error, path: [key, index - (ends[at - 1] ?? 0), ...rest] });
      left.delete(error);
    }
  }
  return questions.map((_, at) => ({ data: given[at] as Record<string, unknown>, errors: [...(told[at] ?? []), ...left] }));
};

/** Behind which entity of all those of a list each question's own end. */
const endsOf = (questions: readonly Question[], list: number): number[] => {
  let end = 0;
  return questions.map((question) => {
    end += listOf(question, list).length;
    return end;
  });
};

const listOf = ({ lists }: Question, list: number): readonly string[] => lists[list]?.representations ?? [];
