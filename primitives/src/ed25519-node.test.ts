import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { verifyEd25519 as verifyByNode } from '#ed25519-node.ts'
import { openSodium } from '#sodium.ts'
import { bytes } from '#suite/bytes-for-tests.ts'
import { describeEd25519, describeEd25519Agreement } from '#suite/ed25519.suite-for-tests.ts'

const { verifyEd25519: verifyBySodium } = curve25519Of(await openSodium())

const providers = [
  { name: 'node:crypto', verifyEd25519: verifyByNode },
  { name: 'noble', verifyEd25519: verifyByNoble },
  { name: 'libsodium', verifyEd25519: verifyBySodium },
]

describeEd25519('node:crypto', verifyByNode)
describeEd25519Agreement([verifyByNode])

interface WycheproofFile {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

const wycheproof = new URL('../../../shared/vectors/wycheproof/ed25519_test.json', import.meta.url)
const isThere = existsSync(wycheproof)

describe.skipIf(!isThere)(
  isThere ? 'Wycheproof Ed25519' : 'Wycheproof Ed25519 (../shared/vectors is not there)',
  () => {
    test.each(providers)('$name decides every vector as published', ({ verifyEd25519 }) => {
      const file: WycheproofFile = JSON.parse(readFileSync(wycheproof, 'utf8'))
      let count = 0
      for (const group of file.testGroups) {
        const key = bytes(group.publicKey.pk)
        for (const vector of group.tests) {
          const verdict = verifyEd25519(key, bytes(vector.msg), bytes(vector.sig))
          expect({ tcId: vector.tcId, valid: verdict }).toEqual({
            tcId: vector.tcId,
            valid: vector.result === 'valid',
          })
          count++
        }
      }
      expect(count).toBe(file.numberOfTests)
    })
  },
)
