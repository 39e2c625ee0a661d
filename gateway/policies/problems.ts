/** What is wrong with a folder of policies, by file and line, for whoever wrote it. */
import { cedar } from './cedar.ts';
import { askedOf, type Subject } from './question.ts';

export const schemaFile = 'schema.cedarschema';

export interface Problem {
  file: string;
  line: number;
  message: string;
  severity: 'error' | 'warning';
}

export interface SourceFile {
  name: string;
  text: string;
}

export type CedarError = Pick<cedar.DetailedError, 'message'> & Partial<cedar.DetailedError>;

export const problem = (file: string, line: number, message: string): Problem => ({ file, line, message, severity: 'error' });

/** All files in one go: the schema is read once. Where one does not parse, each is read by itself for what is wrong. */
export const problemsOf = (sources: SourceFile[], schema: string): Problem[] => {
  const answer = cedar.validate({ schema, policies: { staticPolicies: sources.map(({ text }) => `${text}\n`).join('') } });
  if (answer.type === 'failure') return sources.flatMap(unparsed);
  return once([
    ...answer.validationErrors.map(({ error }) => located(sources, error, 'error')),
    ...answer.validationWarnings.map(({ error }) => located(sources, error, 'warning')),
    ...answer.otherWarnings.map((warning) => located(sources, warning, 'warning')),
  ]);
};

const once = (problems: Problem[]): Problem[] => [
  ...new Map(problems.map((one) => [`${one.file}:${one.line}: ${one.message}`, one])).values(),
];

const unparsed = ({ name, text }: SourceFile): Problem[] => {
  const answer = cedar.checkParsePolicySet({ staticPolicies: text });
  return answer.type === 'failure' ? answer.errors.map((error) => told(name, text, error, 'error')) : [];
};

/** Cedar counts bytes from the beginning of the first file. */
const located = (sources: SourceFile[], error: CedarError, severity: Problem['severity']): Problem => {
  let start = error.sourceLocations?.[0]?.start ?? 0;
  for (const { name, text } of sources) {
    const length = Buffer.byteLength(text) + 1;
    if (start < length) return told(name, text, { ...error, sourceLocations: [{ label: null, start, end: start }] }, severity);
    start -= length;
  }
  return told(schemaFile, '', error, severity);
};

export const told = (
  file: string,
  text: string,
  { message, help, sourceLocations }: CedarError,
  severity: Problem['severity'],
): Problem => {
  const start = sourceLocations?.[0]?.start ?? 0;
  // The same is wrong for each label that the policy reaches; once is enough.
  const plain = (words: string) =>
    words.replace(/^for policy `[^`]*`, /, '').replace(/ (in context )?for `?Action::"[^"]*"`?$/, '');
  return { file, line: lineAt(text, start), message: help ? `${plain(message)} (${plain(help)})` : plain(message), severity };
};

const lineAt = (text: string, byte: number): number => Buffer.from(text).subarray(0, byte).toString().split('\n').length;

/** What the hub states of a caller must be what the schema expects, or policies would be checked against something else. */
export const unfit = (schema: string, labels: Iterable<string>): Problem[] => {
  const kept = { preparsedSchemaName: 'fit', preparsedPolicySetId: 'fit' };
  cedar.preparseSchema(kept.preparsedSchemaName, schema);
  cedar.preparsePolicySet(kept.preparsedPolicySetId, { staticPolicies: '' });
  const asked = askedOf({ subject: everything, nowMs: 0, agency: 'O', emergency: true });
  const messages = [...labels].flatMap((label) => {
    const answer = cedar.statefulIsAuthorized({
      ...asked,
      ...kept,
      action: { type: 'Action', id: label },
      validateRequest: true,
    });
    return answer.type === 'failure' ? answer.errors.map(({ message }) => message.replace(/ for `Action::.*$/, '')) : [];
  });
  return [...new Set(messages)].map((message) =>
    problem(schemaFile, 1, `What the hub states does not fit the schema: ${message}`),
  );
};

/** Nothing is left out. */
const everything: Subject = {
  subject: 's',
  kind: 'person',
  ori: 'O',
  onBehalfOf: 'O',
  roles: ['r'],
  scopes: ['s'],
  privileges: ['p'],
  methods: ['m'],
  sworn: true,
  certifications: [{ name: 'c', expiresAt: '2030-01-01T00:00:00Z' }],
  assignments: ['1'],
  signedInAtMs: 0,
  purpose: 'C',
  caseNumber: '1',
  reason: 'r',
};
