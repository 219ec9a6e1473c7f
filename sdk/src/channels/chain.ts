/**
 * @module What a chain of records comes to: who the members are, and what the channel is. One pure function, so that everyone
 * who has the same records says the same. Signatures were checked before (`record.ts`); here is who may.
 *
 * Times decide about one thing, when a grant is over, and nobody's clock alone does: an admin's newest record counts
 * beside the record of whoever joins.
 */
import { type ChannelRecordOf, type Grant, maxChannelMembers } from '@sotto/wire/channels'
import type { SignedRecord } from '#channels/record.ts'

/** Admins let in and put out, name, and give roles; all others talk. */
export type Role = 'admin' | 'member'

/** All texts of bytes are hex. */
export interface Member {
  readonly role: Role
  /** Of the record that let them in. */
  readonly since: number
  /** Where they read letters of this channel. Absent until they have said so. */
  readonly address?: string | undefined
  /** What they call themselves. */
  readonly name?: string | undefined
}

/** Somebody who was a member. */
export interface Former {
  /** Of the record that took them out. */
  readonly until: number
  /** No invitation lets them in again. */
  readonly wasRemoved: boolean
}

export interface ChainState {
  readonly channel: string
  /** Of the last record. */
  readonly number: number
  readonly hash: string
  readonly creator: string
  /** Of the last record that took somebody out, or of the first: sender keys from before are over. */
  readonly epoch: number
  readonly members: Readonly<Record<string, Member>>
  readonly former: Readonly<Record<string, Former>>
  /** How often each grant was used, by its author and its id. */
  readonly grants: Readonly<Record<string, number>>
  /** Grants whose author knew fewer records than so many are void. */
  readonly revokedBefore: number
  /** When the newest record of an admin was made, as it says. */
  readonly adminMillis: number
  readonly name: string
  readonly picture?: string | undefined
  readonly timerSeconds: number
  /** There are records in it that only a newer version understands. */
  readonly needsNewer: boolean
}

export type Refusal =
  /** Something else than the first record where there is no chain; or a first one, or of another, where there is. */
  | 'not-first'
  /** Another number, or another record before it, than the chain goes on with. */
  | 'does-not-follow'
  /** Its author is no member. */
  | 'not-a-member'
  | 'not-an-admin'
  /** Whom it is about is no member. */
  | 'no-such-member'
  | 'is-a-member'
  /** An admin has removed them, and none has let them back. */
  | 'was-removed'
  /** None, or nobody has signed it who is an admin, or it is of another channel. */
  | 'no-grant'
  | 'grant-revoked'
  | 'grant-used'
  | 'grant-over'
  | 'full'
  /** Somebody has to be able to let in and to put out, as long as there is somebody. */
  | 'last-admin'
  | 'is-self'
  | 'changes-nothing'

export type Applied =
  | { readonly kind: 'applied'; readonly state: ChainState }
  | { readonly kind: 'refused'; readonly reason: Refusal }

/** What was written just before the end still counts. */
export const grantGraceMillis: number = 24 * 60 * 60 * 1000

/** The state is undefined before the first record. What is refused changes nothing. */
export function applyRecord(state: ChainState | undefined, record: SignedRecord): Applied {
  const { said } = record
  if (state === undefined) {
    return said.type === 'create' ? applied(begin(record, said)) : refused('not-first')
  }
  if (said.type === 'create' || record.channel !== state.channel) return refused('not-first')
  if (said.number !== state.number + 1 || said.previous.toHex() !== state.hash) {
    return refused('does-not-follow')
  }
  const author = said.identity.toHex()
  const member = memberOf(state, author)
  const outcome = follow(state, record, said, author)
  if (typeof outcome === 'string') return refused(outcome)
  return applied({
    ...state,
    ...outcome,
    number: said.number,
    hash: record.hash,
    adminMillis: member?.role === 'admin' ? said.at : state.adminMillis,
  })
}

/** Own properties only: identities come from others. */
export function memberOf(state: ChainState, identity: string): Member | undefined {
  return Object.hasOwn(state.members, identity) ? state.members[identity] : undefined
}

export function formerOf(state: ChainState, identity: string): Former | undefined {
  return Object.hasOwn(state.former, identity) ? state.former[identity] : undefined
}

/**
 * Of a record that does not follow: whether somebody who belongs to the channel has signed it, so that there is another
 * chain than the one that we know. `hashAt` is what stands in a place of ours.
 */
export function showsAnother(
  state: ChainState,
  { said, hash, grant }: SignedRecord,
  hashAt: string | undefined,
): boolean {
  if (said.type === 'create' || hash === hashAt) return false
  const isInvited = grant !== undefined && memberOf(state, grant.identity.toHex())?.role === 'admin'
  return isInvited || memberOf(state, said.identity.toHex()) !== undefined
}

/** What changes, or why nothing does. */
type Outcome = Partial<ChainState> | Refusal

type Later = Exclude<SignedRecord['said'], ChannelRecordOf<'create'>>

