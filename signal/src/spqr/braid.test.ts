import { describe, expect, test } from 'vitest'
import { receiveBraid, sendBraid, startBraid } from '#spqr/braid.ts'
import type { BraidState } from '#spqr/braid-state.ts'
import { type Chunk, nextChunk } from '#spqr/erasure-code.ts'
import type { Payload } from '#spqr/message.ts'
import { authKey, hex, primitives, randomnessOf } from '#spqr/spqr-for-tests.ts'

/** One side without chains, which keeps the secrets that come up. */
class Side {
  state: BraidState
  readonly secrets: string[] = []
  readonly #random

  constructor(role: 'initiator' | 'responder') {
    this.state = startBraid(primitives, authKey, role)
    this.#random = randomnessOf(role)
  }

  send(): { readonly epoch: number; readonly payload: Payload } {
    const { epoch } = this.state
    const { state, payload, secret } = sendBraid(primitives, this.state, this.#random)
    this.#keep(state, secret)
    return { epoch, payload }
  }

  receive(message: { readonly epoch: number; readonly payload: Payload }): boolean {
    const received = receiveBraid(primitives, this.state, { ...message, index: 1 })
    if (received !== undefined) this.#keep(received.state, received.secret)
    return received !== undefined
  }

  /** Sends to the other until that one is in a state. */
  sendUntil(kind: BraidState['kind'], other: Side): void {
    for (let i = 0; other.state.kind !== kind; i++) {
      if (i > 100 || !other.receive(this.send())) throw new Error(`Does not come to ${kind}`)
    }
  }

  #keep(state: BraidState, secret: Uint8Array | undefined): void {
    this.state = state
    if (secret !== undefined) this.secrets.push(hex(secret))
  }
}

function sides(): { readonly keys: Side; readonly ciphertext: Side } {
  return { keys: new Side('initiator'), ciphertext: new Side('responder') }
}

function chunkOf(payload: Payload): Chunk {
  if (!('chunk' in payload)) throw new Error(`${payload.kind} has no chunk`)
  return payload.chunk
}

function spoilt(payload: Payload): Payload {
  const { index, data } = chunkOf(payload)
  const copy = data.slice()
  copy[5] = (copy[5] ?? 0) ^ 1
  return { ...payload, chunk: { index, data: copy } } as Payload
}

describe('an epoch', () => {
  test('goes through all states of both sides, and both have its secret', () => {
    const { keys, ciphertext } = sides()
    expect([keys.state.kind, ciphertext.state.kind]).toEqual([
      'keys-unsampled',
      'no-header-received',
    ])
    expect(ciphertext.send().payload).toEqual({ kind: 'none' })
    keys.sendUntil('header-received', ciphertext)
    expect(keys.state.kind).toBe('keys-sampled')
    ciphertext.sendUntil('header-sent', keys)
    expect(ciphertext.state.kind).toBe('ct1-sampled')
    expect(ciphertext.secrets).toHaveLength(1)
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct1-acknowledged', ciphertext)
    expect(ciphertext.send().payload).toEqual({ kind: 'none' })
    keys.sendUntil('ct2-sampled', ciphertext)
    ciphertext.sendUntil('ek-sent-ct1-received', keys)
    expect(keys.send().payload).toEqual({ kind: 'ct1-ack' })
    ciphertext.sendUntil('no-header-received', keys)
    expect(keys.secrets).toEqual(ciphertext.secrets)

    // Roles are changed now.
    expect(keys.state.epoch).toBe(2)
    expect(ciphertext.receive(keys.send())).toBe(true)
    expect(ciphertext.state).toMatchObject({ kind: 'keys-unsampled', epoch: 2 })
    ciphertext.sendUntil('header-received', keys)
  })

  test('may end with the vector before the first half of the ciphertext', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.sendUntil('header-sent', keys)
    keys.sendUntil('ek-received-ct1-sampled', ciphertext)
    expect(ciphertext.send().payload.kind).toBe('ct1')
    // More of the vector changes nothing.
    expect(ciphertext.receive(keys.send())).toBe(true)
    expect(ciphertext.state.kind).toBe('ek-received-ct1-sampled')
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct2-sampled', ciphertext)
    ciphertext.sendUntil('no-header-received', keys)
    expect(keys.secrets).toEqual(ciphertext.secrets)
  })

  test('may get the end of the vector together with the acknowledgement', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.sendUntil('header-sent', keys)
    for (let i = 0; i < 35; i++) expect(ciphertext.receive(keys.send())).toBe(true)
    expect(ciphertext.state.kind).toBe('ct1-sampled')
    ciphertext.sendUntil('ct1-received', keys)
    const last = keys.send()
    expect(last.payload.kind).toBe('ek-ct1-ack')
    expect(ciphertext.receive(last)).toBe(true)
    expect(ciphertext.state.kind).toBe('ct2-sampled')
  })

  test('goes on after a bare acknowledgement when the vector is there, and only then', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.send()
    const early = ciphertext.state
    expect(ciphertext.receive({ epoch: 1, payload: { kind: 'ct1-ack' } })).toBe(true)
    expect(ciphertext.state).toBe(early)
    ciphertext.sendUntil('header-sent', keys)
    keys.sendUntil('ek-received-ct1-sampled', ciphertext)
    expect(ciphertext.receive({ epoch: 1, payload: { kind: 'ct1-ack' } })).toBe(true)
    expect(ciphertext.state.kind).toBe('ct2-sampled')
  })

  test('is completed by parity chunks alone', () => {
    const { keys, ciphertext } = sides()
    const skip = (side: Side, count: number): void => {
      for (let i = 0; i < count; i++) side.send()
    }
    skip(keys, 3)
    keys.sendUntil('header-received', ciphertext)
    skip(ciphertext, 30)
    ciphertext.sendUntil('header-sent', keys)
    skip(keys, 36)
    keys.sendUntil('ek-received-ct1-sampled', ciphertext)
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct2-sampled', ciphertext)
    skip(ciphertext, 5)
    ciphertext.sendUntil('no-header-received', keys)
    expect(keys.secrets).toEqual(ciphertext.secrets)
    expect(keys.secrets).toHaveLength(1)
  })
})

