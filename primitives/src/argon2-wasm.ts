/**
 * @module Argon2id by hash-wasm, for browsers: `@sotto/primitives/argon2`. It blocks its thread for as long as it takes,
 * so it belongs in a worker.
 */
import { argon2id as byHashWasm } from 'hash-wasm'
import { type Argon2id, requireArgon2 } from '#argon2.ts'

export type { Argon2Cost, Argon2id } from '#argon2.ts'

export const argon2id: Argon2id = async (password, salt, cost) => {
  requireArgon2(password, salt, cost)
  return await byHashWasm({
    password,
    salt,
    memorySize: cost.memoryKib,
    iterations: cost.passes,
    parallelism: cost.parallelism,
    hashLength: cost.length,
    outputType: 'binary',
  })
}
