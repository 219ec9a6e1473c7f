/**
 * @module Of a round for a channel: what the user wants to stand in the chain is written there, and what stands there is done
 * at the relay.
 */
import { chains, changeChannel, channels } from '#channels/channel.ts'
import { endChannel } from '#channels/end.ts'
import { makeRecord } from '#channels/make-record.ts'
import { takeRecord } from '#channels/take-record.ts'
import { channelOf, passing, relayName, type Visit } from '#channels/visit.ts'
import { readRecords } from '#channels/visit-records.ts'
import {
  dropWish,
  firstWish,
  keepMade,
  type MadeForPlace,
  type QueuedWish,
} from '#channels/wishes.ts'
import { isSottoError, SottoError } from '#errors.ts'
import type { Work } from '#state/work.ts'

export async function doWishes(visit: Visit): Promise<void> {
  const { engine, door, id, signal, resolve } = visit
  const { state } = engine
  for (;;) {
    const [channel, wish] = [await channelOf(visit), await firstWish(state, id)]
    if (channel === undefined || wish === undefined) return
    if (channel.stage === 'left' || channel.stage === 'removed') return
    const made = await madeFor(visit, wish)
    if (made === undefined) continue
    const sealed = Uint8Array.fromHex(made.sealed)
    const { place } = channel
    const appended = await door.appendRecord(relayName(channel), sealed, place, signal)
    if (appended.kind === 'full') {
      await state.change(async (work) => dropWish(work, wish.id))
      resolve(wish.id, { kind: 'failed', code: 'relay-refused' })
    } else if (appended.kind === 'appended' && appended.number === place + 1) {
      await state.change((work) => takeRecord(work, engine, id, place + 1, sealed))
    } else {
      await readRecords(visit)
      const isSame = (await channelOf(visit))?.place === place
      if (isSame)
        throw new SottoError('bad-answer', 'The relay keeps records that it does not show')
    }
  }
}

/** Made before, if the chain is as it was then. Undefined when the chain would not take it: then it is wished no more. */
async function madeFor(
  { engine, id, resolve }: Visit,
  wish: QueuedWish,
): Promise<MadeForPlace | undefined> {
  const outcome = await engine.state.change(async (work) => {
    const [channel, state] = [await channels.get(work, id), await chains.get(work, id)]
    if (channel === undefined) return undefined
    const { made } = wish
    const isFirst = made?.number === 1
    const fits = made?.number === (state?.number ?? 0) + 1 && made.previous === state?.hash
    if (made !== undefined && (isFirst || fits)) return { kind: 'made', made } as const
    const fresh = await makeRecord(work, engine.device, channel, state, wish.wish)
    if (fresh.kind === 'made') {
      keepMade(work, wish, fresh.made)
      return fresh
    }
    dropWish(work, wish.id)
    // Who cannot come in is no member at the relay either.
    if (wish.wish.kind === 'join') await turnAway(work, engine, id)
    return fresh
  })
  if (outcome?.kind === 'refused') resolve(wish.id, outcome)
  return outcome?.kind === 'made' ? outcome.made : undefined
}

async function turnAway(work: Work, engine: Visit['engine'], id: string): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel?.stage !== 'joining') return
  await changeChannel(work, id, { chores: [{ kind: 'leave' }] })
  await endChannel(work, engine, id, 'left')
}

/** What the relay refuses is none of our business any more: the chain counts. */
export async function doChores(visit: Visit): Promise<void> {
  const { engine, door, id, signal } = visit
  for (;;) {
    const channel = await channelOf(visit)
    const chore = channel?.chores[0]
    if (channel === undefined || chore === undefined) return
    const name = relayName(channel)
    try {
      if (chore.kind === 'leave') await door.leaveChannel(name, signal)
      else {
        const who = Uint8Array.fromHex(chore.identity)
        if (chore.kind === 'ban') await door.banUser(name, who, signal)
        else if (chore.kind === 'unban') await door.unbanUser(name, who, signal)
        else await door.setRole(name, who, chore.role, signal)
      }
    } catch (error) {
      if (!isSottoError(error) || passing.has(error.code)) throw error
    }
    await engine.state.change(async (work) => {
      const now = await channels.get(work, id)
      if (now !== undefined) await changeChannel(work, id, { chores: now.chores.slice(1) })
    })
  }
}
