/**
 * @module What follows from a backup that was put back: every session is set aside and a new one begun, and prekeys are
 * replaced. A ratchet that exists twice would use keys twice (docs/decisions/0010). What is on its way is still read.
 */
import { type Contact, contacts, peers } from '#contacts/contact.ts'
import { sayHello } from '#contacts/hello.ts'
import type { Engine } from '#engine.ts'
import { restored } from '#profile/restored.ts'
import { remoteAddress } from '#sessions/device.ts'
import { replaceStock } from '#sessions/stock.ts'
import { setSessionAside } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

/** Contacts in one write. */
const piece = 50

/** Does a piece of it, before anything is sent. True when something is left. */
export async function beginAnew(work: Work, engine: Engine): Promise<boolean> {
  const from = await restored.get(work)
  if (from?.kind !== 'backup') return false
  const { behind } = from
  if (behind === undefined) {
    await replaceStock(work)
    await beginAnewInChannels(work, engine)
  }
  const rows = await contacts.list(work, {
    // Behind an id comes itself with the smallest character added.
    from: behind === undefined ? undefined : `${behind} `,
    limit: piece,
  })
  for (const { value } of rows) await beginAnewWith(work, engine, value)
  const last = rows.at(-1)?.id
  if (rows.length < piece || last === undefined) {
    restored.delete(work)
    return false
  }
  restored.put(work, { kind: 'backup', behind: last })
  return true
}

async function beginAnewWith(work: Work, engine: Engine, contact: Contact): Promise<void> {
  const { identity, changedIdentity, isBlocked, state } = contact
  for (const each of [identity, changedIdentity]) {
    if (each !== undefined) await setSessionAside(work, engine.device, remoteAddress(each))
  }
  // A stranger is told nothing, and neither is who is blocked, or may be somebody else.
  if (isBlocked || state === 'request' || changedIdentity !== undefined) return
  await sayHello(work, engine, contact, { accepted: true })
}

/** Members get our keys with the next post, since those that were in use stayed behind. */
async function beginAnewInChannels(work: Work, engine: Engine): Promise<void> {
  const identities = new Set((await peers.all(work)).map(({ value }) => value.identity))
  for (const identity of identities) {
    await setSessionAside(work, engine.device, remoteAddress(identity))
  }
}
