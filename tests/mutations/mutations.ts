/**
 * Every enforcement step, how to disable it, and the tests of which one must
 * then fail. `step` is the code as it stands, exactly once in its file.
 */
export interface Mutation {
  /** What holds no more. */
  title: string;
  file: string;
  step: string;
  instead: string;
  /** Test files, or parts of their paths. */
  tests: readonly string[];
}

export const mutations: readonly Mutation[] = [
  {
    title: 'a token of another issuer is taken',
    file: 'gateway/authenticate.ts',
    step: 'issuer: issuer.url,\n        audience',
    instead: 'audience',
    tests: ['tests/federation/identity'],
  },
];
