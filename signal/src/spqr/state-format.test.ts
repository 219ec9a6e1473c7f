import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bufferOf } from '#session/parties-for-tests.ts'
import {
  deepCopy,
  fromHex,
  hex,
  Party,
  primitives,
  snapshot,
  statesByKind,
} from '#spqr/spqr-for-tests.ts'
import type { Chunk } from '#spqr/erasure-code.ts'
import type { SpqrState } from '#spqr/spqr.ts'
import { readSpqrState, writeSpqrState } from '#spqr/state-format.ts'

const states = [...statesByKind()].toSorted(([a], [b]) => (a < b ? -1 : 1))

function reread(state: SpqrState): SpqrState {
  const read = readSpqrState(writeSpqrState(state))
  if (read === undefined) throw new Error(`Cannot read ${state.braid.kind}`)
  return read
}

describe('a stored state', () => {
  test.each(states)('is read as it was written: %s', (_, state) => {
    const before = snapshot(state)
    const bytes = writeSpqrState(state)
    expect(snapshot(state)).toBe(before)
    expect(readSpqrState(bytes)).toEqual(state)
  })

  test('is there for all eleven kinds', () => {
    expect(states).toHaveLength(11)
  })

  test('carries a conversation on, in every state', () => {
    const [a, b] = [new Party('initiator'), new Party('responder', { isSelf: true })]
    for (let i = 0; i < 400; i++) {
      const [from, to] = i % 2 === 0 ? [a, b] : [b, a]
      const sent = from.send()
      from.state = reread(from.state)
      if (i % 7 === 0) continue
      const received = to.receive(sent.message)
      expect(received).toMatchObject({ kind: 'received', key: sent.key })
      to.state = reread(to.state)
    }
    expect(a.state.braid.epoch).toBeGreaterThan(3)
    expect([a.state.chains.isSelf, b.state.chains.isSelf]).toEqual([false, true])
  })

  test('keeps its bytes from version to version', () => {
    const start = new Party('responder').state
    expect(hex(writeSpqrState(start))).toBe(frozenStart)
    expect(
      Object.fromEntries(
        states.map(([kind, state]) => {
          const bytes = writeSpqrState(state)
          return [kind, [bytes.length, hex(primitives.sha256(bytes)).slice(0, 16)]]
        }),
      ),
    ).toEqual(frozenStates)
  })

  test('of an earlier version of this package is read', () => {
    const responder = new Party('responder')
    const read = readSpqrState(fromHex(frozenStart))
    expect(read).toEqual(responder.state)
    responder.state = read ?? responder.state
    const initiator = new Party('initiator')
    const { message, key } = initiator.send()
    expect(responder.receive(message)).toMatchObject({ kind: 'received', key })
  })

  test('shares no memory with the bytes that it was read from', () => {
    for (const [, state] of states) {
      const bytes = bufferOf(writeSpqrState(state))
      const read = readSpqrState(bytes)
      bytes.fill(0)
      expect(read).toEqual(state)
    }
  })

  test('shares no memory with the bytes that it was written to', () => {
    const state = deepCopy(new Party('initiator').state)
    const before = snapshot(state)
    writeSpqrState(state).fill(0)
    expect(snapshot(state)).toBe(before)
  })
})

