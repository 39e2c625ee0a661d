/**
 * `hub policy matrix`: every persona × every field × every purpose, as text that
 * can be read and whose changes can be. Fields that take the same stand together;
 * what a persona must state to see them stands in the persona's column.
 */

import { isInterfaceType, isObjectType } from 'graphql';
import type { Policies } from '../../gateway/policies/policies.ts';
import type { Rule } from '../../gateway/rule.ts';
import { purposes } from '../../schema/principal.ts';
import { type PersonaName, personaNames, personas } from '../identity/personas.ts';
import { agency, type Graph, mayRead, openGraph, openSet, ruleOf, subjectOf } from './subject.ts';

/** Fixed, so that the text changes with the policies and with nothing else. */
const nowMs = Date.parse('2026-11-20T12:00:00Z');

const nothing = 'none';
const extras = [
  { words: '', stated: {} },
  { words: 'reason', stated: { reason: 'follow-up' } },
  { words: 'case', stated: { caseNumber: 'B-24020-22' } },
  { words: 'case reason', stated: { caseNumber: 'B-24020-22', reason: 'follow-up' } },
] as const;

const head = `# Who may read what, and for which purpose

Written by \`npm run --silent hub -- policy matrix > tests/contract/access-matrix.md\`; a test compares. In a persona's column: \`yes\`, whatever
is stated; \`—\`, never; else the purposes with which, and behind the colon what must be stated besides (\`${nothing}\`: no purpose).
`;

interface Group {
  rule: Rule;
  takes: string;
  /** Type → fields. */
  fields: Map<string, string[]>;
}

export const matrix = (folder?: string): string => {
  const graph = openGraph();
  const policies = openSet(folder);
  const groups = groupsOf(graph);
  const rowLabels = [...policies.set.labels.keys()].filter((label) => !graph.policy.labels.includes(label)).sort();
  const rows = [
    ...groups.map(({ rule, takes }) => ({ rule, takes })),
    ...rowLabels.map((label) => ({ rule: labelled(label), takes: `${label} (rows, or no system yet)` })),
  ];
  const text = [
    head,
    table(rows, policies),
    '',
    `Purpose R, which only the FBI may state: ${forTheFbi(rows, policies)}.`,
    '',
    '## Fields by what they take',
    ...groups.flatMap(({ takes, fields }) => [
      '',
      `### ${takes}`,
      '',
      ...[...fields].map(([type, names]) => `- ${type}: ${names.join(' ')}`),
    ]),
    '',
  ].join('\n');
  policies.close();
  return text.trimEnd();
};

/** What nobody must have; a field that stands here was given no decision. */
export const undecided = 'nothing at all';

const groupsOf = (graph: Graph): Group[] => {
  const groups = new Map<string, Group>();
  for (const type of Object.values(graph.supergraph.api.getTypeMap()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!(isObjectType(type) || isInterfaceType(type)) || type.name.startsWith('__')) continue;
    for (const field of Object.keys(type.getFields()).sort()) {
      const rule = ruleOf(graph, type.name, field);
      const takes = wordsOf(rule);
      const group = groups.get(takes) ?? { rule, takes, fields: new Map() };
      groups.set(takes, group);
      group.fields.set(type.name, [...(group.fields.get(type.name) ?? []), field]);
    }
  }
  return [...groups.values()].sort((a, b) => (a.takes < b.takes ? -1 : 1));
};

const wordsOf = ({ authenticated, scopes, policies }: Rule): string => {
  const lists = [...policies, ...scopes.map((any) => any.map((all) => all.map((scope) => `scope ${scope}`)))];
  const parts = lists.flatMap((any) => (any.length === 1 ? any.flat() : [any.map((all) => all.join(' and ')).join(' or ')]));
  const words = [...new Set(parts)].sort();
  return words.join(' and ') || (authenticated ? 'a signed-in caller' : undecided);
};

const labelled = (label: string): Rule => ({ authenticated: true, scopes: [], policies: [[[label]]] });

const table = (rows: { rule: Rule; takes: string }[], policies: Policies): string =>
  [
    `| Takes | ${personaNames.join(' | ')} |`,
    `|-|${'-|'.repeat(personaNames.length)}`,
    ...rows.map(({ rule, takes }) => `| ${takes} | ${personaNames.map((name) => cell(rule, name, policies)).join(' | ')} |`),
  ].join('\n');

const cell = (rule: Rule, name: PersonaName, policies: Policies): string => {
  const codes = [nothing, ...purposes];
  const byNeed = new Map<string, string[]>();
  for (const code of codes) {
    const need = extras.find(({ stated }) =>
      isShown(rule, name, { ...stated, ...(code === nothing ? {} : { purpose: code }) }, policies),
    );
    if (need) byNeed.set(need.words, [...(byNeed.get(need.words) ?? []), code]);
  }
  if (byNeed.size === 0) return '—';
  const words = [...byNeed].map(([need, with_]) => {
    const which = with_.length === codes.length ? '' : with_.join(' ');
    return which && need ? `${which}: ${need}` : which || need;
  });
  return words.join('; ') || 'yes';
};

const forTheFbi = (rows: { rule: Rule; takes: string }[], policies: Policies): string => {
  const all = { purpose: 'R', caseNumber: 'B-24020-22', reason: 'follow-up' };
  const shown = rows
    .filter(({ rule }) => rule.policies.length > 0 && personaNames.some((name) => isShown(rule, name, all, policies)))
    .map(({ takes }) => takes);
  return shown.length === 0 ? 'nothing that takes a label, for anybody' : shown.join(', ');
};

const isShown = (rule: Rule, name: PersonaName, stated: Record<string, string>, policies: Policies): boolean => {
  const subject = subjectOf(personas[name], nowMs, stated);
  return mayRead(rule, subject, policies.decide({ subject, nowMs, agency }).grants);
};
