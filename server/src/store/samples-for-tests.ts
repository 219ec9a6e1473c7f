/**
 * @module What the suites of the store are made of: ids, envelopes and accounts that no other test has.
 */
import type { AccountId, ChannelId, EnvelopeId, IdentityKey, MailboxId } from '@sotto/wire'
import type { ChannelPost, HistoryLimits, JoinRequest, NewChannel } from '#store/channels.ts'
import type {
  DepositLimits,
  FleetingLimits,
  MailboxStore,
  NewAccount,
  NewEnvelope,
  Store,
} from '#store/store.ts'

export interface Backend {
  /** An empty store, closed when the test ends. */
  open(): Promise<Store>
  /** A store that other tests use as well, for those that touch nothing but what they made: opening one takes time. */
  shared(): Promise<Store>
  /** What the same data looks like to the next process; undefined for backends that forget. */
  reopen: ((store: Store) => Promise<Store>) | undefined
}

export const roomy: DepositLimits = { maxEnvelopes: 1000, maxBytes: 1 << 30, whenFull: 'refuse' }
export const boundless: FleetingLimits = { ...roomy, maxTotalBytes: Number.POSITIVE_INFINITY }
export const now = 1_800_000_000_000
export const later = now + 86_400_000

let drawn = 0
/** Bytes that no other call of this run returns. */
export function fresh(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(0, ++drawn)
  bytes.fill(drawn & 0xff, 4)
  return bytes
}
export const freshMailbox = (): MailboxId => Buffer.from(fresh(32)).toString('hex') as MailboxId
export const freshId = (): EnvelopeId => fresh(16) as EnvelopeId
export const freshIdentity = (): IdentityKey => fresh(32) as IdentityKey
export const freshChannel = (): ChannelId => fresh(32) as ChannelId
export const freshAccount = (): AccountId => fresh(16) as AccountId

export function envelopeTo(
  mailbox: MailboxId,
  text: string,
  changes: Partial<NewEnvelope> = {},
): NewEnvelope {
  return {
    mailbox,
    id: freshId(),
    idMayRepeat: false,
    kind: 2,
    sender: new Uint8Array(16).fill(7),
    body: new TextEncoder().encode(text),
    acceptedAtMillis: now,
    expiresAtMillis: later,
    ...changes,
  }
}

export function newAccount(username: string, changes: Partial<NewAccount> = {}): NewAccount {
  return {
    account: freshAccount(),
    mailbox: freshMailbox(),
    username,
    passwordHash: '$argon2id$test',
    prekeys: {
      identity: { publicKey: fresh(33), registrationId: 42 },
      signed: { keyId: 1, publicKey: fresh(33), signature: fresh(64) },
      oneTime: [1, 2, 3].map((keyId) => ({ keyId, publicKey: fresh(33) })),
    },
    session: { family: fresh(16), tokenHash: fresh(32), expiresAtMillis: later },
    ...changes,
  }
}

export async function textsIn(
  store: Store,
  mailbox: MailboxId,
  changes: { after?: number; maxEnvelopes?: number; maxBytes?: number; nowMillis?: number } = {},
): Promise<string[]> {
  const query = { after: 0, maxEnvelopes: 10_000, maxBytes: 1 << 30, nowMillis: now, ...changes }
  const { envelopes } = await store.mailboxes.collect(mailbox, query)
  return envelopes.map((envelope) => new TextDecoder().decode(envelope.body))
}

export async function withMailbox(backend: Backend): Promise<{ store: Store; mailbox: MailboxId }> {
  return mailboxIn(await backend.open())
}

/** The same backend, whose mailboxes are fleeting: for what both kinds promise. */
export function fleetingOnly(backend: Backend): Backend {
  return {
    open: async () => withFleeting(await backend.open()),
    shared: async () => withFleeting(await backend.shared()),
    reopen: undefined,
  }
}

function withFleeting(store: Store): Store {
  const { mailboxes } = store
  const fleeting: MailboxStore = {
    open: async () => undefined,
    async deposit(envelope, limits) {
      const outcome = await mailboxes.depositFleeting(envelope, { ...boundless, ...limits })
      if (outcome.kind === 'storage-full') throw new TypeError('There is no bound')
      return outcome
    },
    depositFleeting: (envelope, limits) => mailboxes.depositFleeting(envelope, limits),
    collect: (mailbox, query) => mailboxes.collect(mailbox, query),
    acknowledge: (mailbox, ids) => mailboxes.acknowledge(mailbox, ids),
    purge: (mailbox) => mailboxes.purge(mailbox),
    expire: (nowMillis, limit) => mailboxes.expire(nowMillis, limit),
    count: () => mailboxes.count(),
  }
  return { ...store, mailboxes: fleeting }
}

export async function mailboxIn(store: Store): Promise<{ store: Store; mailbox: MailboxId }> {
  const mailbox = freshMailbox()
  await store.mailboxes.open(mailbox)
  return { store, mailbox }
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function hex(bytes: Uint8Array | undefined): string | undefined {
  return bytes && hexOf(bytes)
}

export const keepsAll: HistoryLimits = { maxMessages: 100_000, maxBytes: 1 << 30 }

export function newChannel(changes: Partial<NewChannel> = {}): NewChannel {
  return {
    channel: freshChannel(),
    metadata: fresh(32),
    access: 'public',
    nowMillis: now,
    ...changes,
  }
}

export function joinOf(
  channel: ChannelId,
  identity: IdentityKey,
  changes: Partial<JoinRequest> = {},
): JoinRequest {
  return {
    channel,
    identity,
    inviteHash: undefined,
    ifMissing: undefined,
    maxMembers: 100,
    nowMillis: now,
    ...changes,
  }
}

export function postBy(
  channel: ChannelId,
  sender: IdentityKey,
  text: string,
  changes: Partial<ChannelPost> = {},
): ChannelPost {
  return {
    channel,
    sender,
    id: fresh(16),
    body: new TextEncoder().encode(text),
    bucket: 3,
    acceptedAtMillis: now,
    expiresAtMillis: later,
    ...changes,
  }
}

/** A channel with these many members who entered; the first is its owner. */
export async function channelIn(
  store: Store,
  size = 1,
): Promise<{ store: Store; channel: ChannelId; members: IdentityKey[] }> {
  const channel = freshChannel()
  const members = Array.from({ length: size }, freshIdentity)
  for (const [index, member] of members.entries()) {
    await store.identities.enter(member, freshMailbox(), undefined)
    if (index === 0) await store.channels.create(newChannel({ channel }), member)
    else await store.channels.join(joinOf(channel, member))
  }
  return { store, channel, members }
}

/** What is at this place of a list that a test made itself. */
export function at<Item>(items: readonly Item[], index: number): Item {
  const item = items[index]
  if (item === undefined) throw new RangeError(`Cannot take item: ${index} of ${items.length}`)
  return item
}
