/**
 * A folder of Cedar policies → a set that holds: parsed, every policy named and
 * explained, validated against the folder's schema. Pure but for the reading.
 * What is wrong is told by file and line, all of it at once, for whoever wrote it.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { cedar } from './cedar.ts';
import { type CedarError, type Problem, problem, problemsOf, type SourceFile, schemaFile, told, unfit } from './problems.ts';

export interface LoadedPolicy {
  id: string;
  /** What would satisfy it, in words. */
  reason: string;
  effect: 'permit' | 'forbid';
  file: string;
  line: number;
  text: string;
  /** Labels and classes that its scope names; undefined: any. */
  actions: readonly string[] | undefined;
  json: cedar.PolicyJson;
}

export interface PolicySet {
  /** SHA-256 of every file's name and text, hexadecimal: what the audit calls the set by. */
  hash: string;
  schema: string;
  /** In the order of files and of lines, which is the order in which reasons are told. */
  policies: readonly LoadedPolicy[];
  /** Label → the classes that it is in. */
  labels: ReadonlyMap<string, readonly string[]>;
  files: readonly string[];
}

export interface Loaded {
  /** Of whatever was read, also of what does not hold. */
  hash: string;
  /** Absent where a problem is an error. */
  set: PolicySet | undefined;
  problems: readonly Problem[];
}

export const loadPolicies = (folder: string): Loaded => readPolicies(folder).load();

/** A folder as it stands: the hash costs nothing, what it says is parsed and validated when it is asked for. */
export interface ReadPolicies {
  /** Empty where the folder cannot be read. */
  hash: string;
  load: () => Loaded;
}

export const readPolicies = (folder: string): ReadPolicies => {
  try {
    const files = readFolder(folder);
    const hash = hashOf(files);
    return { hash, load: () => heldBy(hash, folder, () => setOf(hash, files)) };
  } catch (error) {
    const { code } = error as { code?: string };
    const message = `The folder cannot be read${code ? ` (${code})` : ''}.`;
    return { hash: '', load: () => ({ hash: '', set: undefined, problems: [problem(folder, 1, message)] }) };
  }
};

/** What nobody foresaw is a problem of the set, which is not taken then; never the end of a gateway that reads it while it runs. */
const heldBy = (hash: string, folder: string, load: () => Loaded): Loaded => {
  try {
    return load();
  } catch (error) {
    const message = `The policies cannot be taken apart (${(error as Error).name}).`;
    return { hash, set: undefined, problems: [problem(folder, 1, message)] };
  }
};

const readFolder = (folder: string): SourceFile[] =>
  readdirSync(folder)
    .filter((name) => name === schemaFile || (name.endsWith('.cedar') && !name.startsWith('.')))
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));

const setOf = (hash: string, files: SourceFile[]): Loaded => {
  const schema = files.find(({ name }) => name === schemaFile)?.text;
  const sources = files.filter(({ name }) => name !== schemaFile);
  if (schema === undefined) return failed(hash, { file: schemaFile, text: '' }, [{ message: 'The folder has no such file.' }]);
  const parsed = cedar.schemaToJson(schema);
  if (parsed.type === 'failure') return failed(hash, { file: schemaFile, text: schema }, parsed.errors);
  const policies = sources.flatMap(policiesOf);
  const labels = labelsOf(parsed.json);
  const problems = [...problemsOf(sources, schema), ...namingOf(policies), ...unfit(schema, labels.keys())];
  if (labels.size === 0) problems.push(problem(schemaFile, 1, 'The schema lists no label outside of a namespace.'));
  if (policies.length === 0)
    problems.push(problem(schemaFile, 1, 'The folder has no policy: nothing would be granted to anybody.'));
  const set: PolicySet = {
    hash,
    schema,
    policies: policies.map(({ id, reason, ...policy }) => ({ ...policy, id: id ?? '', reason: reason ?? '' })),
    labels,
    files: files.map(({ name }) => name),
  };
  return { hash, set: problems.some(({ severity }) => severity === 'error') ? undefined : set, problems };
};

