import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { expect, test } from 'vitest'
import { argon2id as byHashWasm } from '#argon2-wasm.ts'
import { isBrowser } from '#suite/vectors-for-tests.ts'

test('each runtime comes through the doors to what is fastest there', async () => {
  expect((await openPrimitives()).name).toBe(isBrowser ? 'wasm' : 'node')
  expect(argon2id === byHashWasm).toBe(isBrowser)
})
