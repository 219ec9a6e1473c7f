/**
 * @module What SPQR costs a message, in microseconds for a send and its receipt, epochs included:
 * `bun signal/src/spqr/spqr.bench.ts`, or `node`. The row without cryptography shows this folder's own share.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import { receiveSpqr, sendSpqr, type SpqrState, startSpqr } from '#spqr/spqr.ts'
import { readSpqrState, writeSpqrState } from '#spqr/state-format.ts'

/** Keys that are no secrets, as fast as can be; both sides agree on them. */
const withoutCryptography: Primitives = {
  ...noblePrimitives,
  name: 'none',
  hkdfSha256: (_salt, material, _info, length) => new Uint8Array(length).fill(material[0] ?? 0),
  hmacSha256: () => new Uint8Array(32),
  sha3_256: () => new Uint8Array(32),
  mlKem768: {
    ...noblePrimitives.mlKem768,
    keyPair: () => ({ publicKey: new Uint8Array(1184), secretKey: new Uint8Array(2400) }),
    decapsulate: () => new Uint8Array(32),
    encapsulateFirst: () => ({
      ciphertext1: new Uint8Array(960).fill(7),
      sharedSecret: new Uint8Array(32),
    }),
    encapsulateSecond: () => new Uint8Array(128).fill(9),
  },
}

interface Schedule {
  readonly name: string
  /** Whether the message of this number arrives. */
  readonly arrives: (number: number) => boolean
  readonly isStored: boolean
}

const schedules: readonly Schedule[] = [
  { name: 'in order', arrives: () => true, isStored: false },
  { name: 'every third lost', arrives: (number) => number % 3 !== 0, isStored: false },
  { name: 'in order, state written and read', arrives: () => true, isStored: true },
]

const millisEach = 1500
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

for (const primitives of [withoutCryptography, await openPrimitives(), noblePrimitives]) {
  for (const schedule of schedules) {
    run(primitives, schedule, millisEach / 3)
    const { micros, epochs } = run(primitives, schedule, millisEach)
    const name = `${primitives.name}, ${schedule.name}`
    console.log(`${name.padEnd(42)} ${micros.toFixed(1).padStart(7)} µs, ${epochs} epochs`)
  }
}

function run(
  primitives: Primitives,
  { arrives, isStored }: Schedule,
  millis: number,
): { readonly micros: number; readonly epochs: number } {
  const start = { authKey: new Uint8Array(32).fill(41), isSelf: false }
  const stored = (state: SpqrState): SpqrState => {
    if (!isStored) return state
    const read = readSpqrState(writeSpqrState(state))
    if (read === undefined) throw new Error('Cannot read state back')
    return read
  }
  let here = startSpqr(primitives, { ...start, role: 'initiator' })
  let there = startSpqr(primitives, { ...start, role: 'responder' })
  let count = 0
  const startedAt = performance.now()
  while (performance.now() - startedAt < millis) {
    for (let i = 0; i < 100; i++) {
      const sent = sendSpqr(primitives, here, random)
      here = stored(sent.state)
      if (arrives(count++)) {
        const received = receiveSpqr(primitives, there, sent.message)
        if (received.kind !== 'received') throw new Error(`Cannot receive: ${received.kind}`)
        there = stored(received.state)
      }
      ;[here, there] = [there, here]
    }
  }
  const micros = (1000 * (performance.now() - startedAt)) / count
  return { micros, epochs: here.braid.epoch }
}
