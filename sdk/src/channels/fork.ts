/**
 * @module There is another chain than ours: the user sees it, and nothing is sent until an admin goes on with ours. Nothing
 * is merged, because nobody here can know which one is right.
 */
import { chains, channels } from '#channels/channel.ts'
import { tellChanged } from '#channels/tell.ts'
import type { Engine } from '#engine.ts'
import { addNotice } from '#messages/compose.ts'
import type { Work } from '#state/work.ts'

/** `by` has signed what does not fit, or names it. */
export async function noteFork(work: Work, engine: Engine, id: string, by: string): Promise<void> {
  const channel = await channels.get(work, id)
  const state = await chains.get(work, id)
  if (channel === undefined || state === undefined || channel.fork !== undefined) return
  channels.put(work, id, { ...channel, fork: { number: state.number, by } })
  await addNotice(work, engine, id, { kind: 'forked' }, by, false)
  tellChanged(work, engine, id)
}
