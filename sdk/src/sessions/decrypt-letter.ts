/**
 * @module What is in an envelope: unsealed, then read with the ratchet of whoever sent it. Nothing is thrown for what a
 * stranger can bring about. The session's new state is in the work.
 */
import { equalBytes } from '@sotto/primitives'
import {
  decrypt,
  noPrekeys,
  parsePreKeySignalMessage,
  prekeysNeededBy,
  SignalError,
} from '@sotto/signal'
import { openSealed, sealInfo } from '@sotto/veil/seal/seal'
import { type Letter, readLetter } from '@sotto/wire/content'
import { type Device, remoteAddress } from '#sessions/device.ts'
import { digestOf } from '#sessions/encrypt-letter.ts'
import { loadOwnPrekeys, spendPrekeys } from '#sessions/prekey-records.ts'
import { loadSession, storeSession } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

export async function openLetter(
  { primitives, identity }: Device,
  address: Uint8Array,
  payload: Uint8Array,
): Promise<Letter | undefined> {
  const key = identity.keyPair.privateKey
  const opened = await openSealed(primitives, key, sealInfo, address, payload)
  const letter = opened === undefined ? undefined : readLetter(opened)
  // Nobody writes to themselves.
  const isOwn = letter !== undefined && equalBytes(letter.sender, identity.ed25519PublicKey)
  return isOwn ? undefined : letter
}

export type Decrypted =
  | { readonly kind: 'read'; readonly plaintext: Uint8Array }
  /** Read before. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'unreadable'; readonly digest: Uint8Array }

/** Changes the work only when the letter is read. */
export async function decryptLetter(
  work: Work,
  device: Device,
  letter: Letter,
): Promise<Decrypted> {
  if (letter.kind === 'sender-key') return unreadable(device, letter)
  const message = { type: letter.kind, bytes: letter.body }
  try {
    return await work.attempt(async (inner): Promise<Decrypted> => {
      const { primitives, local, random } = device
      const sender = letter.sender.toHex()
      const remote = remoteAddress(sender, letter.device)
      const record = await loadSession(inner, device, remote)
      const first = message.type === 'prekey' ? parsePreKeySignalMessage(message.bytes) : undefined
      const needed = first === undefined ? undefined : prekeysNeededBy(record, first)
      const prekeys = needed === undefined ? noPrekeys : await loadOwnPrekeys(inner, needed)
      const step = decrypt(primitives, { local, remote, record, message, prekeys }, random)
      storeSession(inner, device, remote, step.record, step.wipe)
      const claimed = device.signalKey(sender)
      const isTheirs = claimed !== undefined && equalBytes(claimed, step.remoteIdentity)
      if (!isTheirs) throw new Unusable()
      if (step.used !== undefined && !(await spendPrekeys(inner, step.used))) throw new Unusable()
      return { kind: 'read', plaintext: step.plaintext }
    })
  } catch (error) {
    if (error instanceof Unusable) return unreadable(device, letter)
    if (!(error instanceof SignalError)) throw error
    if (error.code === 'duplicated-message') return { kind: 'duplicate' }
    if (error.code === 'invalid-state') throw error
    return unreadable(device, letter)
  }
}

/** A letter that says it is somebody else's, or that uses a key a second time. */
class Unusable extends Error {}

function unreadable(device: Device, { body }: Letter): Decrypted {
  return { kind: 'unreadable', digest: digestOf(device, body) }
}
