/**
 * @module A content as it is posted: what its author knows of the chain put around it, encrypted with their sender key, and
 * hidden from the relay.
 */
import { writeSaid } from '@sotto/wire/channels'
import type { ChainState } from '#channels/chain.ts'
import { ownKeyName, readyOwnKey } from '#channels/own-key.ts'
import { placeOfPost } from '#channels/place-of-post.ts'
import { sealForMembers } from '#channels/seal.ts'
import { encryptWith } from '#channels/sender-keys.ts'
import type { Engine } from '#engine.ts'
import type { Work } from '#state/work.ts'

/** Keys that are missing are on their way to members in the same work. `channel` is the id of its conversation. */
export async function sealPost(
  work: Work,
  engine: Engine,
  channel: string,
  state: ChainState,
  content: Uint8Array,
): Promise<Uint8Array> {
  const { device } = engine
  const key = await readyOwnKey(work, engine, channel, state)
  const said = writeSaid({ number: state.number, hash: Uint8Array.fromHex(state.hash), content })
  const name = ownKeyName(channel)
  const message = await encryptWith(work, device, name, key.distributionId, said)
  const place = placeOfPost(state.channel, device.local.address.name)
  const secret = Uint8Array.fromHex(key.secret)
  return sealForMembers(device.primitives, device.random, 'post', secret, place, message)
}
