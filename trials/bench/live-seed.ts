/**
 * @module What a load of the live door needs before it begins, written through the relay's own store while no relay runs:
 * identities, channels with their members, and messages that wait.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { mailboxOf, onlyDevice } from '@sotto/server/door/mobium/address.ts'
import { openSqliteStore } from '@sotto/server/store/sqlite/open.ts'
import type { NewEnvelope, Store } from '@sotto/server/store/store.ts'
import { parseUuid, type ChannelId, type EnvelopeId, type IdentityKey } from '@sotto/wire'
import { channelOf, livePerson } from '#bench/live-people.ts'

export interface LiveSeed {
  readonly people: number
  /** By name: how many of the people, from the first, are members. */
  readonly channels?: Readonly<Record<string, number>>
  /** Waiting for each of the people. */
  readonly waitingEach?: number
}

/** So many share a commit. */
const atOnce = 256
const lifetimeMillis = 86_400_000
const bodyBytes = 1024
const generous = { maxEnvelopes: 100_000, maxBytes: 2 ** 40, whenFull: 'refuse' } as const

export async function seedLive(dataDirectory: string, seed: LiveSeed): Promise<void> {
  await using store = await openSqliteStore({ path: join(dataDirectory, 'sotto.db') })
  const people = Array.from({ length: seed.people }, (_, i) => identityOf(i))
  await inBatches(people, (identity) =>
    store.identities.enter(identity, mailboxOf(identity, onlyDevice), undefined),
  )
  for (const [name, members] of Object.entries(seed.channels ?? {})) {
    await seedChannel(store, channelOf(name), people.slice(0, members))
  }
  const sender = people[0] ?? identityOf(0)
  for (let i = 0; i < (seed.waitingEach ?? 0); i++) {
    await inBatches(people, async (identity) => {
      const outcome = await store.mailboxes.deposit(envelopeFor(identity, sender), generous)
      if (outcome.kind !== 'stored') throw new Error(`Cannot seed message: ${outcome.kind}`)
    })
  }
}

async function seedChannel(
  store: Store,
  id: Uint8Array,
  members: readonly IdentityKey[],
): Promise<void> {
  const [creator, ...others] = members
  if (creator === undefined) return
  // Any 1 to 64 bytes name a channel.
  const channel = id as ChannelId
  const nowMillis = Date.now()
  const metadata = new Uint8Array(32)
  await store.channels.create({ channel, metadata, access: 'public', nowMillis }, creator)
  await inBatches(others, async (identity) => {
    const maxMembers = members.length
    const how = { inviteHash: undefined, ifMissing: undefined, maxMembers, nowMillis }
    const outcome = await store.channels.join({ channel, identity, ...how })
    if (outcome.kind !== 'joined') throw new Error(`Cannot seed member: ${outcome.kind}`)
  })
}

function envelopeFor(recipient: IdentityKey, sender: IdentityKey): NewEnvelope {
  const id = parseUuid(randomUUID())
  if (id === undefined) throw new TypeError('Cannot seed message: its id is no UUID')
  return {
    mailbox: mailboxOf(recipient, onlyDevice),
    // The text was read as a UUID above.
    id: id as EnvelopeId,
    idMayRepeat: false,
    kind: onlyDevice,
    sender,
    body: randomBytes(bodyBytes),
    acceptedAtMillis: Date.now(),
    expiresAtMillis: Date.now() + lifetimeMillis,
  }
}

function identityOf(index: number): IdentityKey {
  // A public key of Ed25519 is what an identity is.
  return livePerson(index).publicKey as IdentityKey
}

async function inBatches<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < items.length; i += atOnce) {
    await Promise.all(items.slice(i, i + atOnce).map(work))
  }
}
