import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addEpoch,
  type Chains,
  nextSendKey,
  type ReceiveKey,
  type Role,
  startChains,
  takeReceiveKey,
} from '#spqr/chain.ts'
import { authKey, hastyPrimitives, hex, primitives, snapshot } from '#spqr/spqr-for-tests.ts'
import { maxStoredKeys } from '#spqr/stored-keys.ts'
import vectors from '#vectors/signal-vectors.json' with { type: 'json' }

function start(role: Role, isSelf = false): Chains {
  return startChains(hastyPrimitives, authKey, role, isSelf)
}

function take(chains: Chains, index: number, epoch = 0): ReceiveKey {
  return takeReceiveKey(hastyPrimitives, chains, epoch, index)
}

function taken(chains: Chains, index: number, epoch = 0): Chains {
  const outcome = take(chains, index, epoch)
  if (outcome.kind !== 'received') throw new Error(`Cannot take ${index}: ${outcome.kind}`)
  return outcome.chains
}

/** The keys of epoch 0 that an initiator sends with, by index. */
function keysSent(count: number): readonly string[] {
  const keys = ['']
  let chains = start('initiator')
  for (let i = 0; i < count; i++) {
    const sent = nextSendKey(hastyPrimitives, chains, 0)
    keys.push(hex(sent.key))
    chains = sent.chains
  }
  return keys
}

function storedIndexes(chains: Chains, at = 0): readonly number[] {
  return chains.epochs[at]?.receive.stored.map(({ index }) => index) ?? []
}

function withEpochs(role: Role, count: number): Chains {
  let chains = start(role)
  for (let i = 1; i <= count; i++) {
    chains = addEpoch(hastyPrimitives, chains, new Uint8Array(32).fill(i)).chains
  }
  return chains
}

