import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.{ts,tsx}', 'apps/*/src/**/*.test.{ts,tsx}', '.ci/*.test.ts'],
    // One Postgres for all files; each makes its own database in it.
    globalSetup: 'apps/e2e/src/global-setup.ts',
    setupFiles: 'apps/e2e/src/leaks.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
