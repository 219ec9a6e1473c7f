import { verifyEd25519 } from '#ed25519-node.ts'
import { describeXeddsa } from '#suite/xeddsa.suite-for-tests.ts'

describeXeddsa('node:crypto', verifyEd25519)
