/**
 * @module Argon2id for tests of everything that has a passphrase and is not about its cost: the same parameters, another
 * result for each of them, and none of the time.
 */
import type { Primitives } from '@sotto/primitives'
import type { Argon2id } from '@sotto/primitives/argon2'

export function fakeArgon2id(primitives: Primitives): Argon2id {
  return async (password, salt, { memoryKib, passes, parallelism, length }) => {
    const info = new TextEncoder().encode(`fake argon2id ${memoryKib} ${passes} ${parallelism}`)
    return primitives.hkdfSha256(salt, password, info, length)
  }
}