describe('a message', () => {
  /** Every state that there is, as it came about. */
  function allStates(): readonly BraidState[] {
    const { keys, ciphertext } = sides()
    const seen = new Map<string, BraidState>()
    const look = (): void => {
      for (const { state } of [keys, ciphertext]) seen.set(state.kind, state)
    }
    const steps: readonly [Side, BraidState['kind'], Side][] = [
      [keys, 'header-received', ciphertext],
      [ciphertext, 'header-sent', keys],
      [keys, 'ek-received-ct1-sampled', ciphertext],
      [ciphertext, 'ct1-received', keys],
      [keys, 'ct2-sampled', ciphertext],
      [ciphertext, 'ek-sent-ct1-received', keys],
      [ciphertext, 'no-header-received', keys],
    ]
    look()
    for (const [from, kind, to] of steps) {
      from.sendUntil(kind, to)
      look()
    }
    const other = sides()
    other.keys.sendUntil('header-received', other.ciphertext)
    other.ciphertext.sendUntil('ct1-received', other.keys)
    other.keys.sendUntil('ct1-acknowledged', other.ciphertext)
    seen.set('ct1-acknowledged', other.ciphertext.state)
    return [...seen.values()]
  }

  const states = allStates()
  const chunk = { index: 60_000, data: new Uint8Array(32).fill(3) }
  const payloads: readonly Payload[] = [
    { kind: 'none' },
    { kind: 'ct1-ack' },
    ...(['hdr', 'ek', 'ek-ct1-ack', 'ct1', 'ct2'] as const).map((kind) => ({ kind, chunk })),
  ]
  const receive = (state: BraidState, epoch: number, payload: Payload) =>
    receiveBraid(primitives, state, { epoch, index: 1, payload })

  test('meets one of eleven states', () => {
    expect(states.map(({ kind }) => kind).toSorted()).toHaveLength(11)
  })

  test('of an older epoch changes no state', () => {
    for (const state of states) {
      for (const payload of payloads) {
        const later = { ...state, epoch: state.epoch + 1 } as BraidState
        expect(receive(later, state.epoch, payload)?.state).toBe(later)
      }
    }
  })

  test('of a newer epoch is refused, but for the next one after the ciphertext', () => {
    for (const state of states) {
      for (const payload of payloads) {
        const next = receive(state, state.epoch + 1, payload)
        if (state.kind === 'ct2-sampled') {
          expect(next?.state).toEqual({
            kind: 'keys-unsampled',
            epoch: state.epoch + 1,
            authenticator: state.authenticator,
          })
        } else expect(next).toBeUndefined()
        expect(receive(state, state.epoch + 2, payload)).toBeUndefined()
      }
    }
  })

  test('of the same epoch matters only to who waits for it', () => {
    const expected: Readonly<Record<BraidState['kind'], readonly Payload['kind'][]>> = {
      'keys-unsampled': [],
      'keys-sampled': ['ct1'],
      'header-sent': ['ct1'],
      'ct1-received': ['ct2'],
      'ek-sent-ct1-received': ['ct2'],
      'no-header-received': ['hdr'],
      'header-received': [],
      'ct1-sampled': ['ek', 'ek-ct1-ack'],
      'ek-received-ct1-sampled': ['ct1-ack', 'ek-ct1-ack'],
      'ct1-acknowledged': ['ek', 'ek-ct1-ack'],
      'ct2-sampled': [],
    }
    for (const state of states) {
      const changing = payloads.filter(
        (payload) => receive(state, state.epoch, payload)?.state !== state,
      )
      expect([state.kind, changing.map(({ kind }) => kind).toSorted()]).toEqual([
        state.kind,
        expected[state.kind].toSorted(),
      ])
    }
  })
})

