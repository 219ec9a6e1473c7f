/**
 * @module A record that the relay has shown, taken: into the chain when it fits, with all that follows for this device; and
 * noted when it shows another chain.
 */
import {
  applyRecord,
  type ChainState,
  formerOf,
  memberOf,
  type Refusal,
  showsAnother,
} from '#channels/chain.ts'
import {
  changeChannel,
  channels,
  chains,
  type Chore,
  hashAt,
  putChain,
  type StoredChannel,
} from '#channels/channel.ts'
import { endChannel } from '#channels/end.ts'
import { noteFork } from '#channels/fork.ts'
import { tellChanged } from '#channels/tell.ts'
import { followMembers } from '#channels/peers.ts'
import { openRecord, type SignedRecord } from '#channels/record.ts'
import { dropWish, firstWish } from '#channels/wishes.ts'
import type { Engine } from '#engine.ts'
import { addNotice } from '#messages/compose.ts'
import { conversations } from '#messages/conversation.ts'
import type { Notice } from '#messages/message.ts'
import type { Work } from '#state/work.ts'

/** What somebody said before they went is on its way for so long, as far as we wait for it. */
export const goingMillis: number = 60 * 60 * 1000

export type Taken =
  | { readonly kind: 'applied' | 'known' | 'nothing' }
  | { readonly kind: 'refused'; readonly reason: Refusal }

/** `place` is the relay's; what stands there does not come again. */
export async function takeRecord(
  work: Work,
  engine: Engine,
  id: string,
  place: number,
  sealed: Uint8Array,
): Promise<Taken> {
  const channel = await channels.get(work, id)
  if (channel === undefined || place <= channel.place) return { kind: 'nothing' }
  channels.put(work, id, { ...channel, place })
  const record = openRecord(engine.device.primitives, channel, sealed)
  // Any member can leave anything there.
  return record === undefined ? { kind: 'nothing' } : take(work, engine, id, record)
}

async function take(work: Work, engine: Engine, id: string, record: SignedRecord): Promise<Taken> {
  const before = await chains.get(work, id)
  const number = record.said.type === 'create' ? 1 : record.said.number
  const known = await hashAt(work, id, number)
  await settleWish(work, id, record)
  if (known === record.hash) {
    await noteBegun(work, engine, id)
    return { kind: 'known' }
  }
  const applied = applyRecord(before, record)
  if (applied.kind === 'refused') {
    const isFork =
      applied.reason === 'does-not-follow' &&
      before !== undefined &&
      showsAnother(before, record, known)
    if (isFork) await noteFork(work, engine, id, record.said.identity.toHex())
    return { kind: 'refused', reason: applied.reason }
  }
  putChain(work, id, applied.state)
  await followUp(work, engine, id, record, before, applied.state)
  return { kind: 'applied' }
}

/** What we wanted to stand there does. */
async function settleWish(work: Work, id: string, { hash }: SignedRecord): Promise<void> {
  const wish = await firstWish(work, id)
  if (wish?.made?.hash === hash) dropWish(work, wish.id)
}

/** Our own first record is at the relay. */
async function noteBegun(work: Work, engine: Engine, id: string): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel?.stage !== 'creating') return
  await changeChannel(work, id, { stage: 'member' })
  tellChanged(work, engine, id)
}

async function followUp(
  work: Work,
  engine: Engine,
  id: string,
  record: SignedRecord,
  before: ChainState | undefined,
  state: ChainState,
): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return
  const own = engine.device.local.address.name
  const author = record.said.identity.toHex()
  const wasIn = before !== undefined && memberOf(before, own) !== undefined
  const isIn = memberOf(state, own) !== undefined
  const changed = isIn && !wasIn ? Object.keys(state.members) : changedMembers(before, state)
  await followMembers(work, engine, channel, state, changed)
  const going = goingAfter(engine, channel, before, state, changed)
  const chores = [...channel.chores, ...choresOf(record, state, own)]
  const fork = isGoneOnWith(channel, before, author) ? undefined : channel.fork
  await changeChannel(work, id, { going, chores, fork })

  if (isIn && channel.stage !== 'creating') {
    await changeChannel(work, id, { stage: 'member', token: undefined })
  }
  if (isIn) await setTimer(work, id, state.timerSeconds, engine.device.clock.now())
  // What happened before we came is nobody's news.
  const notice = wasIn || isIn ? noticeOf(record, before, state) : undefined
  if (notice !== undefined) await addNotice(work, engine, id, notice, author, author === own)
  if (wasIn && !isIn) {
    const wasRemoved = formerOf(state, own)?.wasRemoved === true
    await endChannel(work, engine, id, wasRemoved ? 'removed' : 'left')
  }
  tellChanged(work, engine, id)
  work.afterwards(() => engine.wakeUpkeep())
}