describe('bytes that are no state', () => {
  test('are refused: cut anywhere, or with something behind', () => {
    for (const [, state] of states) {
      const bytes = writeSpqrState(state)
      for (let length = 0; length < bytes.length; length++) {
        if (readSpqrState(bytes.subarray(0, length)) !== undefined) {
          throw new Error(`${state.braid.kind} is read from ${length} of ${bytes.length} bytes`)
        }
      }
      expect(readSpqrState(Uint8Array.of(...bytes, 0))).toBeUndefined()
    }
  })

  test('are refused, or are a state that is spelled in just this way: every byte changed', () => {
    for (const [, state] of states) {
      const bytes = writeSpqrState(state)
      for (let at = 0; at < bytes.length; at++) {
        const change = [0x01, 0x80, 0xff][at % 3] ?? 1
        bytes[at] = (bytes[at] ?? 0) ^ change
        const read = readSpqrState(bytes)
        if (read !== undefined && hex(writeSpqrState(read)) !== hex(bytes)) {
          throw new Error(`${state.braid.kind} has a second spelling at ${at}`)
        }
        bytes[at] = (bytes[at] ?? 0) ^ change
      }
    }
  })

  test('are refused with any other version', () => {
    const bytes = writeSpqrState(new Party('initiator').state)
    for (let version = 0; version < 256; version++) {
      bytes[0] = version
      expect([version, readSpqrState(bytes) !== undefined]).toEqual([version, version === 1])
    }
  })

  test('are refused or spelled back, whatever they are', () => {
    const prefix = fc.tuple(fc.constant(1), fc.nat(7), fc.nat(11), fc.nat(4))
    fc.assert(
      fc.property(prefix, fc.uint8Array({ maxLength: 600, size: 'max' }), (start, rest) => {
        const bytes = Uint8Array.of(...start, ...rest)
        const read = readSpqrState(bytes)
        if (read !== undefined) expect(writeSpqrState(read)).toEqual(bytes)
      }),
      { numRuns: 1000 },
    )
  })

  test('are refused with a number that is longer than it must be', () => {
    const start = fromHex(frozenStart)
    expect(start[3]).toBe(1)
    const longer = Uint8Array.of(...start.subarray(0, 3), 0x81, 0x00, ...start.subarray(4))
    expect(readSpqrState(longer)).toBeUndefined()
  })

  test('are refused with the other role, or with an epoch before the first', () => {
    const start = fromHex(frozenStart)
    for (const [flags, isRead] of [
      [1, true],
      [3, true],
      [0, false],
      [2, false],
      [5, false],
      [9, false],
    ] as const) {
      start[1] = flags
      expect([flags, readSpqrState(start) !== undefined]).toEqual([flags, isRead])
    }
  })

  const key = new Uint8Array(32)
  const receive = { counter: 7, key, stored: [] }
  const send = { counter: 7, key }
  const epochs = [{ send, receive }]
  const withStored = (
    stored: SpqrState['chains']['epochs'][number]['receive']['stored'],
    counter = 7,
  ): Partial<SpqrState['chains']> => ({
    epochs: [{ send, receive: { counter, key, stored } }],
  })
  const { authenticator } = new Party('responder').state.braid
  const none = { kind: 'no-header-received', epoch: 1, authenticator } as const
  const chunk = (index: number): Chunk => ({ index, data: key })

  const odd: readonly [string, Partial<SpqrState['braid']>, Partial<SpqrState['chains']>][] = [
    ['epoch 0', { kind: 'keys-unsampled', epoch: 0, authenticator }, { sendEpoch: -1, epochs: [] }],
    [
      'a side that does not fit the epoch',
      { kind: 'no-header-received', epoch: 2 },
      { sendEpoch: 1, currentEpoch: 1, epochs: [{ send: undefined, receive }, ...epochs] },
    ],
    ['a stored key of an index to come', none, withStored([{ index: 7, key }])],
    ['stored keys of one index', none, withStored([1, 1].map((index) => ({ index, key })))],
    [
      'more stored keys than are kept',
      none,
      withStored(
        Array.from({ length: 2201 }, (_, i) => ({ index: i + 1, key })),
        9999,
      ),
    ],
    ['a counter above 32 bits', none, withStored([], 2 ** 32)],
    ['a complete stream', { header: { needed: 3, chunks: [0, 1, 2].map(chunk) } }, {}],
    ['chunks of one index', { header: { needed: 3, chunks: [1, 1].map(chunk) } }, {}],
    ['chunks out of order', { header: { needed: 3, chunks: [5, 1].map(chunk) } }, {}],
    [
      'a secret of an epoch in which nothing was sent',
      {
        ...none,
        kind: 'ct2-sampled',
        epoch: 3,
        ciphertext2: { message: new Uint8Array(160), nextIndex: 1 },
      },
      {
        sendEpoch: 1,
        currentEpoch: 3,
        epochs: [{ send: undefined, receive }, ...epochs, ...epochs, ...epochs],
      },
    ],
  ]

  test.each(odd)('are refused with %s', (_, braid, chains) => {
    const { state } = new Party('responder')
    expect(readSpqrState(writeSpqrState(state))).toBeDefined()
    const changed = {
      braid: { ...state.braid, ...braid } as SpqrState['braid'],
      chains: { ...state.chains, ...chains },
    }
    expect(readSpqrState(writeSpqrState(changed))).toBeUndefined()
  })

  test('are read where those are refused, when nothing is wrong', () => {
    const { state } = new Party('responder')
    const braid = { ...state.braid, header: { needed: 3, chunks: [1, 5].map(chunk) } } as const
    const stored = Array.from({ length: 2200 }, (_, i) => ({ index: i + 1, key }))
    const changed = {
      braid: braid as SpqrState['braid'],
      chains: { ...state.chains, ...withStored(stored, 2201) },
    }
    expect(readSpqrState(writeSpqrState(changed))).toEqual(changed)
  })
})

/** A responder before its first message: version, flags, kind, epoch; authenticator; no chunks; chains of epoch 0. */
const frozenStart = [
  '01010501',
  '486eb283e739a2b7baea016d6a70df801616dfbf3f022b77a27cfaa3360348a0',
  '5a368111ae4f8d5d407e4b9a369e67af9e01d9449cf2b5e50cede3f7ab525a1e',
  '00',
  'c6f396ad3b038d7bb7eedbabd7c45c83eef0c9c42fca9f44d6f056e4b68be30c',
  '00598c199754146d732fe1bf89926833f0ed44b8a5220b662bdf0398c28c4f49ab',
  '00d45d5d9ebca8f45f591019cfe4231f37663b50de7c9d419e8eb4dd50f3726384',
  '00',
].join('')

/** Length, and the beginning of the SHA-256. */
const frozenStates = {
  'ct1-acknowledged': [2480, 'ef66d4642ae99d6a'],
  'ct1-received': [3367, '5d3887af83d137f0'],
  'ct1-sampled': [3603, '5948799865227b81'],
  'ct2-sampled': [890, '14c8e831314dfc60'],
  'ek-received-ct1-sampled': [1784, '33b32054d284cf73'],
  'ek-sent-ct1-received': [2479, '4f532ab025e0415e'],
  'header-received': [1552, '4f9b4f1b88f496c3'],
  'header-sent': [2970, '3af9ccfdd7a76b7d'],
  'keys-sampled': [2042, '5aa2f42af007295d'],
  'keys-unsampled': [268, '64090ac9d10779a8'],
  'no-header-received': [1522, 'c9a5f738496bdde2'],
}
