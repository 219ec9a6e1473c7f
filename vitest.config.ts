/**
 * @module The tests on Node. Bun runs the same files with `bun test`.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{wire,primitives,signal,veil,server,sdk,cli,trials,tools}/**/*.test.ts'],
    // Most tests wait for sockets and disks, and both cores of a small machine are free meanwhile.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
