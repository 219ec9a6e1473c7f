import type { Primitives } from '@sotto/primitives'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  authKey,
  deepCopy,
  fromHex,
  hastyPrimitives,
  hex,
  Party,
  primitives,
  randomnessOf,
  snapshot,
} from '#spqr/spqr-for-tests.ts'
import {
  receiveSpqr,
  secretsOf,
  sendSpqr,
  type SpqrSent,
  type SpqrState,
  startSpqr,
} from '#spqr/spqr.ts'
import { writeSpqrState } from '#spqr/state-format.ts'
import steps from '#vectors/signal-spqr-transcript.json' with { type: 'json' }

function pair(options: { readonly primitives?: Primitives } = {}): readonly [Party, Party] {
  return [new Party('initiator', options), new Party('responder', options)]
}

/** Both send and receive in turn. */
function converse([a, b]: readonly [Party, Party], rounds: number): readonly SpqrSent[] {
  const all: SpqrSent[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const sent = from.send()
      all.push({ ...sent, key: sent.key.slice() })
      const received = to.receive(sent.message)
      if (received.kind !== 'received' || hex(received.key) !== hex(sent.key)) {
        throw new Error(`Round ${round} fails: ${received.kind}`)
      }
    }
  }
  return all
}

describe('the recorded conversation', () => {
  const providers = [primitives, noblePrimitives]

  test.each(providers)('comes out byte for byte, with equal keys, by $name', (provider) => {
    const [a, b] = pair({ primitives: provider })
    const all: Uint8Array[] = []
    for (const [i, [from = '', message = '', key = '']] of steps.entries()) {
      const [sender, receiver] = from === 'A' ? [a, b] : [b, a]
      const sent = sender.send()
      expect({ i, message: hex(sent.message), key: hex(sent.key) }).toEqual({ i, message, key })
      const received = receiver.receive(fromHex(message))
      expect({ i, key: received.kind === 'received' && hex(received.key) }).toEqual({ i, key })
      all.push(sent.message, sent.key)
    }
    expect(steps).toHaveLength(360)
    expect(hex(primitives.sha256(...all))).toBe(
      '852e0eef4a785d2b15e12bd56b3270451dd309bf16f5a99fb7f62ba87861a1e6',
    )
    expect(a.state.braid).toMatchObject({ kind: 'header-sent', epoch: 5 })
    expect(b.state.braid).toMatchObject({ kind: 'ct1-sampled', epoch: 5 })
  })
})

