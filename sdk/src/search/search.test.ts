import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { conversations, newConversation } from '#messages/conversation.ts'
import { deleteMessage, type Message, messageKey, messages, putMessage } from '#messages/message.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { blockPlaces } from '#search/blocks.ts'
import { search, type SearchOptions } from '#search/search.ts'
import { SearchMemory } from '#search/search-memory.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const startMillis = Date.UTC(2026, 0, 1)
const options = (): SearchOptions => ({ clock: new FakeClock(), pause: async () => {} })

async function emptyState(): Promise<State> {
  return new State(await openMemoryShelf().open('test', 'create'))
}

function message(conversation: string, order: number, changes: Partial<Message> = {}): Message {
  return {
    id: `${conversation}${order}`.padStart(32, '0'),
    conversation,
    order,
    kind: 'text',
    isOwn: false,
    sender: 'ff',
    sentAtMillis: startMillis + order * 1000,
    body: `word number${order}`,
    ...changes,
  }
}

async function put(state: State, all: readonly Message[]): Promise<void> {
  await state.change(async (work) => {
    for (const each of all) {
      putMessage(work, each)
      const before = await conversations.get(work, each.conversation)
      const conversation = before ?? newConversation(each.conversation, 'direct', startMillis)
      conversations.put(work, each.conversation, {
        ...conversation,
        lastOrder: Math.max(conversation.lastOrder, each.order),
        lastAtMillis: Math.max(conversation.lastAtMillis, each.sentAtMillis),
      })
    }
  })
}

async function found(
  state: State,
  query: string,
  changes: Partial<SearchOptions> = {},
): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { conversation, order } of search(state, query, { ...options(), ...changes })) {
    keys.push(`${conversation}${order}`)
  }
  return keys
}

describe('a search', () => {
  test('gives the newest first, over all conversations', async () => {
    const state = await emptyState()
    const at = (seconds: number) => ({ sentAtMillis: startMillis + seconds * 1000 })
    await put(state, [
      message('a', 1, at(1)),
      message('b', 1, at(2)),
      message('a', 2, at(3)),
      message('c', 1, at(4)),
      message('b', 2, at(5)),
    ])
    expect(await found(state, 'word')).toEqual(['b2', 'c1', 'a2', 'b1', 'a1'])
    expect(await found(state, 'word', { conversation: 'b' })).toEqual(['b2', 'b1'])
    expect(await found(state, 'word', { conversation: 'nobody' })).toEqual([])
    expect(await found(state, 'word', { limit: 2 })).toEqual(['b2', 'c1'])
    expect(await found(state, '   ')).toEqual([])
  })

  test('finds all words in the body, in the names of files, and in what the user calls the sender', async () => {
    const state = await emptyState()
    const file = {
      pieces: [],
      depth: 0 as const,
      key: '',
      digest: '',
      size: 1,
      mediaType: 'text/plain',
    }
    await put(state, [
      message('a', 1, {
        body: 'Here is the report',
        attachments: [{ ...file, name: 'Übersicht.pdf' }],
      }),
      message('a', 2, { body: 'Here it is', sender: 'aa' }),
    ])
    expect(await found(state, 'report ubersicht')).toEqual(['a1'])
    expect(await found(state, 'pdf')).toEqual(['a1'])
    const nameOf = (identity: string): string | undefined =>
      identity === 'aa' ? 'Zoë Müller' : undefined
    expect(await found(state, 'zoe here', { nameOf })).toEqual(['a2'])
    expect(await found(state, 'zoe here')).toEqual([])
  })

  test('does not find what is deleted, what is no text, and what has had its time', async () => {
    const state = await emptyState()
    const clock = new FakeClock(startMillis)
    await put(state, [
      message('a', 1, { isDeleted: true }),
      message('a', 2, { kind: 'notice' }),
      message('a', 3, { expiresAtMillis: startMillis }),
      message('a', 4, { expiresAtMillis: startMillis + 1 }),
      message('a', 5),
    ])
    const gone = message('a', 5)
    await state.change(async (work) => deleteMessage(work, gone))
    expect(await found(state, 'word', { clock })).toEqual(['a4'])
  })

  test('is what looking at every message would give, in an order that only time and place decide', async () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma')
    const written = fc.record({
      conversation: fc.constantFrom('a', 'b', 'c'),
      body: fc.array(word, { minLength: 1, maxLength: 3 }),
      late: fc.nat(20),
      gap: fc.nat(40),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(written, { maxLength: 60 }), word, async (all, query) => {
        const state = await emptyState()
        const orders: Record<string, number> = {}
        const put_: Message[] = []
        for (const [at, { conversation, body, late, gap }] of all.entries()) {
          const order = (orders[conversation] ?? 0) + 1 + gap
          orders[conversation] = order
          const sentAtMillis = startMillis + at * 1000 - late * 3000
          put_.push(message(conversation, order, { body: body.join(' '), sentAtMillis }))
        }
        await put(state, put_)
        const fitting = put_.filter(({ body }) => body.includes(query))
        const result = await found(state, query)
        expect(result.toSorted()).toEqual(
          fitting.map(({ conversation, order }) => `${conversation}${order}`).toSorted(),
        )
        for (const name of ['a', 'b', 'c']) {
          const places = result.filter((key) => key.startsWith(name))
          const inOrder = places.map((key) => Number(key.slice(1)))
          expect(inOrder).toEqual(inOrder.toSorted((a, b) => b - a))
        }
        using memory = new SearchMemory(state)
        expect(await found(state, query, { memory })).toEqual(result)
        expect(await found(state, query, { memory })).toEqual(result)
      }),
    )
  })

  test('reads no more than it has to for the first ones', async () => {
    const state = await emptyState()
    const many = Array.from({ length: 20 * blockPlaces }, (_, at) => message('a', at + 1))
    await put(state, many)
    let reads = 0
    const counted = {
      get: (...of: Parameters<State['get']>) => state.get(...of),
      list: (...of: Parameters<State['list']>) => {
        if (of[0] === 'message') reads++
        return state.list(...of)
      },
    }
    const results = search(counted, 'word', options())
    expect((await results.next()).value?.order).toBe(20 * blockPlaces)
    expect(reads).toBeLessThanOrEqual(2)
    await results.return()
  })

  test('lets others have their turn, and ends when it is told to', async () => {
    const state = await emptyState()
    await put(
      state,
      Array.from({ length: 30 * blockPlaces }, (_, at) => message('a', at + 1)),
    )
    let now = 0
    let pauses = 0
    const abort = new AbortController()
    const run = found(state, 'nowhere', {
      // Whoever looks at this clock sees two milliseconds go by.
      clock: { now: () => (now += 2) },
      pause: async () => {
        if (++pauses === 5) abort.abort(new RangeError('enough'))
      },
      signal: abort.signal,
    })
    await expect(run).rejects.toThrow('enough')
    expect(pauses).toBe(5)
  })
})

