/**
 * @module What somebody can put into another's own mailbox who knows its address and the public key, and not the words: all
 * of a part but its MAC.
 */
import { sealTo } from '@sotto/veil/seal/seal'
import type { Device } from '#sessions/device.ts'
import { selfAddress, splitSnapshot } from '#snapshot/parts.ts'

const info = new TextEncoder().encode('sotto/snapshot/1')

export async function forgedPart(
  device: Pick<Device, 'primitives' | 'identity' | 'random'>,
  counter: number,
  snapshot: Uint8Array,
  mac: (bytes: Uint8Array) => Uint8Array = () => device.random(32),
): Promise<Uint8Array> {
  const [part] = splitSnapshot(device, counter, snapshot)
  if (part === undefined) throw new Error('there is one')
  const bytes = new Uint8Array(45 + snapshot.length + 32)
  const view = new DataView(bytes.buffer)
  bytes[0] = 1
  view.setBigUint64(1, BigInt(counter))
  bytes.set(Uint8Array.fromHex(part.digest), 9)
  view.setUint16(41, 0)
  view.setUint16(43, 1)
  bytes.set(snapshot, 45)
  bytes.set(mac(bytes.slice(0, -32)), 45 + snapshot.length)
  return sealForOwner(device, bytes)
}

export async function sealForOwner(
  device: Pick<Device, 'primitives' | 'identity' | 'random'>,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { primitives, random, identity } = device
  const key = identity.keyPair.publicKey
  const sealed = await sealTo(primitives, random, key, info, selfAddress(device), bytes)
  if (sealed === undefined) throw new Error('the key is one')
  return sealed
}