describe('a session', () => {
  test('starts with a key of 32 bytes, which it keeps no hold of', () => {
    for (const length of [0, 31, 33]) {
      const start = { authKey: new Uint8Array(length), role: 'initiator', isSelf: false } as const
      expect(() => startSpqr(primitives, start)).toThrow(RangeError)
    }
    const own = authKey.slice()
    const state = startSpqr(primitives, { authKey: own, role: 'initiator', isSelf: false })
    const before = snapshot(state)
    own.fill(0)
    expect(snapshot(state)).toBe(before)
  })

  test('draws 64 bytes for a key pair, 32 to encapsulate, and nothing otherwise', () => {
    const draws: number[] = []
    const random = randomnessOf('A')
    const counted = (length: number): Uint8Array => {
      draws.push(length)
      return random(length)
    }
    const start = { authKey, isSelf: false }
    let here = startSpqr(primitives, { ...start, role: 'initiator' })
    let there = startSpqr(primitives, { ...start, role: 'responder' })
    for (let i = 0; i < 180; i++) {
      const { kind, epoch } = here.braid
      const before = draws.length
      const sent = sendSpqr(primitives, here, counted)
      const drawn = kind === 'keys-unsampled' ? [64] : kind === 'header-received' ? [32] : []
      expect({ kind, epoch, draws: draws.slice(before) }).toEqual({ kind, epoch, draws: drawn })
      const received = receiveSpqr(primitives, there, sent.message)
      if (received.kind !== 'received') throw new Error(received.kind)
      ;[here, there] = [received.state, sent.state]
    }
    expect(draws.slice(0, 4)).toEqual([64, 32, 64, 32])
  })

  test('comes to epochs of two bytes', () => {
    const parties = pair({ primitives: hastyPrimitives })
    while (parties[0].state.braid.epoch < 130) converse(parties, 20)
    const { message } = parties[0].send()
    expect([message[1], message[2]]).toEqual([0x82, 0x01])
    expect(parties[1].receive(message).kind).toBe('received')
  })

  test('goes on after chunk 65,535 with chunk 0', () => {
    const [a, b] = pair()
    a.send()
    const { braid } = a.state
    if (braid.kind !== 'keys-sampled') throw new Error(braid.kind)
    a.state = { ...a.state, braid: { ...braid, header: { ...braid.header, nextIndex: 65_534 } } }
    const chunkIndexes: number[] = []
    while (b.state.braid.kind === 'no-header-received') {
      const { message } = a.send()
      expect(b.receive(message).kind).toBe('received')
      if (b.state.braid.kind === 'no-header-received') {
        chunkIndexes.push(...b.state.braid.header.chunks.map(({ index }) => index))
      }
    }
    expect(chunkIndexes).toEqual([65_534, 65_534, 65_535])
    expect(b.state.braid.kind).toBe('header-received')
    converse([a, b], 100)
    expect(a.state.braid.epoch).toBeGreaterThan(2)
  })

  test('loses nothing after 17,000 messages without an answer, whose indexes have three bytes', () => {
    const [a, b] = pair({ primitives: hastyPrimitives })
    let last = a.send()
    while (a.state.chains.epochs[0]?.send?.counter !== 17_000) {
      last = a.send()
    }
    expect([...last.message.subarray(2, 5)]).toEqual([0xe8, 0x84, 0x01])
    expect(b.receive(last.message)).toMatchObject({ kind: 'received', key: last.key })
    converse([a, b], 60)
    expect(b.state.braid.epoch).toBe(2)
  })

  test.each([
    { isSelf: false, jump: 25_000, after: 'refused' },
    { isSelf: true, jump: 26_000, after: 'received' },
  ])('may jump by $jump messages (with oneself: $isSelf)', ({ isSelf, jump, after }) => {
    const start = { authKey, isSelf }
    let here = startSpqr(hastyPrimitives, { ...start, role: 'initiator' })
    const there = startSpqr(hastyPrimitives, { ...start, role: 'responder' })
    const messages: SpqrSent[] = []
    const random = randomnessOf('A')
    for (let i = 0; i <= jump; i++) {
      const sent = sendSpqr(hastyPrimitives, here, random)
      here = sent.state
      if (i >= jump - 1) messages.push(sent)
    }
    const outcomes = messages.map(({ message, key }) => {
      const received = receiveSpqr(hastyPrimitives, there, message)
      return received.kind === 'received' ? hex(received.key) === hex(key) : received.kind
    })
    expect(outcomes).toEqual([true, after === 'received' ? true : 'refused'])
  })

  test('refuses messages with index 0, without version or of another, and of unknown epochs', () => {
    const [a, b] = pair()
    a.send()
    for (const bytes of [
      '',
      '00',
      '02010100',
      'ff',
      '01010000',
      '01010004',
      '01020100',
      '01ff0f0100',
    ]) {
      expect(b.receive(fromHex(bytes))).toEqual({ kind: 'refused' })
    }
  })
})

