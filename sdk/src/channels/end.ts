/**
 * @module We are in a channel no more: what waits to be sent is given up, keys go, and what was said stays to be read.
 */
import { changeChannel, channels, type ChannelStage, deleteChannel } from '#channels/channel.ts'
import { forgetOwnKey } from '#channels/own-key.ts'
import { dropParked } from '#channels/parked.ts'
import { dropPeers } from '#channels/peers.ts'
import { dropSealed } from '#channels/sealed-posts.ts'
import { tellChanged } from '#channels/tell.ts'
import { forgetAllKeys } from '#channels/their-keys.ts'
import { dropWaiting } from '#channels/waiting.ts'
import { dropWishes } from '#channels/wishes.ts'
import { dropReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { deletePiece } from '#messages/conversation.ts'
import { dequeue, queuedFor } from '#messages/outbox.ts'
import { setStatus } from '#messages/status.ts'
import type { Work } from '#state/work.ts'

export async function endChannel(
  work: Work,
  engine: Engine,
  id: string,
  stage: Extract<ChannelStage, 'left' | 'removed'>,
): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return
  for (const queued of await queuedFor(work, id, 100_000)) {
    dequeue(work, queued)
    const change = { status: 'failed', reason: 'not-a-member' } as const
    await setStatus(work, engine, id, queued.entry.content, change)
  }
  await changeChannel(work, id, { stage, token: undefined, fork: undefined, going: {} })
  await forgetSecrets(work, engine, id, channel.readingKey)
  tellChanged(work, engine, id)
  work.afterwards(() => engine.wakeUpkeep())
}

/** With everything that was said. */
export async function forgetChannel(work: Work, engine: Engine, id: string): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return
  await forgetSecrets(work, engine, id, channel.readingKey)
  await deleteChannel(work, id)
  while (await deletePiece(work, id)) {
    // Piece by piece: there may be very many messages.
  }
  work.afterwards(() => {
    engine.events.emit({ type: 'conversation-gone', conversation: id })
    engine.wakeUpkeep()
  })
}

async function forgetSecrets(
  work: Work,
  engine: Engine,
  id: string,
  readingKey: string,
): Promise<void> {
  await dropPeers(work, id)
  await dropWishes(work, id)
  await dropWaiting(work, id)
  await dropParked(work, id)
  await dropSealed(work, id)
  await forgetAllKeys(work, id)
  forgetOwnKey(work, id)
  dropReadingKey(work, engine.device, readingKey)
}
