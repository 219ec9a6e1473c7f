/**
 * @module What a message costs, in microseconds, beside libsignal-client: `bun signal/src/libsignal/sessions.bench.ts`,
 * or `node`. Texts are of 1 KB, and records are read before and written after every step, as a store would.
 *
 * | row | |
 * |---|---|
 * | one way | one encrypts, the other decrypts, always in this direction |
 * | ping-pong | the same in turns, so that every message turns the ratchet |
 * | set-up | bundle, first message, its decryption |
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { noblePrimitives } from '@sotto/primitives/provider/noble'
import { OracleDevice } from '#libsignal/oracle-for-tests.ts'
import { protocolAddress } from '#messages/service-address.ts'
import { decrypt, noPrekeys } from '#session/decrypt.ts'
import { encrypt } from '#session/encrypt.ts'
import {
  bundleOf,
  nowMillis,
  prekeysOf,
  testDevice,
  type TestDevice,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const plaintext = random(1024)

class Party {
  readonly #primitives: Primitives
  readonly device: TestDevice
  #record: Uint8Array | undefined

  constructor(primitives: Primitives, device: TestDevice) {
    this.#primitives = primitives
    this.device = device
  }

  start(peer: Party): void {
    const input = {
      local: this.device.local,
      remote: peer.device.local.address,
      bundle: bundleOf(peer.device),
      record: undefined,
      nowMillis,
    }
    this.#record = writeRecord(processBundle(this.#primitives, input, random).record)
  }

  send(peer: Party): CiphertextMessage {
    const input = {
      local: this.device.local.address,
      remote: peer.device.local.address,
      record: this.#record === undefined ? undefined : readRecord(this.#record),
      plaintext,
      nowMillis,
    }
    const step = encrypt(this.#primitives, input, random)
    this.#record = writeRecord(step.record)
    for (const secret of step.wipe) secret.fill(0)
    return step.message
  }

  receive(peer: Party, message: CiphertextMessage): void {
    const input = {
      local: this.device.local,
      remote: peer.device.local.address,
      record: this.#record === undefined ? undefined : readRecord(this.#record),
      message,
      prekeys: message.type === 'prekey' ? prekeysOf(this.device) : noPrekeys,
    }
    const step = decrypt(this.#primitives, input, random)
    this.#record = writeRecord(step.record)
    for (const secret of step.wipe) secret.fill(0)
  }

  forget(): void {
    this.#record = undefined
  }
}

/** The mean of the best of five rounds, after one to warm up. */
async function micros(count: number, step: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 6; round++) {
    const start = performance.now()
    for (let i = 0; i < count; i++) await step()
    const mean = ((performance.now() - start) * 1000) / count
    if (round > 0) best = Math.min(best, mean)
  }
  return best
}

async function ours(primitives: Primitives): Promise<void> {
  const alice = new Party(primitives, testDevice('alice'))
  const bob = new Party(primitives, testDevice('bob'))
  const setUp = () => {
    alice.start(bob)
    bob.forget()
    bob.receive(alice, alice.send(bob))
  }
  setUp()
  alice.receive(bob, bob.send(alice))
  const oneWay = await micros(1500, () => bob.receive(alice, alice.send(bob)))
  const pingPong = await micros(300, () => {
    bob.receive(alice, alice.send(bob))
    alice.receive(bob, bob.send(alice))
  })
  report(primitives.name, oneWay, pingPong / 2, await micros(100, setUp))
}

async function theirs(): Promise<void> {
  const alice = new OracleDevice(protocolAddress('alice', 1))
  const bob = new OracleDevice(protocolAddress('bob', 1))
  const text = 'x'.repeat(1024)
  const deliver = async (from: OracleDevice, to: OracleDevice) => {
    await to.receive(from.address, await from.send(to.address, text))
  }
  const bundle = await bob.bundle()
  await alice.start(bob.address, bundle)
  await deliver(alice, bob)
  await deliver(bob, alice)
  const oneWay = await micros(1500, () => deliver(alice, bob))
  const pingPong = await micros(300, async () => {
    await deliver(alice, bob)
    await deliver(bob, alice)
  })
  let count = 0
  const setUp = await micros(100, async () => {
    // Other names each time, so that no archive grows.
    const [from, to] = [protocolAddress(`a${++count}`, 1), protocolAddress(`b${count}`, 1)]
    await alice.start(to, bundle)
    await bob.receive(from, await alice.send(to, text))
  })
  report('libsignal', oneWay, pingPong / 2, setUp)
}

function report(name: string, ...values: readonly number[]): void {
  console.log([name.padEnd(12), ...values.map((value) => value.toFixed(0).padStart(10))].join(''))
}

console.log(
  ['µs', 'one way', 'ping-pong', 'set-up']
    .map((each, i) => (i === 0 ? each.padEnd(12) : each.padStart(10)))
    .join(''),
)
await theirs()
await ours(await openPrimitives())
await ours(noblePrimitives)