/** Who came, went, or reads elsewhere. */
function changedMembers(before: ChainState | undefined, state: ChainState): readonly string[] {
  const old = before?.members ?? {}
  if (old === state.members) return []
  const came = Object.entries(state.members).filter(([identity, member]) => {
    return !Object.hasOwn(old, identity) || old[identity] !== member
  })
  const went = Object.keys(old).filter((identity) => !Object.hasOwn(state.members, identity))
  return [...came.map(([identity]) => identity), ...went]
}

function goingAfter(
  { device: { clock } }: Engine,
  { going }: StoredChannel,
  before: ChainState | undefined,
  state: ChainState,
  changed: readonly string[],
): StoredChannel['going'] {
  const next = { ...going }
  for (const identity of changed) {
    if (memberOf(state, identity) !== undefined) delete next[identity]
    else if (before !== undefined && memberOf(before, identity) !== undefined) {
      next[identity] = clock.now() + goingMillis
    }
  }
  return next
}

/**
 * Whoever wrote the record does at the relay what it says; and whoever made the channel, since the relay lets them do more
 * than others.
 */
function choresOf({ said }: SignedRecord, { creator }: ChainState, own: string): readonly Chore[] {
  if (said.identity.toHex() !== own && creator !== own) return []
  if (said.type === 'leave') return said.identity.toHex() === own ? [{ kind: 'leave' }] : []
  if (said.type === 'remove') return [{ kind: 'ban', identity: said.member.toHex() }]
  if (said.type === 'add') return [{ kind: 'unban', identity: said.member.toHex() }]
  if (said.type !== 'role' || said.member.toHex() === own) return []
  const role = said.role === 'admin' ? 'moderator' : 'member'
  return [{ kind: 'role', identity: said.member.toHex(), role }]
}

/** An admin's record behind a fork says which chain it is. */
function isGoneOnWith(
  { fork }: StoredChannel,
  before: ChainState | undefined,
  author: string,
): boolean {
  if (fork === undefined || before === undefined) return false
  return memberOf(before, author)?.role === 'admin'
}

async function setTimer(
  work: Work,
  id: string,
  timerSeconds: number,
  nowMillis: number,
): Promise<void> {
  const conversation = await conversations.get(work, id)
  if (conversation === undefined || conversation.timerSeconds === timerSeconds) return
  conversations.put(work, id, { ...conversation, timerSeconds, timerSetAtMillis: nowMillis })
}

function noticeOf(
  { said }: SignedRecord,
  before: ChainState | undefined,
  state: ChainState,
): Notice | undefined {
  const author = said.identity.toHex()
  switch (said.type) {
    case 'create':
      return { kind: 'member', identity: author, change: 'created' }
    case 'join': {
      const isNew = before === undefined || memberOf(before, author) === undefined
      return isNew ? { kind: 'member', identity: author, change: 'joined' } : undefined
    }
    case 'add':
      return { kind: 'member', identity: said.member.toHex(), change: 'added' }
    case 'remove':
      return { kind: 'member', identity: said.member.toHex(), change: 'removed' }
    case 'leave':
      return { kind: 'member', identity: author, change: 'left' }
    case 'role':
      return { kind: 'member', identity: said.member.toHex(), change: said.role }
    case 'name':
      return before?.name === state.name ? undefined : { kind: 'name', name: state.name }
    case 'timer':
      return { kind: 'timer', seconds: said.seconds }
    case 'revoke':
    case undefined:
      return undefined
  }
}
