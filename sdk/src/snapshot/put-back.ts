/**
 * @module Contacts out of a snapshot, put back. Each gets a new address to write to, and is told of it in a new session;
 * what they have written to the old one meanwhile is read for a while, and said again where it cannot be.
 */
import { type Contact, contactOfIdentity, putContact, settings } from '#contacts/contact.ts'
import { sayHello } from '#contacts/hello.ts'
import { newContact } from '#contacts/invitations.ts'
import { dropReadingKeysOf, keepReadingKey } from '#contacts/reading-keys.ts'
import { choose } from '#contacts/settings.ts'
import type { Engine } from '#engine.ts'
import { unknownMembers } from '#snapshot/gather.ts'
import type { KnownContact, KnownSettings, Snapshot } from '#snapshot/snapshot.ts'
import type { Work } from '#state/work.ts'

const oldAddressMillis = 30 * 24 * 60 * 60 * 1000
/** Of contacts: a relay watches 4,096 addresses for one person. */
const mostOldAddresses = 1000

/** Says how many are back. Whoever is known already stays who they are. */
export async function putBack(
  work: Work,
  engine: Engine,
  { contacts, settings: chosen, unknown }: Snapshot,
): Promise<number> {
  await chooseAgain(work, engine, chosen)
  unknownMembers.put(work, unknown)
  let count = 0
  for (const known of contacts) {
    if (await putBackOne(work, engine, known, count < mostOldAddresses)) count++
  }
  work.afterwards(() => engine.wakeUpkeep())
  return count
}

async function putBackOne(
  work: Work,
  engine: Engine,
  known: KnownContact,
  readsOldAddress: boolean,
): Promise<boolean> {
  const { device } = engine
  const { identity, relay, address, name, nickname, state, isBlocked, verifiedAtMillis } = known
  if (identity === device.local.address.name) return false
  const found = await contactOfIdentity(work, device, identity)
  // Who has written meanwhile waits for an answer that was given long ago.
  if (found !== undefined && found.state !== 'request') return false
  const contact: Contact = {
    ...(found ?? newContact(work, engine, { identity, relay, address, name, state })),
    ...{ state, isBlocked, nickname, verifiedAtMillis },
  }
  putContact(work, device, contact)
  if (isBlocked) await dropReadingKeysOf(work, device, contact.id)
  else {
    if (readsOldAddress) {
      const use = { kind: 'contact', contact: contact.id } as const
      const untilMillis = device.clock.now() + oldAddressMillis
      keepReadingKey(work, device, Uint8Array.fromHex(known.readingKey), use, untilMillis)
    }
    await sayHello(work, engine, contact, { accepted: true })
  }
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact }))
  return true
}

/** What was chosen on this machine stays. */
async function chooseAgain(work: Work, engine: Engine, known: KnownSettings): Promise<void> {
  const { name, ...flags } = known
  const now = await settings.get(work)
  await choose(work, engine, { ...flags, ...(now?.name === undefined ? { name } : {}) })
}
