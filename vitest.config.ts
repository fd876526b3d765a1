import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    pool: 'forks',
    globalSetup: 'test/global-setup.ts',
    // Against tests that hang, not slow ones: on a busy machine everything takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