/** Length before text: no file can be written so that two sets look alike. */
const hashOf = (files: SourceFile[]): string => {
  const hash = createHash('sha256');
  for (const { name, text } of files) hash.update(`${name.length}:${name}${Buffer.byteLength(text)}:${text}`);
  return hash.digest('hex');
};

const failed = (hash: string, { file, text }: { file: string; text: string }, errors: CedarError[]): Loaded => ({
  hash,
  set: undefined,
  problems: errors.map((error) => told(file, text, error, 'error')),
});

type Named = Omit<LoadedPolicy, 'id' | 'reason'> & {
  id: string | undefined;
  reason: string | undefined;
};

const policyJson = z.object({
  effect: z.enum(['permit', 'forbid']),
  action: z.object({
    op: z.string(),
    entity: z.object({ id: z.string() }).optional(),
    entities: z.array(z.object({ id: z.string() })).optional(),
  }),
  annotations: z.record(z.string(), z.string().nullable()).default({}),
});

/** None of a file that does not parse: what is wrong with it is told by the validator. */
const policiesOf = ({ name, text }: SourceFile): Named[] => {
  const parts = cedar.policySetTextToParts(text);
  if (parts.type === 'failure') return [];
  const policies = parts.policies.map((policy): Named => {
    const parsed = cedar.policyToJson(policy);
    if (parsed.type === 'failure') throw new Error('A policy that was parsed does not parse.');
    const { effect, action, annotations } = policyJson.parse(parsed.json);
    const named = action.entities ?? (action.entity ? [action.entity] : undefined);
    return {
      id: annotations.id ?? undefined,
      reason: annotations.reason ?? undefined,
      effect,
      file: name,
      line: text.slice(0, text.indexOf(policy)).split('\n').length,
      text: policy,
      actions: named?.map(({ id }) => id),
      json: parsed.json,
    };
  });
  return policies.sort((a, b) => a.line - b.line); // The parts come in the order of their names.
};

const namingOf = (policies: Named[]): Problem[] => {
  const seen = new Map<string, Named>();
  return policies.flatMap((policy) => {
    const { id, reason, file, line } = policy;
    const other = id === undefined ? undefined : seen.get(id);
    if (id !== undefined) seen.set(id, policy);
    return [
      ...(id && /^[\w.-]{1,64}$/.test(id)
        ? []
        : [problem(file, line, 'A policy needs @id("…"): letters, digits, "-", "_" and "." that the audit names it by.')]),
      ...(reason && /^\P{Cc}{1,200}$/u.test(reason)
        ? []
        : [problem(file, line, 'A policy needs @reason("…"): one line that tells a caller what would satisfy it.')]),
      ...(other ? [problem(file, line, `The @id "${id}" is taken: ${other.file}, line ${other.line}.`)] : []),
    ];
  });
};

const schemaJson = z.record(
  z.string(),
  z.object({
    actions: z.record(
      z.string(),
      z.object({
        memberOf: z.array(z.object({ id: z.string() })).default([]),
        appliesTo: z.object({ resourceTypes: z.array(z.unknown()) }).optional(),
      }),
    ),
  }),
);

/** An action that applies to something is a label; the others are classes. Classes of classes count. */
const labelsOf = (schema: cedar.SchemaJson<string>): Map<string, readonly string[]> => {
  const actions = schemaJson.parse(schema)['']?.actions ?? {};
  const classesOf = (id: string): string[] =>
    (actions[id]?.memberOf ?? []).flatMap(({ id: above }) => [above, ...classesOf(above)]);
  return new Map(
    Object.entries(actions)
      .filter(([, { appliesTo }]) => (appliesTo?.resourceTypes.length ?? 0) > 0)
      .map(([id]) => [id, [...new Set(classesOf(id))]]),
  );
};
