import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxForwardJump, maxSelfForwardJump, maxSkippedKeys } from '#limits.ts'
import { derivePqxdhSecrets } from '#pqxdh/agreement.ts'
import { messageSeed, nextChainKey } from '#ratchet/chain-key.ts'
import { messageKeys } from '#ratchet/message-keys.ts'
import { putReceiverChain, type ReceiverChain, takeSeed } from '#ratchet/receiver-chain.ts'
import { rootStep } from '#ratchet/root-step.ts'
import {
  addSkippedSeeds,
  isSkippedSeeds,
  noSkippedSeeds,
  skippedSeedBytes,
  takeSkippedSeed,
} from '#ratchet/skipped-seeds.ts'
import { fromHex, primitives, toHex } from '#session/parties-for-tests.ts'
import { signalVectors } from '#session/vectors-for-tests.ts'

const vectors = signalVectors()

function filled(value: number, length = 32): Uint8Array {
  return new Uint8Array(length).fill(value)
}

describe('key derivations', () => {
  test('PQXDH gives what is recorded', () => {
    const parts = [1, 2, 3, 4, 5].map((value) => filled(value))
    const secrets = derivePqxdhSecrets(primitives, parts)
    expect(toHex(secrets?.rootKey ?? filled(0))).toBe(vectors.pqxdhKdf.root)
    expect(toHex(secrets?.chainKey ?? filled(0))).toBe(vectors.pqxdhKdf.chain)
    expect(toHex(secrets?.spqrKey ?? filled(0))).toBe(vectors.pqxdhKdf.pqr)
    for (const part of parts) expect(part).toEqual(filled(0))
  })

  test('PQXDH is nothing when a part is missing, and erases the others', () => {
    const part = filled(1)
    expect(derivePqxdhSecrets(primitives, [part, undefined])).toBeUndefined()
    expect(part).toEqual(filled(0))
  })

  test('the root step gives what is recorded', () => {
    const step = rootStep(primitives, filled(0x11), filled(0x22))
    expect(toHex(step.rootKey)).toBe(vectors.rootStep.newRoot)
    expect(toHex(step.chainKey)).toBe(vectors.rootStep.chain)
  })

  test('a chain and the keys of a message give what is recorded', () => {
    const seed = messageSeed(primitives, filled(0x33))
    expect(toHex(seed)).toBe(vectors.chain.seed)
    expect(toHex(nextChainKey(primitives, filled(0x33)))).toBe(vectors.chain.next)
    const keys = messageKeys(primitives, seed, filled(0x44))
    expect(toHex(keys.cipherKey)).toBe(vectors.msgKeys.pq44.enc)
    expect(toHex(keys.macKey)).toBe(vectors.msgKeys.pq44.mac)
    expect(toHex(keys.iv)).toBe(vectors.msgKeys.pq44.iv)
  })
})