describe('the memory of searches', () => {
  test('knows what was written, changed and deleted since', async () => {
    const state = await emptyState()
    await put(state, [message('a', 1, { body: 'first' }), message('a', 2, { body: 'second' })])
    using memory = new SearchMemory(state)
    expect(await found(state, 'first', { memory })).toEqual(['a1'])
    await put(state, [message('a', 1, { body: 'changed' }), message('a', 3, { body: 'third' })])
    expect(await found(state, 'first', { memory })).toEqual([])
    expect(await found(state, 'changed', { memory })).toEqual(['a1'])
    expect(await found(state, 'third', { memory })).toEqual(['a3'])
    const second = message('a', 2)
    await state.change(async (work) => deleteMessage(work, second))
    expect(await found(state, 'second', { memory })).toEqual([])
  })

  test('does not keep what was changed while it was read', async () => {
    const state = await emptyState()
    await put(state, [message('a', 1, { body: 'first' })])
    let isSlow = true
    const { promise, resolve } = Promise.withResolvers<void>()
    using memory = new SearchMemory({
      get: (...of) => state.get(...of),
      list: async (...of) => {
        const rows = await state.list(...of)
        if (isSlow && of[0] === 'message') await promise
        return rows
      },
      follow: (changed) => state.follow(changed),
    })
    const reading = memory.block('a', 0)
    await put(state, [message('a', 1, { body: 'changed' })])
    isSlow = false
    resolve()
    expect((await reading).lines[0]?.text).toBe('first')
    expect((await memory.block('a', 0)).lines[0]?.text).toBe('changed')
  })

  test('is filled without being asked, reads nothing afterwards, and holds no more than it may', async () => {
    const state = await emptyState()
    const many = ['a', 'b'].flatMap((name) =>
      Array.from({ length: 5 * blockPlaces }, (_, at) => message(name, at + 1)),
    )
    await put(state, many)
    let reads = 0
    const counted = {
      get: (...of: Parameters<State['get']>) => state.get(...of),
      list: (...of: Parameters<State['list']>) => {
        if (of[0] === 'message') reads++
        return state.list(...of)
      },
      follow: (changed: Parameters<State['follow']>[0]) => state.follow(changed),
    }
    using memory = new SearchMemory(counted)
    let pauses = 0
    await memory.fill(async () => void pauses++)
    expect(pauses).toBe(reads)
    reads = 0
    expect(await found(state, 'number7', { memory })).toHaveLength(22)
    expect(reads).toBe(0)
    const most = memory.characters / 2
    using small = new SearchMemory(counted, most)
    await small.fill(async () => {})
    expect(small.characters).toBeLessThanOrEqual(most)
    expect(small.characters).toBeGreaterThan(most / 2)
    expect(await found(state, 'number7', { memory: small })).toHaveLength(22)
  })

  test('holds nothing once it is over', async () => {
    const state = await emptyState()
    await put(state, [message('a', 1)])
    const memory = new SearchMemory(state)
    await memory.block('a', 0)
    expect(memory.characters).toBeGreaterThan(0)
    memory[Symbol.dispose]()
    expect(memory.characters).toBe(0)
    await put(state, [message('a', 2)])
    expect(await messages.get(state, messageKey('a', 2))).toBeDefined()
  })
})
