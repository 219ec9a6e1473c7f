import { argon2id } from '#argon2-node.ts'
import { describeArgon2 } from '#suite/argon2.suite-for-tests.ts'

describeArgon2('node:crypto', argon2id)
