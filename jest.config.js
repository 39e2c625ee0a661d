/** Jest on ES modules: swc strips the types, `tests/setup` does the set-up and looks for PostgreSQL and Redis. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
  globalSetup: '<rootDir>/tests/setup/before.mjs',
  globalTeardown: '<rootDir>/tests/setup/after.mjs',
  // An embedded database takes about 450 MB: two at a time, and a worker that has grown starts anew.
  maxWorkers: 2,
  workerIdleMemoryLimit: '1GB',
  testTimeout: 60_000,
};
