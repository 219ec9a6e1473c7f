/**
 * @module A receiving chain: the messages of one ratchet key of the peer. Messages may come in any order; the seeds of
 * those that were overtaken are kept (Double Ratchet §2.6).
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import { maxForwardJump, maxSelfForwardJump, maxReceiverChains, maxSkippedKeys } from '#limits.ts'
import { messageSeed, nextChainKey } from '#ratchet/chain-key.ts'
import { addSkippedSeeds, type SkippedSeeds, takeSkippedSeed } from '#ratchet/skipped-seeds.ts'

export interface ReceiverChain {
  /** The peer's, 32 bytes. */
  readonly ratchetKey: Uint8Array
  /** Of the message `index`. */
  readonly chainKey: Uint8Array
  readonly index: number
  readonly skipped: SkippedSeeds
}

export type TakenSeed =
  | {
      readonly kind: 'taken'
      readonly chain: ReceiverChain
      /** A copy, to be wiped after use. */
      readonly seed: Uint8Array
      /** What the chain before holds and this one does not. */
      readonly wipe: readonly Uint8Array[]
    }
  /** It was taken before, or has been given up. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'too-far' }

/** The seed of the message `counter`. Between the devices of one person a chain may jump farther. */
export function takeSeed(
  primitives: Primitives,
  chain: ReceiverChain,
  counter: number,
  isSelf: boolean,
): TakenSeed {
  if (counter < chain.index) return takeOvertaken(chain, counter)
  if (counter - chain.index > (isSelf ? maxSelfForwardJump : maxForwardJump))
    return { kind: 'too-far' }

  const firstKept = Math.max(chain.index, counter - maxSkippedKeys)
  const seeds: Uint8Array[] = []
  let key = chain.chainKey
  for (let index = chain.index; index < counter; index++) {
    if (index >= firstKept) seeds.push(messageSeed(primitives, key))
    const next = nextChainKey(primitives, key)
    if (key !== chain.chainKey) wipe(key)
    key = next
  }
  const seed = messageSeed(primitives, key)
  const chainKey = nextChainKey(primitives, key)
  if (key !== chain.chainKey) wipe(key)

  const skipped = addSkippedSeeds(chain.skipped, firstKept, seeds)
  wipe(...seeds)
  return {
    kind: 'taken',
    chain: { ratchetKey: chain.ratchetKey, chainKey, index: counter + 1, skipped },
    seed,
    wipe: skipped === chain.skipped ? [chain.chainKey] : [chain.chainKey, chain.skipped],
  }
}

function takeOvertaken(chain: ReceiverChain, counter: number): TakenSeed {
  const taken = takeSkippedSeed(chain.skipped, counter)
  if (taken === undefined) return { kind: 'gone' }
  return {
    kind: 'taken',
    chain: { ...chain, skipped: taken.rest },
    seed: taken.seed,
    wipe: [chain.skipped],
  }
}

/** Ratchet keys are public: their comparison need not be constant in time, and is. */
export function findReceiverChain(
  chains: readonly ReceiverChain[],
  ratchetKey: Uint8Array,
): ReceiverChain | undefined {
  return chains.find((chain) => equalBytes(chain.ratchetKey, ratchetKey))
}

/** With `chain` in the place of `before`, or as the newest. The oldest goes when there are more than five. */
export function putReceiverChain(
  chains: readonly ReceiverChain[],
  before: ReceiverChain | undefined,
  chain: ReceiverChain,
): { readonly chains: readonly ReceiverChain[]; readonly dropped: readonly ReceiverChain[] } {
  if (before !== undefined) {
    return { chains: chains.map((each) => (each === before ? chain : each)), dropped: [] }
  }
  const excess = Math.max(0, chains.length + 1 - maxReceiverChains)
  return { chains: [...chains.slice(excess), chain], dropped: chains.slice(0, excess) }
}
