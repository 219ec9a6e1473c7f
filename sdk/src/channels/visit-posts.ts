/**
 * @module Of a round for a channel: what others have posted is read, in the order of the relay, and what waits here is
 * posted, in the order of writing.
 */
import { chains, changeChannel, channels, type StoredChannel } from '#channels/channel.ts'
import { hearingOf } from '#channels/heard.ts'
import { sealPost } from '#channels/post.ts'
import { dropSealedPost, keepSealed, sealedPost } from '#channels/sealed-posts.ts'
import { takePost } from '#channels/take-post.ts'
import { channelOf, relayName, type Visit } from '#channels/visit.ts'
import { readRecords } from '#channels/visit-records.ts'
import type { Ahead } from '#engine.ts'
import { isSottoError, type SottoError } from '#errors.ts'
import { bodyOf, dequeue, isQueued, type Queued, queuedFor } from '#messages/outbox.ts'
import { setStatus } from '#messages/status.ts'
import type { HistoryMessage, HistoryPage } from '#relay/live/requests.ts'

const postsInOneWrite = 100

export async function readPosts(visit: Visit): Promise<void> {
  const { door, agenda, signal } = visit
  for (;;) {
    const channel = await channelOf(visit)
    if (channel === undefined || channel.stage !== 'member') return
    const { pushed } = agenda
    const next = nextOf(pushed, channel.seen)
    if (!agenda.needsHistory && next.length === 0) {
      if (pushed.size === 0) return
      agenda.needsHistory = true
    }
    const before = [...pushed.keys()]
    const page = agenda.needsHistory
      ? await door.getHistory(relayName(channel), channel.seen, postsInOneWrite, signal)
      : { messages: next, nextAfterId: channel.seen, hasMore: false }
    if (await hasStranger(visit, channel, page.messages)) await readRecords(visit)
    const ahead = await takePage(visit, page)
    const isAll = agenda.needsHistory && !page.hasMore
    if (isAll) agenda.needsHistory = false
    const seen = (await channelOf(visit))?.seen ?? 0
    for (const number of pushed.keys()) if (number <= seen) pushed.delete(number)
    // What the history does not have was never posted.
    if (isAll) for (const number of before) pushed.delete(number)
    if (ahead === undefined) continue
    agenda.ahead = ahead
    await readRecords(visit)
  }
}

/** Says who knows most of the chain, if anybody knows more than we do. */
async function takePage({ engine, id }: Visit, page: HistoryPage): Promise<Ahead | undefined> {
  return engine.state.change(async (work) => {
    let found: Ahead | undefined
    for (const each of page.messages) {
      const one = await takePost(work, engine, id, each)
      if (one !== undefined && one.number > (found?.number ?? 0)) found = one
    }
    const now = await channels.get(work, id)
    if (now !== undefined && page.nextAfterId > now.seen) {
      await changeChannel(work, id, { seen: page.nextAfterId })
    }
    return found
  })
}

/** Somebody whom the chain may have by now. */
async function hasStranger(
  { engine }: Visit,
  channel: StoredChannel,
  posts: readonly HistoryMessage[],
): Promise<boolean> {
  const state = await chains.get(engine.state, channel.id)
  return posts.some(({ sender }) => hearingOf(channel, state, sender.toHex()) === undefined)
}

/** What follows each other from here, without a gap. */
function nextOf(
  pushed: ReadonlyMap<number, HistoryMessage>,
  seen: number,
): readonly HistoryMessage[] {
  const found: HistoryMessage[] = []
  for (let number = seen + 1; found.length < postsInOneWrite; number++) {
    const post = pushed.get(number)
    if (post === undefined) break
    found.push(post)
  }
  return found
}

export async function postWaiting(visit: Visit): Promise<void> {
  const { engine, door, id, signal } = visit
  for (;;) {
    const [queued] = await queuedFor(engine.state, id, 1)
    const payload = queued && (await sealed(visit, queued))
    const channel = await channelOf(visit)
    if (queued === undefined || payload === undefined || channel === undefined) return
    const clientId = Uint8Array.fromHex(queued.entry.content)
    try {
      const posted = await door.postToChannel(relayName(channel), payload, clientId, signal)
      await notePosted(visit, queued, posted.id)
    } catch (error) {
      if (!isSottoError(error) || signal.aborted) throw error
      await noteFailed(visit, queued, error)
    }
  }
}

/** Encrypted before, if nobody was taken out since. Undefined when nothing may be sent now. */
async function sealed({ engine, id }: Visit, queued: Queued): Promise<Uint8Array | undefined> {
  return engine.state.change(async (work) => {
    const [channel, state] = [await channels.get(work, id), await chains.get(work, id)]
    if (channel?.stage !== 'member' || channel.fork !== undefined) return undefined
    if (state === undefined || !(await isQueued(work, queued))) return undefined
    const before = await sealedPost(work, queued.id)
    if (before?.epoch === state.epoch) return Uint8Array.fromBase64(before.payload)
    const content = await bodyOf(work, queued.id)
    if (content === undefined) return undefined
    const payload = await sealPost(work, engine, id, state, content)
    keepSealed(work, queued.id, payload, state.epoch)
    return payload
  })
}

async function notePosted({ engine, id }: Visit, queued: Queued, number: number): Promise<void> {
  await engine.state.change(async (work) => {
    dequeue(work, queued)
    dropSealedPost(work, queued.id)
    await setStatus(work, engine, id, queued.entry.content, { status: 'accepted' })
    const channel = await channels.get(work, id)
    if (channel?.seen === number - 1) await changeChannel(work, id, { seen: number })
  })
}

async function noteFailed({ engine, id }: Visit, queued: Queued, error: SottoError): Promise<void> {
  const { code } = error
  const isForGood = code === 'message-too-long'
  await engine.state.change(async (work) => {
    if (isForGood) {
      dequeue(work, queued)
      dropSealedPost(work, queued.id)
    }
    const status = isForGood ? 'failed' : 'queued'
    await setStatus(work, engine, id, queued.entry.content, { status, reason: code })
  })
  if (!isForGood) throw error
}