describe('on a network that loses, repeats and reorders', () => {
  interface Step {
    readonly from: 0 | 1
    readonly fate: 'arrives' | 'arrives twice' | 'is lost' | 'is late'
    /** How many of the late messages come now. */
    readonly late: number
  }

  const steps = (loss: number): fc.Arbitrary<readonly Step[]> =>
    fc.array(
      fc.record<Step>({
        from: fc.constantFrom(0, 1),
        fate: fc.oneof(
          { weight: 100 - loss, arbitrary: fc.constant('arrives' as const) },
          { weight: 5, arbitrary: fc.constant('arrives twice' as const) },
          { weight: loss, arbitrary: fc.constant('is lost' as const) },
          { weight: 15, arbitrary: fc.constant('is late' as const) },
        ),
        late: fc.oneof(
          { weight: 9, arbitrary: fc.constant(0) },
          { weight: 1, arbitrary: fc.nat(12) },
        ),
      }),
      { minLength: 250, maxLength: 350, size: 'max' },
    )

  function expectKey(to: Party, { message, key }: SpqrSent): void {
    const epoch = (message[1] ?? 0) - 1
    const { currentEpoch, epochs } = to.state.chains
    const isGone = epoch < currentEpoch + 1 - epochs.length
    const received = to.receive(message)
    expect(received.kind === 'received' ? hex(received.key) : received.kind).toBe(
      isGone ? 'refused' : hex(key),
    )
    if (!isGone) expect(to.receive(message)).toEqual({ kind: 'duplicate' })
  }

  test.each([{ loss: 0 }, { loss: 20 }, { loss: 60 }])(
    'both have equal keys for what arrives, $loss of 100 lost',
    ({ loss }) => {
      fc.assert(
        fc.property(steps(loss), (schedule) => {
          const parties = pair()
          const late: (readonly [Party, SpqrSent])[] = []
          for (const { from, fate, late: count } of schedule) {
            const [sender, receiver] = from === 0 ? parties : ([parties[1], parties[0]] as const)
            const sent = sender.send()
            if (fate === 'arrives' || fate === 'arrives twice') expectKey(receiver, sent)
            if (fate === 'arrives twice') {
              expect(receiver.receive(sent.message)).toEqual({ kind: 'duplicate' })
            }
            if (fate === 'is late') late.push([receiver, sent])
            // The newest first.
            for (let i = 0; i < count; i++) {
              const next = late.pop()
              if (next !== undefined) expectKey(...next)
            }
          }
          const epochs = parties.map(({ state }) => state.braid.epoch)
          expect(Math.abs((epochs[0] ?? 0) - (epochs[1] ?? 0))).toBeLessThanOrEqual(1)
        }),
        { numRuns: 8 },
      )
    },
  )

  test('epochs go on with 60 of 100 messages lost', () => {
    const parties = pair()
    const random = randomnessOf('network')
    for (let i = 0; i < 1200; i++) {
      const [from, to] = i % 2 === 0 ? parties : ([parties[1], parties[0]] as const)
      const sent = from.send()
      if ((random(1)[0] ?? 0) >= 0.6 * 256) expectKey(to, sent)
    }
    expect(parties[0].state.braid.epoch).toBeGreaterThanOrEqual(4)
  })
})

describe('a message with something changed', () => {
  test('leaves the state as it is, and another position gives another key', () => {
    const parties = pair()
    for (let round = 0; round < 100; round += 10) {
      converse(parties, 10)
      const [a, b] = parties
      const sent = a.send()
      const before = snapshot(b.state)
      const position = (bytes: Uint8Array): string => hex(bytes.subarray(0, 3))
      const tried: Uint8Array[] = [sent.message.subarray(0, -1), new Uint8Array(0)]
      for (let at = 0; at < sent.message.length; at++) {
        tried.push(sent.message.subarray(0, at))
        for (const change of [0x01, 0x04, 0x80, 0xff]) {
          const copy = sent.message.slice()
          copy[at] = (copy[at] ?? 0) ^ change
          tried.push(copy)
        }
      }
      for (const bytes of tried) {
        const received = receiveSpqr(primitives, b.state, bytes)
        if (received.kind === 'received' && position(bytes) !== position(sent.message)) {
          expect(hex(received.key)).not.toBe(hex(sent.key))
        }
      }
      expect(snapshot(b.state)).toBe(before)
      expect(b.receive(sent.message)).toMatchObject({ kind: 'received', key: sent.key })
    }
  })

  test('leaves the state as it is, whatever the bytes', () => {
    const parties = pair()
    converse(parties, 33)
    const before = snapshot(parties[1].state)
    const header = fc.tuple(fc.constant(1), fc.nat(3), fc.nat(70), fc.nat(7))
    fc.assert(
      fc.property(header, fc.uint8Array({ maxLength: 40 }), (start, rest) => {
        receiveSpqr(primitives, parties[1].state, Uint8Array.of(...start, ...rest))
        expect(snapshot(parties[1].state)).toBe(before)
      }),
      { numRuns: 300 },
    )
  })
})

