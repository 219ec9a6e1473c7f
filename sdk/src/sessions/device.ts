/**
 * @module This device, as the steps of sessions know it, and how peers are called there.
 */
import type { Primitives } from '@sotto/primitives'
import {
  signalKeyOf,
  type Identity,
  type LocalDevice,
  type ProtocolAddress,
  protocolAddress,
} from '@sotto/signal'
import type { Clock, Randomness } from '#ports/clock.ts'

/** An identity has one device at a time: whoever restores from the phrase takes its place. */
export const onlyDevice = 1

/** What every step of a session needs besides its state. */
export interface Device {
  readonly primitives: Primitives
  readonly random: Randomness
  readonly clock: Clock
  readonly identity: Identity
  readonly local: LocalDevice
  /** What stands for a text where a stranger with the disk may look: always the same, and nobody else can make it. */
  readonly hide: (text: string) => string
  /** The Signal key of an identity in hex. Undefined when the identity is no point of the curve. */
  readonly signalKey: (identity: string) => Uint8Array | undefined
}

export function deviceOf(
  { primitives, random, clock, hide }: Pick<Device, 'primitives' | 'random' | 'clock' | 'hide'>,
  identity: Identity,
  registrationId: number,
): Device {
  const name = identity.ed25519PublicKey.toHex()
  const address = protocolAddress(name, onlyDevice)
  const local = { address, identity: identity.keyPair, registrationId }
  const signalKey = (of: string): Uint8Array | undefined =>
    signalKeyOf(primitives, Uint8Array.fromHex(of))
  return {
    primitives,
    random,
    clock,
    hide: remembered(hide),
    signalKey: remembered(signalKey),
    identity,
    local,
  }
}

/** Of an identity in hex. */
export function remoteAddress(identity: string, device: number = onlyDevice): ProtocolAddress {
  return protocolAddress(identity, device)
}

/** The id of a peer's session among the records. */
export function sessionId({ hide }: Pick<Device, 'hide'>, remote: ProtocolAddress): string {
  return hide(`session/${remote.name}.${remote.deviceId}`)
}

const maxRemembered = 4096

/** Both are asked for with every message, and cost more than all else of it together. The oldest goes first. */
function remembered<Value>(work: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const value = work(text)
    if (known.size >= maxRemembered) {
      for (const oldest of known.keys()) {
        known.delete(oldest)
        break
      }
    }
    known.set(text, value)
    return value
  }
}
