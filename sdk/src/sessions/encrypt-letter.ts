/**
 * @module One content for one peer: a step of the ratchet, then the letter that says whose it is, sealed to the peer and
 * padded. The session's new state is in the work; nothing may leave before that is written.
 */
import { encrypt, type PrekeyBundle, processBundle, type ProtocolAddress } from '@sotto/signal'
import { sealInfo, sealTo } from '@sotto/veil/seal/seal'
import { writeLetter } from '@sotto/wire/content'
import { type Device, onlyDevice } from '#sessions/device.ts'
import { loadSession, storeSession } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

/** Where a letter goes. */
export interface Recipient {
  readonly remote: ProtocolAddress
  /** X25519, 32 bytes. */
  readonly sealKey: Uint8Array
  /** The address of the mailbox, 32 bytes. */
  readonly address: Uint8Array
}

export interface SealedLetter {
  /** What travels, a step of the ladder long. */
  readonly payload: Uint8Array
  /** What the other side calls it when it cannot read it, 16 bytes. */
  readonly digest: Uint8Array
}

const digestBytes = 16

/** Throws a `SignalError` 'session-not-found' when a bundle is needed first. */
export async function encryptLetter(
  work: Work,
  device: Device,
  { remote, sealKey, address }: Recipient,
  plaintext: Uint8Array,
): Promise<SealedLetter> {
  const { primitives, random, clock, local, identity } = device
  const record = await loadSession(work, device, remote)
  const step = encrypt(
    primitives,
    { local: local.address, remote, record, plaintext, nowMillis: clock.now() },
    random,
  )
  storeSession(work, device, remote, step.record, step.wipe)
  const { type, bytes } = step.message
  const letter = writeLetter({
    sender: identity.ed25519PublicKey,
    device: onlyDevice,
    kind: type,
    body: bytes,
  })
  const payload = await sealTo(primitives, random, sealKey, sealInfo, address, letter)
  if (payload === undefined) throw new TypeError('Cannot seal: the key of the recipient is none')
  return { payload, digest: digestOf(device, bytes) }
}

export function digestOf({ primitives }: Pick<Device, 'primitives'>, body: Uint8Array): Uint8Array {
  return primitives.sha256(body).slice(0, digestBytes)
}

/** Makes a session of a bundle whose signatures and identity were checked. */
export async function startSession(
  work: Work,
  device: Device,
  remote: ProtocolAddress,
  bundle: PrekeyBundle,
): Promise<void> {
  const { primitives, random, clock, local } = device
  const record = await loadSession(work, device, remote)
  const input = { local, remote, bundle, record, nowMillis: clock.now() }
  const step = processBundle(primitives, input, random)
  storeSession(work, device, remote, step.record, step.wipe)
}
