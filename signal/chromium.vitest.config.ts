/**
 * @module The tests of the protocol, of its primitives, of the veil and of the client's engine in a real Chromium, with the
 * provider that a browser gets.
 *
 * Left out is what cannot be there:
 *
 * | tests | reason |
 * | --- | --- |
 * | `signal/src/libsignal/**` | ask libsignal, which is native code |
 * | `sdk/src/storage/sqlite/**` | are of files |
 * | `sdk/src/adapters/**` | need a server beside them |
 * | `killed`, `model`, `hostile`, `channels`, `keeper` and `begin-anew` of `sdk/src` | are long stories, and about no platform |
 * | `sdk/src/state/collections.test.ts` | reads the sources |
 * | `*-node.test.ts` | are of `node:` modules, as files named `*-node.ts` are, or compile or read with them |
 */
import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Published vectors that are not part of this repository; without them their tests are skipped by name.
  publicDir: new URL('../../shared/vectors', import.meta.url).pathname,
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['{signal,primitives,veil,sdk}/src/**/*.test.ts'],
    exclude: [
      'signal/src/libsignal/**',
      'sdk/src/storage/sqlite/**',
      'sdk/src/adapters/**',
      'sdk/src/**/{killed,model,hostile,channels,keeper,begin-anew}.test.ts',
      'sdk/src/state/collections.test.ts',
      '**/*-node.test.ts',
    ],
    testTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath: '/usr/bin/chromium',
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
})
