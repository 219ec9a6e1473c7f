/**
 * @module The tests that mutants meet: the package's own, without those that ask libsignal. The bytes that it made are
 * in the vectors.
 */
import { defineConfig } from 'vitest/config'
import { NearestFirst } from './nearest-first-for-tests.ts'

export default defineConfig({
  resolve: {
    alias: {
      // Several times faster, and proven equal in its own package.
      '@sotto/primitives/provider/noble': new URL('provider-for-tests.ts', import.meta.url)
        .pathname,
    },
  },
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/libsignal/**'],
    setupFiles: [new URL('setup-for-tests.ts', import.meta.url).pathname],
    sequence: { sequencer: NearestFirst },
    pool: 'threads',
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
