/**
 * @module What has to be done about a channel in time: keys of who is gone, and posts that nothing opens.
 */
import { changeChannel, chains, channels, type StoredChannel } from '#channels/channel.ts'
import { hearingOf } from '#channels/heard.ts'
import { forgetPeer, peerId, peerOf } from '#channels/peers.ts'
import { digestOfPost, showLost } from '#channels/take-post.ts'
import { forgetTheirKeys } from '#channels/their-keys.ts'
import {
  askAfterMillis,
  dropWaitingPost,
  lostAfterMillis,
  mayAsk,
  type WaitingPost,
  waitingIn,
} from '#channels/waiting.ts'
import type { Engine } from '#engine.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import type { Work } from '#state/work.ts'

/** Says when there is something to do again; undefined when there is not. */
export async function tidyChannel(
  work: Work,
  engine: Engine,
  id: string,
): Promise<number | undefined> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return undefined
  const dueAt = [
    await forgetGone(work, engine, channel),
    ...(await lookAtWaiting(work, engine, id)),
  ].filter((each) => each !== undefined)
  return dueAt.length === 0 ? undefined : Math.min(...dueAt)
}

async function forgetGone(
  work: Work,
  { device: { clock } }: Engine,
  { id, going }: StoredChannel,
): Promise<number | undefined> {
  const now = clock.now()
  const gone = Object.entries(going).filter(([, until]) => until <= now)
  const left = Object.entries(going).filter(([, until]) => until > now)
  for (const [identity] of gone) {
    const peer = await peerId(work, id, identity)
    if (peer !== undefined) await forgetTheirKeys(work, id, peer)
    await forgetPeer(work, id, identity)
  }
  if (gone.length > 0) await changeChannel(work, id, { going: Object.fromEntries(left) })
  return left.length === 0 ? undefined : Math.min(...left.map(([, until]) => until))
}

async function lookAtWaiting(
  work: Work,
  engine: Engine,
  id: string,
): Promise<readonly (number | undefined)[]> {
  const now = engine.device.clock.now()
  const channel = await channels.get(work, id)
  const state = await chains.get(work, id)
  const dueAt: (number | undefined)[] = []
  for (const post of await waitingIn(work, id)) {
    const isHeard = channel !== undefined && hearingOf(channel, state, post.sender) !== undefined
    const age = now - post.sinceMillis
    if (!isHeard || age >= lostAfterMillis) {
      dropWaitingPost(work, id, post.number)
      await showLost(work, engine, id, post)
    } else {
      if (age >= askAfterMillis) await ask(work, engine, id, post)
      const next = age < askAfterMillis ? askAfterMillis : lostAfterMillis
      dueAt.push(post.sinceMillis + next)
    }
  }
  return dueAt
}

/** We lack their key. They give it with what they say next: an answer at once would tell when they are awake. */
async function ask(work: Work, engine: Engine, id: string, post: WaitingPost): Promise<void> {
  const peer = await peerOf(work, id, post.sender)
  if (peer === undefined) return
  if (!(await mayAsk(work, id, peer.id, engine.device.clock.now()))) return
  await enqueue(work, engine, peer.id, {
    type: 'unreadable',
    ...newContent(engine),
    digests: [digestOfPost(engine, Uint8Array.fromBase64(post.payload))],
    reset: false,
  })
}
