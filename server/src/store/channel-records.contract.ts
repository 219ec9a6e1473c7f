/**
 * @module What every backend promises of records of channels, and of distributions of sender keys.
 */
import { describe, expect, test } from 'vitest'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { maxDistributions } from '#store/channels.ts'
import {
  at,
  channelIn,
  fresh,
  freshChannel,
  freshIdentity,
  hex,
  hexOf,
  joinOf,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { Store } from '#store/store.ts'

const roomyLimits = { after: undefined, maxRecords: 100, maxOfMember: 100 }

function keyOf(sender: IdentityKey): {
  sender: IdentityKey
  senderExchangeKey: { publicKey: Uint8Array; signature: Uint8Array | undefined }
} {
  return { sender, senderExchangeKey: { publicKey: fresh(32), signature: undefined } }
}

export function channelRecordsContract(name: string, backend: Backend): void {
  describe(`${name}: records of channels`, () => {
    async function recordsOf(store: Store, channel: ChannelId): Promise<(string | undefined)[]> {
      const { records } = await store.channels.records(channel, 0, 1000)
      expect(records.map(({ number }) => number)).toEqual(records.map((_, i) => i + 1))
      return records.map(({ record }) => hex(record))
    }

    test('are numbered from one without gaps, and read in slices', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const written = [fresh(10), fresh(4), fresh(70_000)]
      for (const [index, record] of written.entries()) {
        const author = at(members, index % 2)
        expect(await store.channels.append(channel, author, record, roomyLimits)).toEqual({
          kind: 'appended',
          number: index + 1,
        })
      }
      expect(await recordsOf(store, channel)).toEqual(written.map(hex))
      const first = await store.channels.records(channel, 0, 2)
      expect([first.records.map(({ number }) => number), first.more]).toEqual([[1, 2], true])
      const rest = await store.channels.records(channel, 2, 1)
      expect([rest.records.map(({ number }) => number), rest.more]).toEqual([[3], false])
      const nothing = { records: [], more: false }
      expect(await store.channels.records(channel, 3, 9)).toEqual(nothing)
      expect(await store.channels.records(freshChannel(), 0, 9)).toEqual(nothing)
    })

    test('of those who append behind the same one at the same time, one is taken', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 5)
      const limits = { ...roomyLimits, after: 0 }
      const outcomes = await Promise.all(
        members.map((member) => store.channels.append(channel, member, fresh(8), limits)),
      )
      expect(outcomes).toEqual([
        { kind: 'appended', number: 1 },
        ...Array.from({ length: 4 }, () => ({ kind: 'conflict', last: 1 })),
      ])
      const next = { ...roomyLimits, after: 1 }
      expect(await store.channels.append(channel, at(members, 3), fresh(8), next)).toEqual({
        kind: 'appended',
        number: 2,
      })
      expect(
        await store.channels.append(channel, at(members, 3), fresh(8), {
          ...roomyLimits,
          after: 3,
        }),
      ).toEqual({ kind: 'conflict', last: 2 })
    })

    test('are taken from members only', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const refusal = { kind: 'not-a-member' }
      const append = (target: ChannelId, author: IdentityKey) =>
        store.channels.append(target, author, fresh(8), roomyLimits)
      expect(await append(channel, freshIdentity())).toEqual(refusal)
      expect(await append(freshChannel(), at(members, 0))).toEqual(refusal)
      await store.channels.leave(channel, at(members, 1))
      expect(await append(channel, at(members, 1))).toEqual(refusal)
      expect(await recordsOf(store, channel)).toEqual([])
    })

    test('have a bound for all, and a closer one for a member who is nothing more', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 3)
      const [owner, moderator, member] = [at(members, 0), at(members, 1), at(members, 2)]
      await store.channels.setRole(channel, moderator, 'moderator')
      const limits = { after: undefined, maxRecords: 6, maxOfMember: 2 }
      const append = async (author: IdentityKey) =>
        (await store.channels.append(channel, author, fresh(8), limits)).kind
      for (const author of [member, member]) expect(await append(author)).toBe('appended')
      expect(await append(member)).toBe('full')
      await store.channels.leave(channel, member)
      await store.channels.join(joinOf(channel, member))
      expect(await append(member)).toBe('full')
      for (const author of [owner, owner, owner, moderator]) {
        expect(await append(author)).toBe('appended')
      }
      for (const author of [owner, moderator]) expect(await append(author)).toBe('full')
      expect(await recordsOf(store, channel)).toHaveLength(6)
    })

    const { reopen } = backend
    if (reopen === undefined) return
    test('are there after a restart, and go on where they were', async () => {
      const { store, channel, members } = await channelIn(await backend.open())
      const record = fresh(20)
      await store.channels.append(channel, at(members, 0), record, roomyLimits)
      const again = await reopen(store)
      expect(await recordsOf(again, channel)).toEqual([hex(record)])
      const next = { ...roomyLimits, after: 1 }
      expect(await again.channels.append(channel, at(members, 0), record, next)).toEqual({
        kind: 'appended',
        number: 2,
      })
    })
  })

  describe(`${name}: sender keys`, () => {
    async function bodiesFor(
      store: Store,
      channel: ChannelId,
      recipient: IdentityKey,
    ): Promise<string[]> {
      const kept = await store.channels.senderKeysFor(channel, recipient)
      return kept.map(({ distribution }) => hexOf(distribution)).toSorted()
    }

    test('mobium 58: are kept from members for anybody, with the keys that came along', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const [sender, stranger] = [at(members, 0), freshIdentity()]
      const key = {
        sender,
        senderExchangeKey: { publicKey: fresh(32), signature: fresh(64) },
      }
      const distributions = [at(members, 1), stranger].map((recipient) => ({
        recipient,
        distribution: fresh(100),
      }))
      expect(await store.channels.keepSenderKeys(channel, key, distributions)).toBe(true)
      for (const { recipient, distribution } of distributions) {
        const kept = await store.channels.senderKeysFor(channel, recipient)
        expect(kept).toHaveLength(1)
        expect(hex(kept[0]?.sender)).toBe(hex(sender))
        expect(hex(kept[0]?.distribution)).toBe(hex(distribution))
        expect(hex(kept[0]?.senderExchangeKey.publicKey)).toBe(hex(key.senderExchangeKey.publicKey))
        expect(hex(kept[0]?.senderExchangeKey.signature)).toBe(hex(key.senderExchangeKey.signature))
      }
      expect(await store.channels.senderKeysFor(channel, sender)).toEqual([])
      expect(await store.channels.senderKeysFor(freshChannel(), stranger)).toEqual([])
    })

    test('are not taken from strangers', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const distributions = [{ recipient: at(members, 1), distribution: fresh(9) }]
      const keep = (target: ChannelId, sender: IdentityKey) =>
        store.channels.keepSenderKeys(target, keyOf(sender), distributions)
      expect(await keep(channel, freshIdentity())).toBe(false)
      expect(await keep(freshChannel(), at(members, 0))).toBe(false)
      expect(await bodiesFor(store, channel, at(members, 1))).toEqual([])
    })

    test('mobium 59: are the newest of each sender for each recipient, in one channel', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 3)
      const [first, second, recipient] = [at(members, 0), at(members, 1), at(members, 2)]
      const other = await channelIn(store)
      await store.channels.join(joinOf(other.channel, first))
      const [old, within, renewed, foreign, elsewhere] = [1, 2, 3, 4, 5].map(() => fresh(40)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ]
      const keep = (target: ChannelId, sender: IdentityKey, ...bodies: Uint8Array[]) =>
        store.channels.keepSenderKeys(
          target,
          keyOf(sender),
          bodies.map((distribution) => ({ recipient, distribution })),
        )
      await keep(channel, first, old, within)
      expect(await bodiesFor(store, channel, recipient)).toEqual([hex(within)])
      await keep(channel, first, renewed)
      await keep(channel, second, foreign)
      await keep(other.channel, first, elsewhere)
      expect(await bodiesFor(store, channel, recipient)).toEqual(
        [renewed, foreign].map(hexOf).toSorted(),
      )
      expect(await bodiesFor(store, other.channel, recipient)).toEqual([hex(elsewhere)])
    })

    test.each(['leave', 'ban'] as const)('go with whom they are from and for: %s', async (way) => {
      const { store, channel, members } = await channelIn(await backend.shared(), 3)
      const [stays, goes, third] = [at(members, 0), at(members, 1), at(members, 2)]
      const between = [
        [stays, goes],
        [goes, stays],
        [goes, third],
        [stays, third],
      ] as const
      for (const [sender, recipient] of between) {
        const distributions = [{ recipient, distribution: fresh(9) }]
        await store.channels.keepSenderKeys(channel, keyOf(sender), distributions)
      }
      if (way === 'leave') await store.channels.leave(channel, goes)
      else await store.channels.ban(channel, goes, undefined)
      const counts = []
      for (const one of members) counts.push((await bodiesFor(store, channel, one)).length)
      expect(counts).toEqual([0, 0, 1])
    })

    test('for somebody who is banned and was no member go, too', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const stranger = freshIdentity()
      await store.channels.keepSenderKeys(channel, keyOf(at(members, 0)), [
        { recipient: stranger, distribution: fresh(9) },
      ])
      await store.channels.ban(channel, stranger, undefined)
      expect(await bodiesFor(store, channel, stranger)).toEqual([])
    })

    test('of one sender are bounded: the oldest go', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const sender = at(members, 0)
      const recipients = Array.from({ length: maxDistributions + 2 }, freshIdentity)
      const first = recipients.slice(0, 3)
      const keep = (some: readonly IdentityKey[]) =>
        store.channels.keepSenderKeys(
          channel,
          keyOf(sender),
          some.map((recipient) => ({ recipient, distribution: new Uint8Array(1) })),
        )
      await keep(first)
      await keep(first.slice(0, 1))
      await keep(recipients.slice(3))
      const isKept = async (index: number) =>
        (await bodiesFor(store, channel, at(recipients, index))).length === 1
      expect([await isKept(0), await isKept(1), await isKept(2), await isKept(3)]).toEqual([
        true,
        false,
        false,
        true,
      ])
    })

    const { reopen } = backend
    if (reopen === undefined) return
    test('are there after a restart', async () => {
      const { store, channel, members } = await channelIn(await backend.open())
      const [distribution, recipient] = [fresh(20), freshIdentity()]
      await store.channels.keepSenderKeys(channel, keyOf(at(members, 0)), [
        { recipient, distribution },
      ])
      const again = await reopen(store)
      expect(await bodiesFor(again, channel, recipient)).toEqual([hex(distribution)])
    })
  })
}