describe('chains', () => {
  test('start, step and go on to the next epoch as in the vectors', () => {
    const { spqrChain: vector } = vectors
    const chains = startChains(primitives, authKey, 'initiator', false)
    expect(hex(chains.nextRoot)).toBe(vector['nextRoot'])
    expect(
      chains.epochs.map(({ send, receive }) => [send && hex(send.key), hex(receive.key)]),
    ).toEqual([[vector['send0'], vector['recv0']]])
    const first = nextSendKey(primitives, chains, 0)
    expect([first.index, hex(first.key)]).toEqual([1, vector['sendKey1']])
    const second = nextSendKey(primitives, first.chains, 0)
    expect([second.index, hex(second.key)]).toEqual([2, vector['sendKey2']])

    const after = vector.afterAddEpoch1_secret2b
    const added = addEpoch(primitives, second.chains, new Uint8Array(32).fill(0x2b))
    expect(hex(added.chains.nextRoot)).toBe(after['nextRoot'])
    expect(added.wipe).toEqual([chains.nextRoot])
    const { send, receive } = added.chains.epochs[1] ?? {}
    expect([send && hex(send.key), receive && hex(receive.key)]).toEqual([
      after['send'],
      after['recv'],
    ])
    const third = nextSendKey(primitives, added.chains, 1)
    expect([third.index, hex(third.key)]).toEqual([1, vector['epoch1_sendKey1']])
  })

  test("send with what the other role's receive with", () => {
    const sent = nextSendKey(primitives, startChains(primitives, authKey, 'responder', false), 0)
    const received = takeReceiveKey(
      primitives,
      startChains(primitives, authKey, 'initiator', false),
      0,
      1,
    )
    expect(received).toMatchObject({ kind: 'received', key: sent.key })
  })

  test('give every key once, in whatever order it is asked for', () => {
    const keys = keysSent(60)
    fc.assert(
      fc.property(fc.shuffledSubarray(Array.from({ length: 60 }, (_, i) => i + 1)), (order) => {
        let chains = start('responder')
        for (const index of order) {
          const before = snapshot(chains)
          const outcome = take(chains, index)
          expect(outcome.kind === 'received' && hex(outcome.key)).toBe(keys[index])
          expect(snapshot(chains)).toBe(before)
          chains = taken(chains, index)
          expect(take(chains, index)).toEqual({ kind: 'duplicate' })
        }
        const newest = Math.max(0, ...order)
        expect(storedIndexes(chains)).toEqual(
          Array.from({ length: newest }, (_, i) => i + 1).filter((i) => !order.includes(i)),
        )
      }),
      { numRuns: 30 },
    )
  })

  test('hand a stored key out as a copy: a caller who drops the new state can ask again', () => {
    const chains = taken(start('responder'), 5)
    const first = take(chains, 3)
    if (first.kind !== 'received') throw new Error('Not received')
    const key = hex(first.key)
    first.key.fill(0)
    const second = take(chains, 3)
    expect(second.kind === 'received' && hex(second.key)).toBe(key)
    if (second.kind !== 'received') throw new Error('Not received')
    for (const secret of second.wipe) secret.fill(0)
    expect(hex(second.key)).toBe(key)
  })

  test('jump ahead by 25,000, and not by one more', () => {
    const chains = taken(start('responder'), 10)
    expect(take(chains, 25_011)).toEqual({ kind: 'refused' })
    const key = keysSent(25_010)[25_010]
    const outcome = take(chains, 25_010)
    expect(outcome.kind === 'received' && hex(outcome.key)).toBe(key)
  })

  test('jump ten times as far in a session with oneself, and not farther', () => {
    expect(take(start('responder', true), 250_001)).toEqual({ kind: 'refused' })
    const outcome = take(start('responder', true), 26_000)
    expect(outcome.kind === 'received' && hex(outcome.key)).toBe(keysSent(26_000)[26_000])
  })

  test('keep the newest 2000 keys of a jump', () => {
    const chains = taken(start('responder'), 5000)
    expect(storedIndexes(chains)).toHaveLength(2000)
    expect(storedIndexes(chains)[0]).toBe(3000)
    expect(take(chains, 3000).kind).toBe('received')
    expect(take(chains, 2999)).toEqual({ kind: 'duplicate' })
    expect(storedIndexes(taken(start('responder'), 2101))).toHaveLength(2000)
    expect(storedIndexes(taken(start('responder'), 2000))).toHaveLength(1999)
  })

  test('drop all they had kept when a jump leaves it behind', () => {
    const before = taken(start('responder'), 11)
    const near = take(before, 2011)
    expect(near.kind === 'received' && storedIndexes(near.chains).slice(0, 3)).toEqual([1, 2, 3])
    const far = take(before, 2012)
    if (far.kind !== 'received') throw new Error('Not received')
    expect(storedIndexes(far.chains)[0]).toBe(12)
    const old = before.epochs[0]?.receive
    expect(far.wipe).toEqual([old?.key, ...(old?.stored.map(({ key }) => key) ?? [])])
  })

  test('give no key that is more than 2000 behind', () => {
    const keys = keysSent(10)
    const at = (newest: number): Chains => taken(taken(start('responder'), 8), newest)
    const edge = take(at(2005), 5)
    expect(edge.kind === 'received' && hex(edge.key)).toBe(keys[5])
    const chains = at(2006)
    expect(storedIndexes(chains)).toContain(5)
    expect(take(chains, 5)).toEqual({ kind: 'duplicate' })
  })

  test('hold 2200 keys at most, and drop with the next all that are too old', () => {
    expect(maxStoredKeys).toBe(2200)
    let chains = start('responder')
    // Every second message comes: half of the indexes are kept.
    chains = taken(chains, 2001)
    expect(storedIndexes(chains)).toHaveLength(2000)
    for (let index = 2003; index <= 2401; index += 2) chains = taken(chains, index)
    expect(storedIndexes(chains)).toHaveLength(2200)
    expect(storedIndexes(chains)[0]).toBe(1)
    const outcome = take(chains, 2403)
    if (outcome.kind !== 'received') throw new Error('Not received')
    expect(storedIndexes(outcome.chains)[0]).toBe(403)
    expect(storedIndexes(outcome.chains)).toHaveLength(2201 - 402)
    expect(outcome.wipe).toHaveLength(1 + 402)
  })

  test('know nothing of epochs that are not there', () => {
    const chains = withEpochs('responder', 1)
    for (const epoch of [-1, 2, 3, 2 ** 40]) {
      expect(take(chains, 1, epoch)).toEqual({ kind: 'refused' })
    }
  })

  test('have no key to send with for epochs that are gone or to come', () => {
    const advanced = nextSendKey(hastyPrimitives, withEpochs('initiator', 3), 3).chains
    expect(advanced.epochs).toHaveLength(2)
    for (const epoch of [-1, 0, 1, 2, 4, 2 ** 40]) {
      expect(() => nextSendKey(hastyPrimitives, advanced, epoch)).toThrow(RangeError)
    }
  })

  test('end sending with older epochs when a newer one is sent with, and receiving one epoch later', () => {
    const three = withEpochs('initiator', 2)
    expect(three.epochs).toHaveLength(3)
    const first = nextSendKey(hastyPrimitives, three, 1)
    expect(first.chains.epochs.map(({ send }) => send !== undefined)).toEqual([false, true, true])
    expect(first.wipe).toContain(three.epochs[0]?.send?.key)
    expect(take(first.chains, 1, 0).kind).toBe('received')
    expect(() => nextSendKey(hastyPrimitives, first.chains, 0)).toThrow(RangeError)

    const kept = taken(first.chains, 4, 0)
    const second = nextSendKey(hastyPrimitives, kept, 2)
    expect(second.chains.epochs.map(({ send }) => send !== undefined)).toEqual([false, true])
    expect(take(second.chains, 1, 0)).toEqual({ kind: 'refused' })
    expect(take(second.chains, 1, 1).kind).toBe('received')
    const gone = kept.epochs[0]?.receive
    for (const secret of [gone?.key, ...(gone?.stored ?? []).map(({ key }) => key)]) {
      expect(second.wipe).toContain(secret)
    }
    expect(second.wipe).toContain(kept.epochs[1]?.send?.key)
  })

  test('send no more when the counter is at its end', () => {
    const chains = start('initiator')
    const key = new Uint8Array(32)
    const last = { ...chains.epochs[0], send: { counter: 0xffff_fffe, key } } as Chains['epochs'][0]
    const sent = nextSendKey(hastyPrimitives, { ...chains, epochs: [last] }, 0)
    expect(sent.index).toBe(0xffff_ffff)
    expect(() => nextSendKey(hastyPrimitives, sent.chains, 0)).toThrow(RangeError)
  })
})
