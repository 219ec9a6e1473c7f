/**
 * @module What every backend promises of channels: who is in, who gets in, and who does not.
 */
import { describe, expect, test } from 'vitest'
import { maxInvites, type ChannelRole, type JoinOutcome } from '#store/channels.ts'
import {
  at,
  channelIn,
  fresh,
  freshChannel,
  freshIdentity,
  hex,
  hexOf,
  joinOf,
  keepsAll,
  later,
  newChannel,
  now,
  postBy,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { Store } from '#store/store.ts'
import type { ChannelId, IdentityKey } from '@sotto/wire'

const joined: JoinOutcome = { kind: 'joined', isNew: true, wasMade: false }
const joinedBefore: JoinOutcome = { kind: 'joined', isNew: false, wasMade: false }
const made: JoinOutcome = { kind: 'joined', isNew: true, wasMade: true }

async function rolesIn(store: Store, channel: ChannelId): Promise<ChannelRole[]> {
  return (await store.channels.members(channel)).map((member) => member.role)
}

async function namesIn(store: Store, channel: ChannelId): Promise<(string | undefined)[]> {
  return (await store.channels.members(channel)).map((member) => hex(member.identity))
}

/** Who owns it; fails when that is not exactly one. */
async function ownerOf(store: Store, channel: ChannelId): Promise<string | undefined> {
  const owners = (await store.channels.members(channel)).filter(({ role }) => role === 'owner')
  expect(owners).toHaveLength(1)
  return hex(owners[0]?.identity)
}

export function channelsContract(name: string, backend: Backend): void {
  describe(`${name}: channels`, () => {
    test('mobium 37, 38: makes a channel once, with its creator as owner and only member', async () => {
      const store = await backend.shared()
      const creator = freshIdentity()
      const channel = newChannel({ access: 'private' })
      expect(await store.channels.create(channel, creator)).toBe('created')
      expect(await store.channels.create({ ...channel, access: 'public' }, freshIdentity())).toBe(
        'exists',
      )
      expect(await store.channels.access(channel.channel)).toBe('private')
      expect(hex(await store.channels.metadata(channel.channel))).toBe(hex(channel.metadata))
      const members = await store.channels.members(channel.channel)
      expect(members.map((member) => hex(member.identity))).toEqual([hex(creator)])
      expect(await store.channels.membership(channel.channel, creator)).toEqual({
        role: 'owner',
        joinedAtMillis: now,
        joinedAfter: 0,
      })
      expect((await store.channels.channelsOf(creator)).map(hex)).toEqual([hex(channel.channel)])
    })

    test('gives an id to one of those who make it at the same time', async () => {
      const store = await backend.shared()
      const channel = newChannel()
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, () => store.channels.create(channel, freshIdentity())),
      )
      expect(outcomes.toSorted()).toEqual(['created', 'exists', 'exists', 'exists', 'exists'])
      expect(await rolesIn(store, channel.channel)).toEqual(['owner'])
    })

    test('takes ids of any length, one the beginning of another', async () => {
      const store = await backend.shared()
      for (const length of [1, 2, 16, 32, 64]) {
        const channel = new Uint8Array(length).fill(5) as ChannelId
        expect(await store.channels.create(newChannel({ channel }), freshIdentity())).toBe(
          'created',
        )
        expect(await store.channels.members(channel)).toHaveLength(1)
      }
    })

    test('knows nothing of a channel that is not there', async () => {
      const store = await backend.shared()
      const [channel, identity] = [freshChannel(), freshIdentity()]
      expect(await store.channels.join(joinOf(channel, identity))).toEqual({
        kind: 'unknown-channel',
      })
      await store.channels.setAccess(channel, 'private')
      await store.channels.invite(channel, { hash: fresh(32), uses: 1, expiresAtMillis: undefined })
      expect(await store.channels.ban(channel, identity, 'no')).toBe(false)
      expect(await store.channels.setRole(channel, identity, 'member')).toBe(false)
      expect(await store.channels.leave(channel, identity)).toBe(false)
      await store.channels.unban(channel, identity)
      expect(await store.channels.access(channel)).toBeUndefined()
      expect(await store.channels.metadata(channel)).toBeUndefined()
      expect(await store.channels.membership(channel, identity)).toBeUndefined()
      expect(await store.channels.members(channel)).toEqual([])
      expect(await store.channels.bans(channel)).toEqual([])
      expect(await store.channels.channelsOf(identity)).toEqual([])
    })

    test('mobium 39: makes a channel for whoever joins first, when asked to, and only then', async () => {
      const store = await backend.shared()
      const channel = freshChannel()
      const ifMissing = { metadata: new Uint8Array(32), access: 'private' } as const
      const [first, second] = [freshIdentity(), freshIdentity()]
      expect(await store.channels.join(joinOf(channel, first, { ifMissing }))).toEqual(made)
      expect(await ownerOf(store, channel)).toBe(hex(first))
      expect(await store.channels.access(channel)).toBe('private')
      await store.channels.setAccess(channel, 'public')
      expect(await store.channels.join(joinOf(channel, second, { ifMissing }))).toEqual(joined)
      expect(await store.channels.access(channel)).toBe('public')
      expect(await rolesIn(store, channel)).toEqual(['owner', 'member'])
    })

    test('makes one channel when several would make it by joining at the same time', async () => {
      const store = await backend.shared()
      const channel = freshChannel()
      const ifMissing = { metadata: new Uint8Array(), access: 'public' } as const
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () =>
          store.channels.join(joinOf(channel, freshIdentity(), { ifMissing })),
        ),
      )
      expect(
        outcomes.filter((outcome) => outcome.kind === 'joined' && outcome.wasMade),
      ).toHaveLength(1)
      expect(outcomes.every((outcome) => outcome.kind === 'joined' && outcome.isNew)).toBe(true)
      expect(await store.channels.members(channel)).toHaveLength(8)
      await ownerOf(store, channel)
    })

    test('mobium 41: leaves who joins again as they were', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const second = at(members, 1)
      const before = await store.channels.membership(channel, second)
      await store.channels.post(postBy(channel, at(members, 0), 'x'), keepsAll)
      const again = joinOf(channel, second, { nowMillis: now + 5000, maxMembers: 1 })
      expect(await store.channels.join(again)).toEqual(joinedBefore)
      expect(await store.channels.membership(channel, second)).toEqual(before)
      await store.channels.setAccess(channel, 'private')
      expect(await store.channels.join(again)).toEqual(joinedBefore)
    })

    test('lists members in the order in which they joined, with time and place of joining', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 4)
      await store.channels.leave(channel, at(members, 1))
      await store.channels.post(postBy(channel, at(members, 0), 'x'), keepsAll)
      const request = joinOf(channel, at(members, 1), { nowMillis: now + 1 })
      expect(await store.channels.join(request)).toEqual(joined)
      expect(await namesIn(store, channel)).toEqual([0, 2, 3, 1].map((i) => hex(at(members, i))))
      expect(await store.channels.membership(channel, at(members, 1))).toEqual({
        role: 'member',
        joinedAtMillis: now + 1,
        joinedAfter: 1,
      })
    })

    test('lets no more in than it may hold, however many come at once', async () => {
      const { store, channel } = await channelIn(await backend.shared(), 2)
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () =>
          store.channels.join(joinOf(channel, freshIdentity(), { maxMembers: 5 })),
        ),
      )
      expect(outcomes.filter(({ kind }) => kind === 'joined')).toHaveLength(3)
      expect(outcomes.filter(({ kind }) => kind === 'full')).toHaveLength(7)
      expect(await store.channels.members(channel)).toHaveLength(5)
    })

    test('tells somebody all the channels that they are in, and nobody else', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const second = at(members, 1)
      const other = await channelIn(store)
      await store.channels.join(joinOf(other.channel, second))
      const of = async (identity: IdentityKey) =>
        (await store.channels.channelsOf(identity)).map(hexOf).toSorted()
      expect(await of(second)).toEqual([channel, other.channel].map(hexOf).toSorted())
      await store.channels.leave(channel, second)
      expect(await of(second)).toEqual([hex(other.channel)])
      expect(await of(freshIdentity())).toEqual([])
    })

    test('mobium 57: a stranger leaves nothing', async () => {
      const { store, channel } = await channelIn(await backend.shared(), 2)
      expect(await store.channels.leave(channel, freshIdentity())).toBe(false)
      expect(await store.channels.members(channel)).toHaveLength(2)
    })

    test('mobium 56: when the last member leaves the id is free, and nothing of before comes back', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const [first, second, banned] = [at(members, 0), at(members, 1), freshIdentity()]
      const hash = fresh(32)
      await store.channels.post(postBy(channel, first, 'old'), keepsAll)
      await store.channels.ban(channel, banned, undefined)
      await store.channels.invite(channel, { hash, uses: 9, expiresAtMillis: undefined })
      await store.channels.append(channel, first, fresh(9), {
        after: 0,
        maxRecords: 9,
        maxOfMember: 9,
      })
      expect(await store.channels.leave(channel, first)).toBe(true)
      expect(await store.channels.leave(channel, second)).toBe(true)
      expect(await store.channels.leave(channel, second)).toBe(false)
      expect(await store.channels.access(channel)).toBeUndefined()
      expect(await store.channels.channelsOf(second)).toEqual([])

      const ifMissing = { metadata: new Uint8Array(), access: 'private' } as const
      expect(await store.channels.join(joinOf(channel, banned, { ifMissing }))).toEqual(made)
      expect(await store.channels.bans(channel)).toEqual([])
      expect(await store.channels.records(channel, 0, 9)).toEqual({ records: [], more: false })
      const withOld = joinOf(channel, first, { inviteHash: hash })
      expect(await store.channels.join(withOld)).toEqual({ kind: 'invite-refused' })
      expect(await store.channels.post(postBy(channel, banned, 'new'), keepsAll)).toEqual({
        kind: 'stored',
        sequence: 1,
      })
      const { messages } = await store.channels.history(channel, {
        reader: banned,
        after: 0,
        afterSecond: undefined,
        maxMessages: 9,
        maxBytes: 999,
        nowMillis: now,
      })
      expect(messages.map((message) => new TextDecoder().decode(message.body))).toEqual(['new'])
    })

    test('gives a channel whose owner leaves to the longest-standing moderator, or else member', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 4)
      expect(await store.channels.setRole(channel, at(members, 3), 'moderator')).toBe(true)
      expect(await store.channels.setRole(channel, at(members, 2), 'moderator')).toBe(true)
      await store.channels.leave(channel, at(members, 0))
      expect(await ownerOf(store, channel)).toBe(hex(at(members, 2)))
      await store.channels.leave(channel, at(members, 3))
      await store.channels.join(joinOf(channel, at(members, 0)))
      await store.channels.ban(channel, at(members, 2), undefined)
      expect(await ownerOf(store, channel)).toBe(hex(at(members, 1)))
      await store.channels.leave(channel, at(members, 0))
      expect(await ownerOf(store, channel)).toBe(hex(at(members, 1)))
    })

    test('has one owner, whoever is given which role', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 3)
      const [first, second, third] = [at(members, 0), at(members, 1), at(members, 2)]
      expect(await store.channels.setRole(channel, first, 'member')).toBe(false)
      expect(await store.channels.setRole(channel, freshIdentity(), 'owner')).toBe(false)
      expect(await rolesIn(store, channel)).toEqual(['owner', 'member', 'member'])
      expect(await store.channels.setRole(channel, second, 'owner')).toBe(true)
      expect(await rolesIn(store, channel)).toEqual(['moderator', 'owner', 'member'])
      expect(await store.channels.setRole(channel, first, 'member')).toBe(true)
      expect(await store.channels.setRole(channel, third, 'moderator')).toBe(true)
      expect(await rolesIn(store, channel)).toEqual(['member', 'owner', 'moderator'])
      expect((await store.channels.membership(channel, third))?.role).toBe('moderator')
    })

    test('keeps out whom it banned, whatever they bring along, until it takes them back', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const [second, stranger] = [at(members, 1), freshIdentity()]
      const hash = fresh(32)
      await store.channels.invite(channel, { hash, uses: 1, expiresAtMillis: undefined })
      expect(await store.channels.ban(channel, second, 'spam')).toBe(true)
      expect(await store.channels.ban(channel, stranger, undefined)).toBe(false)
      expect(await store.channels.membership(channel, second)).toBeUndefined()
      expect(await namesIn(store, channel)).toEqual([hex(at(members, 0))])
      const request = joinOf(channel, second, { inviteHash: hash })
      expect(await store.channels.join(request)).toEqual({ kind: 'banned' })
      await store.channels.setAccess(channel, 'private')
      expect(await store.channels.join(request)).toEqual({ kind: 'banned' })
      const reasons = async () =>
        (await store.channels.bans(channel)).map(({ identity, reason }) => [hex(identity), reason])
      expect(await reasons()).toEqual([
        [hex(second), 'spam'],
        [hex(stranger), undefined],
      ])
      expect(await store.channels.ban(channel, second, 'still')).toBe(false)
      expect(await reasons()).toEqual([
        [hex(second), 'still'],
        [hex(stranger), undefined],
      ])
      await store.channels.unban(channel, second)
      expect(await reasons()).toEqual([[hex(stranger), undefined]])
      expect(await store.channels.join(request)).toEqual(joined)
    })

    test('takes members who never entered, which does not make them known', async () => {
      const store = await backend.shared()
      const { channel } = newChannel()
      const [creator, other] = [freshIdentity(), freshIdentity()]
      await store.channels.create(newChannel({ channel }), creator)
      await store.channels.join(joinOf(channel, other))
      const members = await store.channels.members(channel)
      expect(members.map((member) => member.exchangeKey)).toEqual([undefined, undefined])
      expect(await store.identities.isKnown(creator)).toBe(false)
    })

    test('is gone when its only member is banned', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      expect(await store.channels.ban(channel, at(members, 0), undefined)).toBe(true)
      expect(await store.channels.access(channel)).toBeUndefined()
      expect(await store.channels.bans(channel)).toEqual([])
    })
  })

  describe(`${name}: invitations`, () => {
    async function withPrivate(open = () => backend.shared()): Promise<{
      store: Store
      members: IdentityKey[]
      channel: ChannelId
      knock: (inviteHash: Uint8Array | undefined, nowMillis?: number) => Promise<JoinOutcome>
      invite: (uses: number, expiresAtMillis?: number) => Promise<Uint8Array>
    }> {
      const { store, channel, members } = await channelIn(await open())
      await store.channels.setAccess(channel, 'private')
      return {
        store,
        members,
        channel,
        knock: (inviteHash, nowMillis = now) =>
          store.channels.join(joinOf(channel, freshIdentity(), { inviteHash, nowMillis })),
        async invite(uses, expiresAtMillis) {
          const hash = fresh(32)
          await store.channels.invite(channel, { hash, uses, expiresAtMillis })
          return hash
        },
      }
    }
    const refused: JoinOutcome = { kind: 'invite-refused' }

    test('let in as many as they say, also when more come at the same time', async () => {
      const { store, channel, knock, invite } = await withPrivate()
      const hash = await invite(3)
      const outcomes = await Promise.all(Array.from({ length: 6 }, () => knock(hash)))
      expect(outcomes).toEqual([joined, joined, joined, refused, refused, refused])
      expect(await store.channels.members(channel)).toHaveLength(4)
    })

    test('are needed, and must be known, unexpired and of this channel', async () => {
      const { store, knock, invite } = await withPrivate()
      expect(await knock(undefined)).toEqual({ kind: 'invite-needed' })
      expect(await knock(fresh(32))).toEqual(refused)
      const timed = await invite(9, now + 1000)
      expect(await knock(timed, now + 999)).toEqual(joined)
      expect(await knock(timed, now + 1000)).toEqual(refused)
      expect(await knock(await invite(0))).toEqual(refused)
      const other = await channelIn(store)
      const foreign = fresh(32)
      await store.channels.invite(other.channel, {
        hash: foreign,
        uses: 9,
        expiresAtMillis: undefined,
      })
      expect(await knock(foreign)).toEqual(refused)
    })

    test('are spent only by whom they let in', async () => {
      const { store, channel, knock, invite } = await withPrivate()
      const hash = await invite(1)
      const [banned, member] = [freshIdentity(), freshIdentity()]
      await store.channels.setAccess(channel, 'public')
      await store.channels.join(joinOf(channel, member, { inviteHash: hash }))
      await store.channels.setAccess(channel, 'private')
      await store.channels.ban(channel, banned, undefined)
      await store.channels.join(joinOf(channel, banned, { inviteHash: hash }))
      await store.channels.join(joinOf(channel, member, { inviteHash: hash }))
      const full = joinOf(channel, freshIdentity(), { inviteHash: hash, maxMembers: 2 })
      expect(await store.channels.join(full)).toEqual({ kind: 'full' })
      expect(await knock(hash)).toEqual(joined)
      expect(await knock(hash)).toEqual(refused)
    })

    test('are as they were given last', async () => {
      const { store, channel, knock, invite } = await withPrivate()
      const hash = await invite(0)
      await store.channels.invite(channel, { hash, uses: 1, expiresAtMillis: undefined })
      expect(await knock(hash)).toEqual(joined)
      expect(await knock(hash)).toEqual(refused)
    })

    test('are bounded: the oldest goes', async () => {
      const { knock, invite } = await withPrivate()
      const hashes: Uint8Array[] = []
      for (let i = 0; i < maxInvites; i += 64) {
        const some = Array.from({ length: Math.min(64, maxInvites - i) }, () => invite(1))
        hashes.push(...(await Promise.all(some)))
      }
      const one = await invite(1)
      expect(await knock(at(hashes, 0))).toEqual(refused)
      expect(await knock(at(hashes, 1))).toEqual(joined)
      expect(await knock(one)).toEqual(joined)
    })

    test('are removed in slices when they expired, and messages before them', async () => {
      const own = await withPrivate(() => backend.open())
      const { store, channel, members, knock, invite } = own
      const soon = { expiresAtMillis: now + 1000 }
      await store.channels.post(postBy(channel, at(members, 0), 'x', soon), keepsAll)
      for (let i = 0; i < 3; i++) await invite(1, now + 1000)
      const [endless, longer] = [await invite(1), await invite(1, later)]
      expect(await store.channels.expire(now + 999, 10)).toBe(0)
      expect(await store.channels.expire(now + 1000, 2)).toBe(2)
      expect(await store.channels.expire(now + 1000, 2)).toBe(2)
      expect(await store.channels.expire(now + 1000, 2)).toBe(0)
      expect(await knock(endless)).toEqual(joined)
      expect(await knock(longer)).toEqual(joined)
    })
  })
}
