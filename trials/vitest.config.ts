/**
 * @module How the long trials are run: `vitest run --config trials/vitest.config.ts`. They start processes, kill them and
 * take minutes, so the ordinary test run leaves them out.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['trials/**/*.trial.ts'],
    // They measure and kill real processes: one at a time.
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
