/**
 * @module Devices for tests: everything they have comes from a seed, everything they keep is in memory.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { type CurveKeyPair, generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { OwnPrekeys } from '#pqxdh/accept-session.ts'
import {
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  type KyberPrekey,
  type OneTimePrekey,
  type PrekeyBundle,
  type SignedPrekey,
} from '#prekeys/prekeys.ts'
import type { Randomness } from '#randomness.ts'
import { decrypt, type Decrypted, noPrekeys, prekeysNeededBy } from '#session/decrypt.ts'
import { encrypt, type Encrypted } from '#session/encrypt.ts'
import type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import type { RecordStep, SessionRecord } from '#session/session-record.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'

/** The provider that this runtime gets. */
export const primitives: Primitives = await openPrimitives()

/** Some moment. */
export const nowMillis = 1_790_000_000_000
export const dayMillis = 24 * 60 * 60 * 1000

/** The same bytes for the same seed, and no two draws alike. */
export function randomnessOf(seed: string): Randomness {
  let count = 0
  const name = new TextEncoder().encode(seed)
  return (length) => {
    const bytes = primitives.shake256(length, name, Uint8Array.of(count >> 8, count & 0xff))
    count++
    return bytes
  }
}

/** The draws of a recording, one after the other. */
export function recordedRandomness(draws: readonly string[]): Randomness & { left(): number } {
  const rest = [...draws]
  const random = (length: number): Uint8Array => {
    const draw = rest.shift()
    if (draw === undefined || draw.length !== 2 * length) {
      throw new Error(`Cannot draw ${length} bytes: the recording has ${draw}`)
    }
    return fromHex(draw)
  }
  return Object.assign(random, { left: () => rest.length })
}

export const noRandomness: Randomness = () => {
  throw new Error('Cannot draw: nothing here should')
}

export interface TestDevice {
  readonly local: LocalDevice
  readonly signed: SignedPrekey
  readonly kyber: KyberPrekey
  readonly oneTime: OneTimePrekey
  readonly random: Randomness
}

export function testDevice(
  name: string,
  options: { readonly deviceId?: number; readonly identity?: CurveKeyPair } = {},
): TestDevice {
  const { deviceId = 1 } = options
  const random = randomnessOf(`${name}.${deviceId}`)
  const identity = options.identity ?? generateCurveKeyPair(primitives, random)
  const [oneTime] = generateOneTimePrekeys(primitives, 11, 1, random)
  if (oneTime === undefined) throw new Error('Cannot make device: there is no one-time prekey')
  return {
    local: { address: { name, deviceId }, identity, registrationId: 1000 + deviceId },
    signed: generateSignedPrekey(primitives, identity, 22, nowMillis, random),
    kyber: generateKyberPrekey(
      primitives,
      identity,
      { id: 33, nowMillis, isLastResort: false },
      random,
    ),
    oneTime,
    random,
  }
}

export function bundleOf(device: TestDevice, withOneTimePrekey = true): PrekeyBundle {
  const { local, signed, kyber, oneTime } = device
  return {
    registrationId: local.registrationId,
    deviceId: local.address.deviceId,
    identityKey: local.identity.publicKey,
    signedPrekey: {
      id: signed.id,
      publicKey: signed.keyPair.publicKey,
      signature: signed.signature,
    },
    kyberPrekey: {
      id: kyber.id,
      publicKey: kyber.keyPair.publicKey,
      signature: kyber.signature,
    },
    oneTimePrekey: withOneTimePrekey
      ? { id: oneTime.id, publicKey: oneTime.keyPair.publicKey }
      : undefined,
  }
}

export function prekeysOf({ signed, kyber, oneTime }: TestDevice): OwnPrekeys {
  return { signed, kyber, oneTime }
}

/** One side of a conversation: a device and its record for one peer. */
export class TestSide {
  record: SessionRecord | undefined
  readonly device: TestDevice
  readonly remote: ProtocolAddress
  readonly #primitives: Primitives

  constructor(device: TestDevice, remote: ProtocolAddress, provider = primitives) {
    this.device = device
    this.remote = remote
    this.#primitives = provider
  }

  start(peer: TestDevice, withOneTimePrekey = true, at = nowMillis): RecordStep {
    const { local, random } = this.device
    const bundle = bundleOf(peer, withOneTimePrekey)
    const { remote, record } = this
    const input = { local, remote, bundle, record, nowMillis: at }
    const step = processBundle(this.#primitives, input, random)
    this.record = step.record
    return step
  }

  send(text: string, at = nowMillis): CiphertextMessage {
    const step = this.encrypt(text, at)
    this.record = step.record
    return step.message
  }

  encrypt(text: string, at = nowMillis): Encrypted {
    const plaintext = new TextEncoder().encode(text)
    const { remote, record } = this
    const local = this.device.local.address
    const input = { local, remote, record, plaintext, nowMillis: at }
    return encrypt(this.#primitives, input, this.device.random)
  }

  receive(message: CiphertextMessage): string {
    const step = this.decrypt(message)
    this.record = step.record
    return new TextDecoder().decode(step.plaintext)
  }

  decrypt(message: CiphertextMessage): Decrypted {
    const { remote, record, device } = this
    const isNeeded =
      message.type === 'prekey' &&
      prekeysNeededBy(record, parsePreKeySignalMessage(message.bytes)) !== undefined
    const prekeys = isNeeded ? prekeysOf(device) : noPrekeys
    return decrypt(
      this.#primitives,
      { local: device.local, remote, record, message, prekeys },
      device.random,
    )
  }
}

/** Two sides that know each other's address and nothing else. */
export function testPair(
  first = testDevice('+14151111111'),
  second = testDevice('+14152222222'),
): readonly [TestSide, TestSide] {
  return [new TestSide(first, second.local.address), new TestSide(second, first.local.address)]
}

/** Two sides with a session that both have used. */
export function testConversation(): readonly [TestSide, TestSide] {
  const pair = testPair()
  const [alice, bob] = pair
  alice.start(bob.device)
  bob.receive(alice.send('hello'))
  alice.receive(bob.send('hello yourself'))
  return pair
}

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits)
}

export function toHex(bytes: Uint8Array): string {
  return bytes.toHex()
}

/** Where a part begins, -1 if it is nowhere. */
export function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  return bytes.findIndex((_, at) => part.every((byte, i) => bytes[at + i] === byte))
}

/** A copy that is as treacherous as Node's Buffer: a `slice` of it is a view. */
export function bufferOf(bytes: Uint8Array): Uint8Array {
  return SharingBytes.from(bytes)
}

class SharingBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end)
  }
}

/** A copy with one bit of one byte turned. */
export function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] as number) ^ bit
  return copy
}

/** The code of the SignalError that something throws, 'nothing' if it throws nothing; other errors pass. */
export function codeOf(action: () => unknown): string {
  try {
    action()
    return 'nothing'
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code)
    throw error
  }
}
