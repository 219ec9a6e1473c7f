/**
 * @module How many XEdDSA signatures a second are checked, by provider: `bun primitives/src/xeddsa.bench.ts`, or `node`.
 */
import { verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { verifyEd25519 as verifyByNode } from '#ed25519-node.ts'
import { edwardsY } from '#montgomery.ts'
import { signXeddsa, x25519PublicKey } from '#xeddsa-sign.ts'
import { verifyXeddsa } from '#xeddsa.ts'

const privateKey = new Uint8Array(32).fill(7)
const u = x25519PublicKey(privateKey)
const message = new Uint8Array(33).fill(5)
const random = new Uint8Array(64).fill(3)
const signature = signXeddsa(privateKey, message, random)
const spoilt = signature.slice()
spoilt[0] = (spoilt[0] ?? 0) ^ 1

const runs: readonly (readonly [name: string, run: () => unknown])[] = [
  ['verify, node:crypto', () => verifyXeddsa(u, message, signature, verifyByNode)],
  ['refuse, node:crypto', () => verifyXeddsa(u, message, spoilt, verifyByNode)],
  ['verify, noble', () => verifyXeddsa(u, message, signature, verifyByNoble)],
  ['map of the key alone', () => edwardsY(u)],
  ['sign', () => signXeddsa(privateKey, message, random)],
]

const millisEach = 1500

for (const [name, run] of runs) {
  const startedAt = performance.now()
  let count = 0
  while (performance.now() - startedAt < millisEach) {
    for (let i = 0; i < 50; i++) run()
    count += 50
  }
  const perSecond = (1000 * count) / (performance.now() - startedAt)
  console.log(`${name.padEnd(22)} ${Math.round(perSecond).toString().padStart(7)} /s`)
}
