/**
 * @module Of a round for a channel: getting in at the relay, and reading the records that it has.
 */
import { chains, changeChannel, channels } from '#channels/channel.ts'
import { endChannel } from '#channels/end.ts'
import { noteFork } from '#channels/fork.ts'
import { lastParked } from '#channels/parked.ts'
import { hearParked } from '#channels/receive-letter.ts'
import { takeRecord } from '#channels/take-record.ts'
import { tellChanged } from '#channels/tell.ts'
import { channelOf, passing, relayName, type Visit } from '#channels/visit.ts'
import { firstWish } from '#channels/wishes.ts'
import { isSottoError } from '#errors.ts'
import type { Work } from '#state/work.ts'

/** Whatever was there before is ours: the id is the hash of a record that we have signed. */
export async function createAtRelay(visit: Visit): Promise<void> {
  const channel = await channelOf(visit)
  if (channel === undefined) return
  await visit.door.createChannel(relayName(channel), new Uint8Array(0), visit.signal)
}

/** False when that will never be. */
export async function joinAtRelay(visit: Visit): Promise<boolean> {
  const { engine, door, id, signal, resolve } = visit
  const channel = await channelOf(visit)
  if (channel?.token === undefined) return false
  try {
    await door.joinChannel(relayName(channel), Uint8Array.fromHex(channel.token), signal)
    return true
  } catch (error) {
    if (!isSottoError(error) || passing.has(error.code)) throw error
    const wish = await firstWish(engine.state, id)
    await engine.state.change((work) => endChannel(work, engine, id, 'left'))
    if (wish !== undefined) resolve(wish.id, { kind: 'failed', code: error.code })
    return false
  }
}

/** All that are new, and then what waited for that. */
export async function readRecords(visit: Visit): Promise<void> {
  const { engine, id, agenda } = visit
  const parked = await lastParked(engine.state, id)
  agenda.needsRecords = false
  try {
    while (await readPage(visit)) {
      // Page by page.
    }
  } catch (error) {
    agenda.needsRecords = true
    throw error
  }
  if (parked !== undefined) {
    await engine.state.change((work) => hearParked(work, engine, id, parked))
  }
  await noteWithheld(visit)
}

/** Says whether there are more. */
async function readPage(visit: Visit): Promise<boolean> {
  const { engine, door, id, signal } = visit
  const channel = await channelOf(visit)
  if (channel === undefined) return false
  const { records, hasMore } = await door.getRecords(relayName(channel), channel.place, signal)
  await engine.state.change(async (work) => {
    for (const { number, record } of records) await takeRecord(work, engine, id, number, record)
    await letIn(work, visit)
  })
  return hasMore
}

/** The relay shows us the channel: whatever it said before, we are no longer shut out. */
async function letIn(work: Work, { engine, id }: Visit): Promise<void> {
  const channel = await channels.get(work, id)
  if (channel?.stage !== 'shut-out') return
  await changeChannel(work, id, { stage: 'member' })
  tellChanged(work, engine, id)
}

/** Somebody has named a record that the relay does not show us. */
async function noteWithheld({ engine, id, agenda }: Visit): Promise<void> {
  const { ahead } = agenda
  agenda.ahead = undefined
  if (ahead === undefined) return
  await engine.state.change(async (work) => {
    const state = await chains.get(work, id)
    if (state !== undefined && state.number < ahead.number) {
      await noteFork(work, engine, id, ahead.by)
    }
  })
}
