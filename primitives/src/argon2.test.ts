import { argon2id } from '#argon2-wasm.ts'
import { describeArgon2 } from '#suite/argon2.suite-for-tests.ts'

describeArgon2('hash-wasm', argon2id)
