import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'apps/*/src/**/*.test.{ts,tsx}', '.ci/*.test.ts'],
    // One Postgres for all files; each makes its own database in it.
    globalSetup: 'apps/e2e/src/global-setup.ts',
    setupFiles: 'apps/e2e/src/leaks.ts',
    // For a machine that is busy with other work: tests wait for events. Only what hangs runs into these.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
})
