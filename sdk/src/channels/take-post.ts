/**
 * @module What somebody has posted in a channel, taken: opened, if we have the key, and done; or kept until we do.
 */
import { readContent } from '@sotto/wire/content'
import { type ChainState, memberOf } from '#channels/chain.ts'
import { changeChannel, chains, channels, hashAt, type StoredChannel } from '#channels/channel.ts'
import { noteFork } from '#channels/fork.ts'
import { type Hearing, hearingOf, mayHaveKnown } from '#channels/heard.ts'
import { openPost } from '#channels/their-keys.ts'
import {
  dropWaitingPost,
  maxPostBytes,
  putWaiting,
  type WaitingPost,
  waitingIn,
} from '#channels/waiting.ts'
import type { Ahead, Engine } from '#engine.ts'
import { change, emptied, previewAfter } from '#messages/compose.ts'
import { messageById } from '#messages/message.ts'
import { receiveUnknown, receiveWords } from '#messages/receive-content.ts'
import { show, type Speaker } from '#messages/show.ts'
import type { HistoryMessage } from '#relay/live/requests.ts'
import type { Work } from '#state/work.ts'

const digestBytes = 16

/** Each is taken once, in the order of the relay. Tells when its author knows records that we do not. */
export async function takePost(
  work: Work,
  engine: Engine,
  id: string,
  { id: number, sender, payload, acceptedAtMillis }: HistoryMessage,
): Promise<Ahead | undefined> {
  const channel = await channels.get(work, id)
  if (channel === undefined || number <= channel.seen) return undefined
  await changeChannel(work, id, { seen: number })
  const author = sender.toHex()
  const isOwn = author === engine.device.local.address.name
  if (isOwn || payload.length > maxPostBytes) return undefined
  const state = await chains.get(work, id)
  const hearing = hearingOf(channel, state, author)
  if (state === undefined || hearing === undefined) return undefined
  const opened = await openPost(work, engine.device, channel, author, payload)
  if (opened.kind === 'read') {
    return hear(work, engine, { channel, state, author, hearing }, opened.said)
  }
  if (opened.kind !== 'no-key') return undefined
  const post: WaitingPost = {
    number,
    sender: author,
    acceptedAtMillis,
    payload: payload.toBase64(),
    sinceMillis: engine.device.clock.now(),
  }
  const tooMany = await putWaiting(work, id, post)
  if (tooMany !== undefined) await showLost(work, engine, id, tooMany)
  return undefined
}

/** A key has come: what waited for it is tried again. */
export async function retryWaiting(
  work: Work,
  engine: Engine,
  id: string,
  author: string,
): Promise<void> {
  for (const post of await waitingIn(work, id)) {
    const { number, sender, payload } = post
    if (sender !== author) continue
    const [channel, state] = [await channels.get(work, id), await chains.get(work, id)]
    if (channel === undefined || state === undefined) return
    const hearing = hearingOf(channel, state, author)
    const bytes = Uint8Array.fromBase64(payload)
    const opened = await openPost(work, engine.device, channel, author, bytes)
    if (opened.kind === 'no-key') continue
    dropWaitingPost(work, id, number)
    if (hearing === undefined) continue
    // The key came as it was later on.
    if (opened.kind !== 'read') {
      await showLost(work, engine, id, post)
      continue
    }
    const ahead = await hear(work, engine, { channel, state, author, hearing }, opened.said)
    if (ahead !== undefined) work.afterwards(() => engine.wakeChannel(id, { ahead }))
  }
}

/** It is not tried any more. */
export async function showLost(
  work: Work,
  engine: Engine,
  id: string,
  { sender, payload, acceptedAtMillis }: WaitingPost,
): Promise<void> {
  const named = digestOfPost(engine, Uint8Array.fromBase64(payload)).toHex()
  await show(work, engine, speakerOf(id, sender), {
    id: named,
    kind: 'lost',
    body: '',
    digest: named,
    sentAtMillis: Math.min(acceptedAtMillis, engine.device.clock.now()),
  })
}

/** What its author is told when we lack the key. */
export function digestOfPost({ device }: Pick<Engine, 'device'>, payload: Uint8Array): Uint8Array {
  return device.primitives.sha256(payload).slice(0, digestBytes)
}

interface Post {
  readonly channel: StoredChannel
  readonly state: ChainState
  readonly author: string
  readonly hearing: Hearing
}

async function hear(
  work: Work,
  engine: Engine,
  { channel: { id }, state, author, hearing }: Post,
  said: { readonly number: number; readonly hash: Uint8Array; readonly content: Uint8Array },
): Promise<Ahead | undefined> {
  const { number } = said
  if (!mayHaveKnown(hearing, number)) return undefined
  await receive(work, engine, id, state, author, said.content)
  if (number > state.number) return { number, by: author }
  // Both were shown the same, or one of us was deceived.
  const isSame = (await hashAt(work, id, number)) === said.hash.toHex()
  if (!isSame) await noteFork(work, engine, id, author)
  return undefined
}

async function receive(
  work: Work,
  engine: Engine,
  id: string,
  state: ChainState,
  author: string,
  bytes: Uint8Array,
): Promise<void> {
  const read = readContent(bytes)
  const speaker = speakerOf(id, author)
  if (read.kind === 'unknown') await receiveUnknown(work, engine, speaker, read)
  if (read.kind !== 'content') return
  const { content } = read
  const isOrder = content.type === 'delete' && memberOf(state, author)?.role === 'admin'
  if (isOrder) await deleteForEverybody(work, engine, id, content.target.toHex())
  else await receiveWords(work, engine, speaker, content, {})
}

/** An admin takes away what anybody has said. */
async function deleteForEverybody(
  work: Work,
  engine: Engine,
  id: string,
  target: string,
): Promise<void> {
  const message = await messageById(work, id, target)
  if (message === undefined || message.isDeleted === true || message.kind === 'notice') return
  change(work, engine, emptied(message))
  await previewAfter(work, engine, message)
}

/** Nothing is told of what arrives from them: there are no receipts in channels. */
function speakerOf(id: string, identity: string): Speaker {
  return { id, identity, state: 'peer' }
}
