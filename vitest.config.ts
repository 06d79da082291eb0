import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Packages are built for it first: npm run test:packages.
    exclude: process.env.TSJAIL_TEST_PACKAGES ? [] : ['test/packages/**'],
    globalSetup: ['test/helpers/notices.ts'],
    pool: 'forks',
    // A third of a test's time is spent waiting: vitest's own choice would leave one of two processors idle.
    maxWorkers: availableParallelism() + 1,
    retry: 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
