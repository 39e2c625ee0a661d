/** `hub policy check`: what is in a folder of policies, and whether it holds. */
import { loadPolicies } from '../../gateway/policies/load.ts';
import { wordsOf } from '../../gateway/policies/policies.ts';
import { openGraph, starterFolder } from './subject.ts';

export interface CheckOptions {
  folder?: string | undefined;
  say: (text: string) => void;
}

/** The exit code: 1 when a gateway would not take the set. */
export const check = ({ folder = starterFolder, say }: CheckOptions): number => {
  const { set, problems } = loadPolicies(folder);
  for (const line of wordsOf(problems)) say(line);
  if (!set) {
    say(`The policies in ${folder} do not hold.`);
    return 1;
  }
  for (const file of set.files) {
    const count = set.policies.filter((policy) => policy.file === file).length;
    say(`${file}  ${count > 0 ? many(count, 'policy', 'policies') : many(set.labels.size, 'label', 'labels')}`);
  }
  const unknown = openGraph().policy.labels.filter((label) => !set.labels.has(label));
  if (unknown.length > 0)
    say(`warning: the graph names labels that the schema does not list, so nobody is granted them: ${unknown.join(', ')}`);
  say(
    `${many(set.policies.length, 'policy', 'policies')} for ${many(set.labels.size, 'label', 'labels')} hold. Set ${set.hash}.`,
  );
  return 0;
};

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;
