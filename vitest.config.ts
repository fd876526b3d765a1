import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'sdk/**/*.test.ts', 'dashboard/src/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    // Most of a test's time is waiting, for databases, processes and carriers: more of them than cores go side by side.
    maxWorkers: 3,
    globalSetup: 'test/global-setup.ts',
    // Against tests that hang, not slow ones: on a busy machine everything takes its time.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