describe('a stream with one bit changed', () => {
  /** Sends until the next message would bring the other into a state, and returns that message. */
  function lastBefore(kind: BraidState['kind'], from: Side, to: Side) {
    for (let i = 0; i < 200; i++) {
      const message = from.send()
      const outcome = receiveBraid(primitives, to.state, { ...message, index: 1 })
      if (outcome?.state.kind === kind) return message
      if (!to.receive(message)) break
    }
    throw new Error(`Does not come to ${kind}`)
  }

  function expectRefused(to: Side, message: { readonly epoch: number; readonly payload: Payload }) {
    const before = to.state
    expect(to.receive({ ...message, payload: spoilt(message.payload) })).toBe(false)
    expect(to.state).toBe(before)
    expect(to.receive(message)).toBe(true)
    expect(to.state).not.toBe(before)
  }

  test('is refused as a header, and the right chunk is still taken', () => {
    const { keys, ciphertext } = sides()
    const message = lastBefore('header-received', keys, ciphertext)
    expectRefused(ciphertext, message)
    expect(ciphertext.state.kind).toBe('header-received')
  })

  test('is refused as a vector', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.sendUntil('header-sent', keys)
    const message = lastBefore('ek-received-ct1-sampled', keys, ciphertext)
    expectRefused(ciphertext, message)
    expect(ciphertext.state.kind).toBe('ek-received-ct1-sampled')
  })

  test('is refused as a vector that is acknowledged', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct1-acknowledged', ciphertext)
    const message = lastBefore('ct2-sampled', keys, ciphertext)
    expectRefused(ciphertext, message)
  })

  test('is refused as the first half of a ciphertext, when the second is there', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    const first = ciphertext.send()
    expect(keys.receive({ ...first, payload: spoilt(first.payload) })).toBe(true)
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct2-sampled', ciphertext)
    for (let i = 0; i < 4; i++) expect(keys.receive(ciphertext.send())).toBe(true)
    const before = keys.state
    expect(keys.receive(ciphertext.send())).toBe(false)
    expect(keys.state).toBe(before)
    expect(keys.secrets).toEqual([])
  })

  test('is refused as the second half of a ciphertext', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.sendUntil('ct1-received', keys)
    keys.sendUntil('ct2-sampled', ciphertext)
    const message = lastBefore('no-header-received', ciphertext, keys)
    expectRefused(keys, message)
    expect(keys.secrets).toEqual(ciphertext.secrets)
  })

  test('is refused as a vector whose hash is right and which is out of range', () => {
    const { keys, ciphertext } = sides()
    keys.sendUntil('header-received', ciphertext)
    ciphertext.send()
    const vector = new Uint8Array(1152).fill(0xff)
    const rho = new Uint8Array(32).fill(1)
    const header = Uint8Array.of(...rho, ...primitives.sha3_256(vector, rho))
    if (ciphertext.state.kind !== 'ct1-sampled') throw new Error(ciphertext.state.kind)
    ciphertext.state = { ...ciphertext.state, header }
    for (let index = 0; index < 36; index++) {
      const { chunk } = nextChunk({ message: vector, nextIndex: index })
      const isTaken = ciphertext.receive({ epoch: 1, payload: { kind: 'ek', chunk } })
      expect({ index, isTaken }).toEqual({ index, isTaken: index < 35 })
    }
  })
})
