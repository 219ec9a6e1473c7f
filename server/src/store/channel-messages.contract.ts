/**
 * @module What every backend promises of messages in channels.
 */
import { describe, expect, test } from 'vitest'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { HistoryLimits, HistoryQuery } from '#store/channels.ts'
import {
  at,
  channelIn,
  fresh,
  freshChannel,
  freshIdentity,
  hex,
  joinOf,
  keepsAll,
  later,
  now,
  postBy,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { Store } from '#store/store.ts'

function allFor(reader: IdentityKey, changes: Partial<HistoryQuery> = {}): HistoryQuery {
  return {
    reader,
    after: 0,
    afterSecond: undefined,
    maxMessages: 100_000,
    maxBytes: 1 << 30,
    nowMillis: now,
    ...changes,
  }
}

async function textsFor(
  store: Store,
  channel: ChannelId,
  reader: IdentityKey,
  changes: Partial<HistoryQuery> = {},
): Promise<string[]> {
  const { messages } = await store.channels.history(channel, allFor(reader, changes))
  return messages.map((message) => new TextDecoder().decode(message.body))
}

export function channelMessagesContract(name: string, backend: Backend): void {
  describe(`${name}: messages of channels`, () => {
    test('mobium 52: gives back every field of a message, in order of sequence', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const [first, second] = [at(members, 0), at(members, 1)]
      const sent = [
        postBy(channel, first, 'körper', { bucket: Number.MAX_SAFE_INTEGER }),
        postBy(channel, second, '', { bucket: Number.MIN_SAFE_INTEGER, acceptedAtMillis: now + 1 }),
        postBy(channel, first, '', { body: new Uint8Array(1024 * 1024).fill(7), bucket: 0 }),
      ]
      for (const [index, post] of sent.entries()) {
        const outcome = await store.channels.post(post, keepsAll)
        expect(outcome).toEqual({ kind: 'stored', sequence: index + 1 })
      }
      const found = await store.channels.history(channel, allFor(first))
      expect(found.more).toBe(false)
      expect(found.damaged).toBe(0)
      expect(found.messages.map(({ body: _, ...fields }) => fields)).toEqual(
        sent.map(({ sender, id, bucket, acceptedAtMillis }, index) => ({
          sequence: index + 1,
          sender,
          id,
          bucket,
          acceptedAtMillis,
        })),
      )
      expect(found.messages.map((message) => hex(message.body))).toEqual(
        sent.map((post) => hex(post.body)),
      )
    })

    test('does not see what the caller does to its buffers afterwards', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const frame = new TextEncoder().encode('before it goes')
      const body = frame.subarray(0, 6)
      const posting = store.channels.post(postBy(channel, at(members, 0), '', { body }), keepsAll)
      frame.fill(0)
      await posting
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['before'])
    })

    test('mobium 45, 48: takes nothing from strangers, and shows them nothing', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const stranger = freshIdentity()
      await store.channels.post(postBy(channel, at(members, 0), 'inside'), keepsAll)
      const refusal = { kind: 'not-a-member' }
      expect(await store.channels.post(postBy(channel, stranger, 'x'), keepsAll)).toEqual(refusal)
      expect(
        await store.channels.post(postBy(freshChannel(), at(members, 0), 'x'), keepsAll),
      ).toEqual(refusal)
      const nothing = { messages: [], more: false, damaged: 0 }
      expect(await store.channels.history(channel, allFor(stranger))).toEqual(nothing)
      expect(await store.channels.history(freshChannel(), allFor(at(members, 0)))).toEqual(nothing)
      expect(await textsFor(store, channel, at(members, 1))).toEqual(['inside'])
      await store.channels.leave(channel, at(members, 1))
      expect(await store.channels.post(postBy(channel, at(members, 1), 'x'), keepsAll)).toEqual(
        refusal,
      )
      expect(await textsFor(store, channel, at(members, 1))).toEqual([])
    })

    test('mobium 53: stores ten rows of ten who write at the same time, and numbers them without gaps', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 10)
      const outcomes = await Promise.all(
        members.map((member, i) => store.channels.post(postBy(channel, member, `m${i}`), keepsAll)),
      )
      expect(outcomes).toEqual(members.map((_, i) => ({ kind: 'stored', sequence: i + 1 })))
      expect(await textsFor(store, channel, at(members, 0))).toEqual(members.map((_, i) => `m${i}`))
    })

    test('a message is there to be read as soon as it is answered', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          await store.channels.post(postBy(channel, at(members, 0), `m${i}`), keepsAll)
          expect(await textsFor(store, channel, at(members, 0))).toContain(`m${i}`)
        }),
      )
    })

    test('stores what somebody sends twice once, also at the same time, and says which it was', async () => {
      const { store, channel, members } = await channelIn(await backend.shared(), 2)
      const sent = postBy(channel, at(members, 0), 'once', { acceptedAtMillis: now + 7 })
      const outcomes = await Promise.all([
        store.channels.post(sent, keepsAll),
        store.channels.post({ ...sent, acceptedAtMillis: now + 8 }, keepsAll),
      ])
      const duplicate = { kind: 'duplicate', sequence: 1, acceptedAtMillis: now + 7 }
      expect(outcomes).toEqual([{ kind: 'stored', sequence: 1 }, duplicate])
      expect(await store.channels.post(sent, keepsAll)).toEqual(duplicate)
      const other = { ...sent, sender: at(members, 1) }
      expect(await store.channels.post(other, keepsAll)).toEqual({ kind: 'stored', sequence: 2 })
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['once', 'once'])
    })

    test('keeps channels apart: numbers, ids and what is read', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const member = at(members, 0)
      const other = await channelIn(store)
      await store.channels.join(joinOf(other.channel, member))
      const id = fresh(16)
      for (const [target, text] of [
        [channel, 'here'],
        [other.channel, 'there'],
      ] as const) {
        expect(await store.channels.post(postBy(target, member, text, { id }), keepsAll)).toEqual({
          kind: 'stored',
          sequence: 1,
        })
      }
      expect(await textsFor(store, channel, member)).toEqual(['here'])
      expect(await textsFor(store, other.channel, member)).toEqual(['there'])
    })

    test('shows a member only what came after they joined', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const [owner, late] = [at(members, 0), freshIdentity()]
      await store.channels.post(postBy(channel, owner, 'before'), keepsAll)
      await store.channels.join(joinOf(channel, late))
      await store.channels.post(postBy(channel, owner, 'after'), keepsAll)
      expect(await textsFor(store, channel, late)).toEqual(['after'])
      expect(await textsFor(store, channel, owner)).toEqual(['before', 'after'])
      await store.channels.leave(channel, late)
      await store.channels.post(postBy(channel, owner, 'meanwhile'), keepsAll)
      await store.channels.join(joinOf(channel, late))
      expect(await textsFor(store, channel, late)).toEqual([])
    })

    test('mobium 49, 50: by the second, omits that of the join and that of the cursor', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const [owner, late] = [at(members, 0), freshIdentity()]
      await store.channels.join(joinOf(channel, late, { nowMillis: now + 200 }))
      const second = now / 1000
      for (const millis of [0, 999, 1000, 1999, 2000, 2001, 3000]) {
        const post = postBy(channel, owner, `${millis}`, { acceptedAtMillis: now + millis })
        await store.channels.post(post, keepsAll)
      }
      const since = (afterSecond: number | undefined, after = 0) =>
        textsFor(store, channel, late, { afterSecond, after })
      expect(await since(undefined)).toHaveLength(7)
      expect(await since(0)).toEqual(['1000', '1999', '2000', '2001', '3000'])
      expect(await since(second)).toEqual(['1000', '1999', '2000', '2001', '3000'])
      expect(await since(second + 1)).toEqual(['2000', '2001', '3000'])
      expect(await since(second + 2)).toEqual(['3000'])
      expect(await since(second + 3)).toEqual([])
      expect(await since(second + 1, 6)).toEqual(['3000'])
      expect(await since(Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)).toHaveLength(5)
      expect(await since(Number.MAX_SAFE_INTEGER)).toEqual([])
      expect(await since(undefined, Number.MAX_SAFE_INTEGER)).toEqual([])
    })

    test('reads by count, by bytes and from a cursor, one message at least', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const member = at(members, 0)
      for (const text of ['aaaa', 'bbbb', 'cccc']) {
        await store.channels.post(postBy(channel, member, text), keepsAll)
      }
      const first = await store.channels.history(channel, allFor(member, { maxMessages: 2 }))
      expect(first.messages).toHaveLength(2)
      expect(first.more).toBe(true)
      const rest = await store.channels.history(channel, allFor(member, { after: 2 }))
      expect(rest.messages.map((message) => message.sequence)).toEqual([3])
      expect(rest.more).toBe(false)
      const exact = await store.channels.history(channel, allFor(member, { maxMessages: 3 }))
      expect([exact.messages.length, exact.more]).toEqual([3, false])
      expect(await textsFor(store, channel, member, { after: 3 })).toEqual([])
      expect(await textsFor(store, channel, member, { maxBytes: 1 })).toEqual(['aaaa'])
      expect(await textsFor(store, channel, member, { maxBytes: 8 })).toEqual(['aaaa', 'bbbb'])
      const cut = await store.channels.history(channel, allFor(member, { maxBytes: 8 }))
      expect(cut.more).toBe(true)
    })

    test('drops the oldest beyond the count of messages', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const limits: HistoryLimits = { ...keepsAll, maxMessages: 3 }
      for (let i = 1; i <= 5; i++) {
        const outcome = await store.channels.post(postBy(channel, at(members, 0), `m${i}`), limits)
        expect(outcome).toEqual({ kind: 'stored', sequence: i })
      }
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['m3', 'm4', 'm5'])
      await store.channels.post(postBy(channel, at(members, 0), 'm6'), {
        ...limits,
        maxMessages: 1,
      })
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['m6'])
    })

    test('drops the oldest beyond the sum of bytes, and keeps the newest however large', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const limits: HistoryLimits = { ...keepsAll, maxBytes: 10 }
      const post = (text: string) =>
        store.channels.post(postBy(channel, at(members, 0), text), limits)
      for (const text of ['aaaa', 'bbbb', 'cc']) await post(text)
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['aaaa', 'bbbb', 'cc'])
      await post('d')
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['bbbb', 'cc', 'd'])
      await post('e'.repeat(9))
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['d', 'e'.repeat(9)])
      await post('f'.repeat(11))
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['f'.repeat(11)])
      await post('g')
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['g'])
    })

    test('limits hold when many come at the same time', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const limits: HistoryLimits = { maxMessages: 10, maxBytes: 8 }
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.channels.post(postBy(channel, at(members, 0), `${i % 10}`), limits),
        ),
      )
      expect(await textsFor(store, channel, at(members, 0))).toEqual(
        [2, 3, 4, 5, 6, 7, 8, 9].map(String),
      )
    })

    test('never shows what expired, and removes it in slices from all channels', async () => {
      const { store, channel, members } = await channelIn(await backend.open())
      const other = await channelIn(store)
      const soon = now + 1000
      for (let i = 0; i < 5; i++) {
        const [target, sender] =
          i < 3 ? [channel, at(members, 0)] : [other.channel, at(other.members, 0)]
        const post = postBy(target, sender, `soon${i}`, { expiresAtMillis: soon })
        await store.channels.post(post, keepsAll)
      }
      await store.channels.post(postBy(channel, at(members, 0), 'later'), keepsAll)
      const texts = (nowMillis: number) => textsFor(store, channel, at(members, 0), { nowMillis })
      expect(await texts(soon - 1)).toHaveLength(4)
      expect(await texts(soon)).toEqual(['later'])
      expect(await store.channels.expire(soon - 1, 100)).toBe(0)
      expect(await store.channels.expire(soon, 2)).toBe(2)
      expect(await store.channels.expire(soon, 2)).toBe(2)
      expect(await store.channels.expire(soon, 2)).toBe(1)
      expect(await store.channels.expire(soon, 2)).toBe(0)
      expect(await texts(soon - 1)).toEqual(['later'])
      expect(await store.channels.expire(later, 100)).toBe(1)
      expect(await texts(0)).toEqual([])
      const next = await store.channels.post(postBy(channel, at(members, 0), 'next'), keepsAll)
      expect(next).toEqual({ kind: 'stored', sequence: 5 })
    })

    test('what expired does not count when there is room to be made', async () => {
      const { store, channel, members } = await channelIn(await backend.open())
      const limits: HistoryLimits = { maxMessages: 2, maxBytes: 4 }
      const soon = { expiresAtMillis: now + 1 }
      await store.channels.post(postBy(channel, at(members, 0), 'aa'), limits)
      await store.channels.post(postBy(channel, at(members, 0), 'bb', soon), limits)
      expect(await store.channels.expire(now + 1, 9)).toBe(1)
      await store.channels.post(postBy(channel, at(members, 0), 'cc'), limits)
      expect(await textsFor(store, channel, at(members, 0))).toEqual(['aa', 'cc'])
    })

    test('mobium 54: finds a page of ten thousand from a second, from a number and from the start', async () => {
      const { store, channel, members } = await channelIn(await backend.shared())
      const member = at(members, 0)
      for (let from = 0; from < 10_000; from += 1000) {
        await Promise.all(
          Array.from({ length: 1000 }, (_, i) =>
            store.channels.post(
              postBy(channel, member, `${from + i}`, { acceptedAtMillis: now + (from + i) * 100 }),
              keepsAll,
            ),
          ),
        )
      }
      const page = { maxMessages: 100 }
      const numbers = (first: number) => Array.from({ length: 100 }, (_, i) => `${first + i}`)
      expect(await textsFor(store, channel, member, page)).toEqual(numbers(0))
      expect(await textsFor(store, channel, member, { ...page, after: 5000 })).toEqual(
        numbers(5000),
      )
      const afterSecond = now / 1000 + 899
      expect(await textsFor(store, channel, member, { ...page, afterSecond })).toEqual(
        numbers(9000),
      )
    })

    const { reopen } = backend
    if (reopen === undefined) return
    test('after a restart messages, members, numbers and limits are what they were', async () => {
      const { store, channel, members } = await channelIn(await backend.open(), 3)
      const owner = at(members, 0)
      for (const text of ['aa', 'bb']) {
        await store.channels.post(postBy(channel, owner, text), keepsAll)
      }
      await store.channels.ban(channel, at(members, 2), 'why')
      await store.channels.setRole(channel, at(members, 1), 'moderator')
      const again = await reopen(store)
      expect((await again.channels.members(channel)).map(({ role }) => role)).toEqual([
        'owner',
        'moderator',
      ])
      expect((await again.channels.bans(channel)).map(({ reason }) => reason)).toEqual(['why'])
      const limits: HistoryLimits = { maxMessages: 2, maxBytes: 1000 }
      expect(await again.channels.post(postBy(channel, owner, 'cc'), limits)).toEqual({
        kind: 'stored',
        sequence: 3,
      })
      expect(await textsFor(again, channel, owner)).toEqual(['bb', 'cc'])
    })
  })
}