describe('a receiving chain', () => {
  const start: ReceiverChain = {
    ratchetKey: filled(1),
    chainKey: filled(0x33),
    index: 0,
    skipped: noSkippedSeeds,
  }

  /** By the definition: step by step from the start. */
  const seeds: string[] = []
  let key = start.chainKey
  for (let i = 0; i < 60; i++) {
    seeds.push(toHex(messageSeed(primitives, key)))
    key = nextChainKey(primitives, key)
  }

  test('gives every seed once, in any order', () => {
    const counters = fc.array(fc.nat(59), { maxLength: 100 })
    fc.assert(
      fc.property(counters, (list) => {
        let chain = start
        const taken = new Set<number>()
        for (const counter of list) {
          const before = structuredClone(chain)
          const result = takeSeed(primitives, chain, counter, false)
          expect(chain).toEqual(before)
          expect(result.kind).toBe(taken.has(counter) ? 'gone' : 'taken')
          if (result.kind !== 'taken') continue
          expect(toHex(result.seed)).toBe(seeds[counter])
          taken.add(counter)
          chain = result.chain
        }
        expect(isSkippedSeeds(chain.skipped, chain.index)).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test('jumps as far as allowed and not one further', () => {
    const at = { ...start, index: 100 }
    expect(takeSeed(primitives, at, 100 + maxForwardJump, false).kind).toBe('taken')
    expect(takeSeed(primitives, at, 101 + maxForwardJump, false).kind).toBe('too-far')
    expect(takeSeed(primitives, at, 101 + maxForwardJump, true).kind).toBe('taken')
    expect(takeSeed(primitives, at, 101 + maxSelfForwardJump, true).kind).toBe('too-far')
  })

  test('keeps the newest 2000 that were overtaken', () => {
    const jump = takeSeed(primitives, start, maxSkippedKeys + 10, false)
    if (jump.kind !== 'taken') throw new Error('Cannot jump')
    expect(jump.chain.skipped.length).toBe(maxSkippedKeys * skippedSeedBytes)
    expect(takeSeed(primitives, jump.chain, 9, false).kind).toBe('gone')
    expect(takeSeed(primitives, jump.chain, 10, false).kind).toBe('taken')
    const further = takeSeed(primitives, jump.chain, maxSkippedKeys + 16, false)
    if (further.kind !== 'taken') throw new Error('Cannot jump')
    expect(further.chain.skipped.length).toBe(maxSkippedKeys * skippedSeedBytes)
    expect(takeSeed(primitives, further.chain, 14, false).kind).toBe('gone')
    const late = takeSeed(primitives, further.chain, 15, false)
    expect(late.kind === 'taken' && toHex(late.seed)).toBe(seeds[15])
  })

  test('erases the seeds that it has copied and the keys on the way', () => {
    const made: Uint8Array[] = []
    const remembering = {
      ...primitives,
      hmacSha256: (macKey: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array => {
        const output = primitives.hmacSha256(macKey, ...parts)
        made.push(output)
        return output
      },
    }
    const taken = takeSeed(remembering, start, 5, false)
    if (taken.kind !== 'taken') throw new Error('Cannot take')
    expect(made).toHaveLength(12)
    expect(made.filter((output) => output.some((byte) => byte !== 0))).toEqual([
      taken.seed,
      taken.chain.chainKey,
    ])
  })

  test('lists what only the chain before holds', () => {
    const first = takeSeed(primitives, start, 3, false)
    expect(first.kind === 'taken' && first.wipe).toContain(start.chainKey)
    if (first.kind !== 'taken') return
    const late = takeSeed(primitives, first.chain, 1, false)
    expect(late.kind === 'taken' && late.wipe).toEqual([first.chain.skipped])
    const held = late.kind === 'taken' ? [late.chain.chainKey, late.chain.skipped] : []
    for (const secret of held) expect(late.kind === 'taken' && late.wipe).not.toContain(secret)
  })

  test('is one of five; the oldest goes', () => {
    let chains: readonly ReceiverChain[] = []
    for (let i = 0; i < 5; i++) {
      const put = putReceiverChain(chains, undefined, { ...start, ratchetKey: filled(i) })
      expect(put.dropped).toEqual([])
      chains = put.chains
    }
    const put = putReceiverChain(chains, undefined, { ...start, ratchetKey: filled(5) })
    expect(put.chains.map((chain) => chain.ratchetKey[0])).toEqual([1, 2, 3, 4, 5])
    expect(put.dropped.map((chain) => chain.ratchetKey[0])).toEqual([0])
    const changed = { ...start, ratchetKey: filled(2), index: 7 }
    const replaced = putReceiverChain(chains, chains[2], changed)
    expect(replaced.dropped).toEqual([])
    expect(replaced.chains.map((chain) => chain.index)).toEqual([0, 0, 7, 0, 0])
  })
})

describe('skipped seeds', () => {
  test('know bytes that are none of theirs', () => {
    const list = addSkippedSeeds(noSkippedSeeds, 5, [filled(1), filled(2)])
    expect(isSkippedSeeds(list, 7)).toBe(true)
    expect(isSkippedSeeds(list, 6)).toBe(false)
    expect(isSkippedSeeds(list.subarray(1), 7)).toBe(false)
    expect(isSkippedSeeds(Uint8Array.of(...list, ...list), 7)).toBe(false)
    expect(isSkippedSeeds(Uint8Array.of(...list, 0, 0, 0, 8), 9)).toBe(false)
    const first = list.subarray(0, skippedSeedBytes)
    expect(isSkippedSeeds(Uint8Array.of(...first, ...first), 7)).toBe(false)
    const tooMany = new Uint8Array((maxSkippedKeys + 1) * skippedSeedBytes)
    for (let i = 0; i <= maxSkippedKeys; i++) {
      tooMany[i * skippedSeedBytes + 2] = i >> 8
      tooMany[i * skippedSeedBytes + 3] = i & 0xff
    }
    expect(isSkippedSeeds(tooMany, 10_000)).toBe(false)
    expect(isSkippedSeeds(tooMany.subarray(skippedSeedBytes), 10_000)).toBe(true)
  })

  test('keep indexes of 32 bits', () => {
    const list = addSkippedSeeds(noSkippedSeeds, 0xfffffffd, [filled(1), filled(2)])
    expect(takeSkippedSeed(list, 0xfffffffe)?.seed).toEqual(filled(2))
    expect(takeSkippedSeed(list, 0xfffffffe)?.rest).toEqual(list.subarray(0, skippedSeedBytes))
    expect(takeSkippedSeed(list, 0xffffffff)).toBeUndefined()
    expect(fromHex('fffffffd')).toEqual(list.subarray(0, 4))
  })
})