function begin({ channel, hash }: SignedRecord, first: ChannelRecordOf<'create'>): ChainState {
  const creator = first.identity.toHex()
  const member: Member = {
    role: 'admin',
    since: 1,
    address: first.address.toHex(),
    name: first.own_name,
  }
  return {
    channel,
    number: 1,
    hash,
    creator,
    epoch: 1,
    members: { [creator]: member },
    former: {},
    grants: {},
    revokedBefore: 0,
    adminMillis: first.at,
    name: first.name,
    picture: first.picture?.toHex(),
    timerSeconds: 0,
    needsNewer: false,
  }
}

function follow(state: ChainState, record: SignedRecord, said: Later, author: string): Outcome {
  if (said.type === 'join') return join(state, record, said, author)
  const member = memberOf(state, author)
  if (member === undefined) return 'not-a-member'
  // Only its place is understood.
  if (said.type === undefined) return { needsNewer: true }
  if (said.type === 'leave') return leave(state, said.number, author)
  if (member.role !== 'admin') return 'not-an-admin'
  switch (said.type) {
    case 'add':
      return add(state, said)
    case 'remove':
      return remove(state, said, author)
    case 'role':
      return changeRole(state, said)
    case 'name':
      return { name: said.name, picture: said.picture?.toHex() }
    case 'timer':
      return { timerSeconds: said.seconds }
    case 'revoke':
      return { revokedBefore: said.number }
  }
}

function join(
  state: ChainState,
  { grant }: SignedRecord,
  said: ChannelRecordOf<'join'>,
  author: string,
): Outcome {
  const known = memberOf(state, author)
  const place = { address: said.address.toHex(), name: said.own_name }
  if (known !== undefined) {
    return { members: { ...state.members, [author]: { ...known, ...place } } }
  }
  if (formerOf(state, author)?.wasRemoved === true) return 'was-removed'
  if (grant === undefined || !isOfAdmin(state, grant)) return 'no-grant'
  if (grant.number < state.revokedBefore) return 'grant-revoked'
  const id = `${grant.identity.toHex()}/${grant.id.toHex()}`
  const used = state.grants[id] ?? 0
  if (used >= grant.uses) return 'grant-used'
  if (Math.max(said.at, state.adminMillis) >= grant.expires_at + grantGraceMillis) {
    return 'grant-over'
  }
  if (isFull(state)) return 'full'
  const member: Member = { role: 'member', since: said.number, ...place }
  return { ...withMember(state, author, member), grants: { ...state.grants, [id]: used + 1 } }
}

/** A number that is still to come would outlast every `revoke`. */
function isOfAdmin(state: ChainState, grant: Grant): boolean {
  const { channel, identity, number } = grant
  const isOurs = channel.toHex() === state.channel && number <= state.number
  return isOurs && memberOf(state, identity.toHex())?.role === 'admin'
}

function add(state: ChainState, said: ChannelRecordOf<'add'>): Outcome {
  const identity = said.member.toHex()
  if (memberOf(state, identity) !== undefined) return 'is-a-member'
  if (isFull(state)) return 'full'
  const address = said.address?.toHex()
  return withMember(state, identity, { role: said.role, since: said.number, address })
}

function remove(state: ChainState, said: ChannelRecordOf<'remove'>, author: string): Outcome {
  const identity = said.member.toHex()
  if (identity === author) return 'is-self'
  if (memberOf(state, identity) === undefined) return 'no-such-member'
  return withoutMember(state, identity, { until: said.number, wasRemoved: true })
}

function leave(state: ChainState, number: number, author: string): Outcome {
  const isAlone = Object.keys(state.members).length === 1
  if (isLastAdmin(state, author) && !isAlone) return 'last-admin'
  return withoutMember(state, author, { until: number, wasRemoved: false })
}

function changeRole(state: ChainState, said: ChannelRecordOf<'role'>): Outcome {
  const identity = said.member.toHex()
  const member = memberOf(state, identity)
  if (member === undefined) return 'no-such-member'
  if (member.role === said.role) return 'changes-nothing'
  if (isLastAdmin(state, identity)) return 'last-admin'
  return { members: { ...state.members, [identity]: { ...member, role: said.role } } }
}

function withMember(state: ChainState, identity: string, member: Member): Partial<ChainState> {
  const { [identity]: _, ...former } = state.former
  return { members: { ...state.members, [identity]: member }, former }
}

function withoutMember(state: ChainState, identity: string, left: Former): Partial<ChainState> {
  const { [identity]: _, ...members } = state.members
  return { members, former: { ...state.former, [identity]: left }, epoch: left.until }
}

function isFull(state: ChainState): boolean {
  return Object.keys(state.members).length >= maxChannelMembers
}

function isLastAdmin(state: ChainState, identity: string): boolean {
  const admins = Object.entries(state.members).filter(([, { role }]) => role === 'admin')
  return admins.length === 1 && admins[0]?.[0] === identity
}

function applied(state: ChainState): Applied {
  return { kind: 'applied', state }
}

function refused(reason: Refusal): Applied {
  return { kind: 'refused', reason }
}
