/**
 * @module A letter that comes to our address of a channel. It is from a member, or waits until the chain says whether it is;
 * and it can carry keys, and reports of what could not be read, and nothing else.
 */
import { type Content, type Letter, readContent } from '@sotto/wire/content'
import { chains, channels, type StoredChannel } from '#channels/channel.ts'
import { type Hearing, hearingOf, mayHaveKnown } from '#channels/heard.ts'
import { sendAgainTo } from '#channels/own-key.ts'
import { park, takeParked } from '#channels/parked.ts'
import { peerOf } from '#channels/peers.ts'
import { retryWaiting } from '#channels/take-post.ts'
import { acceptTheirKey } from '#channels/their-keys.ts'
import type { Engine } from '#engine.ts'
import { noteUnreadable, receiveUnreadable, unwrapAgain } from '#messages/healing.ts'
import { decryptLetter } from '#sessions/decrypt-letter.ts'
import type { Work } from '#state/work.ts'

export async function receiveChannelLetter(
  work: Work,
  engine: Engine,
  id: string,
  letter: Letter,
): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return
  const state = await chains.get(work, id)
  const hearing = hearingOf(channel, state, letter.sender.toHex())
  if (hearing !== undefined) await hearLetter(work, engine, channel, hearing, letter)
  else if (await park(work, id, letter)) {
    work.afterwards(() => engine.wakeChannel(id, { isBehind: true }))
  }
}

/** The chain was read: what waited for that, up to `last`, is heard or thrown away. */
export async function hearParked(
  work: Work,
  engine: Engine,
  id: string,
  last: string,
): Promise<void> {
  for (const letter of await takeParked(work, id, last)) {
    const channel = await channels.get(work, id)
    if (channel === undefined) return
    const hearing = hearingOf(channel, await chains.get(work, id), letter.sender.toHex())
    if (hearing !== undefined) await hearLetter(work, engine, channel, hearing, letter)
  }
}

async function hearLetter(
  work: Work,
  engine: Engine,
  channel: StoredChannel,
  hearing: Hearing,
  letter: Letter,
): Promise<void> {
  const identity = letter.sender.toHex()
  const peer = await peerOf(work, channel.id, identity)
  const decrypted = await decryptLetter(work, engine.device, letter)
  if (decrypted.kind === 'duplicate') return
  if (decrypted.kind === 'unreadable') {
    if (peer !== undefined) await noteUnreadable(work, engine, peer, decrypted.digest)
    return
  }
  const read = readContent(decrypted.plaintext)
  if (read.kind !== 'content') return
  const { content } = read
  if (content.type === 'unreadable' && peer !== undefined) {
    // Of what was posted there is no session to begin anew: they lack our key.
    if (content.reset) await receiveUnreadable(work, engine, peer, content)
    else await sendAgainTo(work, channel.id, identity)
  }
  if (content.type === 'again' && peer !== undefined) {
    const unwrapped = await unwrapAgain(work, engine, peer, content)
    if (unwrapped !== undefined) {
      await hearKey(work, engine, channel, hearing, identity, unwrapped.content)
    }
  }
  await hearKey(work, engine, channel, hearing, identity, content)
}

async function hearKey(
  work: Work,
  engine: Engine,
  { id, channel }: StoredChannel,
  hearing: Hearing,
  identity: string,
  content: Content,
): Promise<void> {
  if (content.type !== 'sender_key' || content.channel.toHex() !== channel) return
  // Of who is gone: a key from before.
  if (hearing.until !== undefined && !mayHaveKnown(hearing, content.epoch)) return
  const isTaken = await acceptTheirKey(work, engine.device, id, identity, content)
  if (isTaken) await retryWaiting(work, engine, id, identity)
}