describe('secrets', () => {
  test('are named for erasure exactly when the new state does not need them', () => {
    const parties = pair()
    const random = randomnessOf('network')
    const late: (readonly [Party, Uint8Array])[] = []
    const expectWipe = (
      before: SpqrState,
      { state, wipe }: { readonly state: SpqrState; readonly wipe: readonly Uint8Array[] },
    ): void => {
      const kept = new Set(secretsOf(state))
      const gone = secretsOf(before).filter((secret) => !kept.has(secret))
      expect(new Set(wipe)).toEqual(new Set(gone))
      expect(wipe).toHaveLength(gone.length)
    }
    const receive = (to: Party, message: Uint8Array): void => {
      const { state: before } = to
      const received = receiveSpqr(primitives, before, message)
      if (received.kind !== 'received') return
      expectWipe(before, received)
      to.state = received.state
    }
    for (let i = 0; i < 500; i++) {
      const [from, to] = i % 2 === 0 ? parties : ([parties[1], parties[0]] as const)
      const before = from.state
      const sent = sendSpqr(primitives, before, from.random)
      expectWipe(before, sent)
      from.state = sent.state
      if ((random(1)[0] ?? 0) < 40) late.push([to, sent.message])
      else receive(to, sent.message)
      if (i % 20 === 0)
        for (const [receiver, message] of late.splice(0, 3)) receive(receiver, message)
    }
    expect(parties[0].state.braid.epoch).toBeGreaterThan(4)
  })

  test('that were needed on the way are erased', () => {
    const { spied, leftBehind } = spyOnSecrets()
    let here = startSpqr(spied, { authKey, role: 'initiator', isSelf: false })
    let there = startSpqr(spied, { authKey, role: 'responder', isSelf: false })
    for (let i = 0; i < 300; i++) {
      const sent = sendSpqr(spied, here, randomnessOf(`${i}`))
      for (const secret of sent.wipe) secret.fill(0)
      here = sent.state
      if (i % 5 !== 0) {
        const received = receiveSpqr(spied, there, sent.message)
        if (received.kind !== 'received') throw new Error(received.kind)
        for (const secret of received.wipe) secret.fill(0)
        there = received.state
      }
      ;[here, there] = [there, here]
    }
    const far = takeFar(here)
    expect(receiveSpqr(spied, here, far).kind).toBe('received')
    expect(here.braid.epoch).toBeGreaterThan(2)
    const kept = new Set([authKey, ...secretsOf(here), ...secretsOf(there)])
    expect(leftBehind().filter((secret) => !kept.has(secret))).toEqual([])
  })

  /** A message of the same epoch, 30 further on than any before. */
  function takeFar({ braid, chains }: SpqrState): Uint8Array {
    const counter = chains.epochs.at(-1 - (chains.currentEpoch - braid.epoch + 1))?.receive.counter
    return Uint8Array.of(1, braid.epoch, (counter ?? 0) + 30, 0)
  }

  /** Remembers all that goes into derivations and what comes out for several keys, and the KEM's secrets. */
  function spyOnSecrets() {
    const seen: Uint8Array[] = []
    const spied: Primitives = {
      ...primitives,
      hkdfSha256: (salt, material, info, length) => {
        const output = primitives.hkdfSha256(salt, material, info, length)
        seen.push(material)
        if (length > 32) seen.push(output)
        return output
      },
      mlKem768: {
        ...primitives.mlKem768,
        keyPair: (seed) => {
          const pair = primitives.mlKem768.keyPair(seed)
          seen.push(pair.secretKey)
          return pair
        },
        encapsulateFirst: (header, message) => {
          const encapsulation = primitives.mlKem768.encapsulateFirst(header, message)
          seen.push(encapsulation.sharedSecret)
          return encapsulation
        },
      },
    }
    return { spied, leftBehind: () => seen.filter((secret) => secret.some((byte) => byte !== 0)) }
  }

  test('of messages that were read are nowhere in the state', () => {
    const parties = pair()
    const all = converse(parties, 120)
    const [a, b] = parties.map(({ state }) => hex(writeSpqrState(state))) as [string, string]
    for (const [i, { message, key }] of all.entries()) {
      expect(a.includes(hex(key)) || b.includes(hex(key))).toBe(false)
      const receiver = i % 2 === 0 ? parties[1] : parties[0]
      expect(receiver.receive(message).kind).not.toBe('received')
    }
  })

  test('of later epochs are not to be had from a state that was stolen', () => {
    const parties = pair()
    converse(parties, 10)
    const stolen = new Party('responder')
    stolen.state = deepCopy(parties[1].state)
    const epoch = stolen.state.braid.epoch
    let isHealed = false
    for (const [i, { message, key }] of converse(parties, 150).entries()) {
      if (i % 2 === 1) continue
      const received = stolen.receive(message)
      const isRead = received.kind === 'received' && hex(received.key) === hex(key)
      if ((message[1] ?? 0) > epoch + 2) isHealed = true
      if (isHealed) expect({ i, isRead }).toEqual({ i, isRead: false })
    }
    expect(isHealed).toBe(true)
  })
})
