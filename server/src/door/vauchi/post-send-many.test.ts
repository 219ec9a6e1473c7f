import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mailboxOfAddress } from '#door/vauchi/address.ts'
import { base64, drawToken, OpenDoor, type DoorSettings } from '#door/vauchi/door-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { envelopeOverheadBytes, StoreError, type MailboxStore } from '#store/store.ts'

const error = (text: string) => ({ status: 'error', error: text })
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A door, ways to ask it, and what rests in the mailbox of an address. */
async function open(settings: DoorSettings = {}) {
  const store = openMemoryStore()
  const door = await OpenDoor.open({ ...settings, store })
  const post = async (body: unknown) => {
    const answer = await door.post('/v2/send_many', body)
    return [answer.status, answer.body] as const
  }
  const send = (address: string, ...texts: readonly string[]) =>
    post({ address, ciphertexts: texts.map(base64) })
  const textsAt = async (address: string): Promise<readonly string[]> => {
    const { envelopes } = await store.mailboxes.collect(mailboxOfAddress(unhex(address)), {
      after: 0,
      maxEnvelopes: 1000,
      maxBytes: 1_000_000,
      nowMillis: door.nowMillis,
    })
    return envelopes.map(({ body }) => Buffer.from(body).toString())
  }
  const linesOf = (event: string): number =>
    door.lines.filter((line) => line.includes(`"${event}"`)).length
  return { door, linesOf, post, send, store, textsAt }
}

describe('Several messages for one address', () => {
  test('are stored in their order, whichever case the address is in, and counted one by one', async () => {
    const { door, linesOf, send, textsAt } = await open()
    await using _ = door
    const address = drawToken()
    expect(await send(address, 'one', 'two', '')).toEqual([200, { status: 'ok', accepted: 3 }])
    expect(await send(address.toUpperCase(), 'three')).toEqual([200, { status: 'ok', accepted: 1 }])
    expect(await textsAt(address)).toEqual(['one', 'two', '', 'three'])
    expect(await door.texts(address)).toEqual([])
    expect([linesOf('message.accepted'), linesOf('message.refused')]).toEqual([4, 0])
  })

  test('may be the same, and 64 at most', async () => {
    const { door, post, send, textsAt } = await open()
    await using _ = door
    const address = drawToken()
    const many = Array.from({ length: 64 }, (_each, at) => String(at % 2))
    expect(await send(address, ...many)).toEqual([200, { status: 'ok', accepted: 64 }])
    expect(await textsAt(address)).toEqual(many)
    expect(await send(address, ...many, 'more')).toEqual([400, error('invalid request')])
    expect(await post({ address, ciphertexts: [] })).toEqual([400, error('invalid request')])
    expect(await textsAt(address)).toHaveLength(64)
  })

  test('are handed over in one turn of the event loop, and answered when the last is on disk', async () => {
    const store = openMemoryStore()
    const { depositFleeting } = store.mailboxes
    let handedOver = 0
    let handedOverInTurn: number | undefined
    let isLastStored = false
    const slow: MailboxStore['depositFleeting'] = async (...given) => {
      if (++handedOver === 1) setImmediate(() => (handedOverInTurn = handedOver))
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (Buffer.from(given[0].body).toString() === 'last') isLastStored = true
      return await depositFleeting.apply(store.mailboxes, given)
    }
    store.mailboxes.depositFleeting = slow
    await using door = await OpenDoor.open({ store })
    const ciphertexts = [...Array.from({ length: 63 }, () => base64('first')), base64('last')]
    const answered = door.post('/v2/send_many', { address: drawToken(), ciphertexts })
    const { body } = await answered
    expect([body, handedOverInTurn, isLastStored]).toEqual([
      { status: 'ok', accepted: 64 },
      64,
      true,
    ])
  })
})

describe('A full mailbox', () => {
  test('takes those from the front that it has room for, and says that it is full', async () => {
    const { door, linesOf, send, textsAt } = await open({ deposits: { maxEnvelopes: 3 } })
    await using _ = door
    const address = drawToken()
    expect(await send(address, 'one', 'two', 'three', 'four', 'five')).toEqual([
      200,
      { status: 'ok', accepted: 3, full: true },
    ])
    expect(await textsAt(address)).toEqual(['one', 'two', 'three'])
    expect([linesOf('message.accepted'), linesOf('message.refused')]).toEqual([3, 2])
    expect(await send(address, 'six', 'seven')).toEqual([
      429,
      error('quota exceeded for recipient'),
    ])
    expect([linesOf('message.accepted'), linesOf('message.refused')]).toEqual([3, 4])
  })

  test('takes none behind one that it has no room for, however small', async () => {
    const { door, send, textsAt } = await open({ deposits: { maxBytes: 10 } })
    await using _ = door
    const address = drawToken()
    const texts = ['12345', '123456', '1', '']
    expect(await send(address, ...texts)).toEqual([200, { status: 'ok', accepted: 1, full: true }])
    expect(await textsAt(address)).toEqual(['12345'])
    expect(await send(address, '123456', '')).toEqual([429, error('quota exceeded for recipient')])
    expect(await textsAt(address)).toEqual(['12345'])
  })

  test('is said with the wait of a single message', async () => {
    const { door } = await open({ deposits: { maxEnvelopes: 1 } })
    await using _ = door
    const body = { address: drawToken(), ciphertexts: [''] }
    await door.post('/v2/send_many', body)
    const refused = await door.post('/v2/send_many', body)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10'])
  })
})

describe('The rate of an address', () => {
  test('counts each message, and is one with that of single ones', async () => {
    const { door, linesOf, send, textsAt } = await open({ rates: { perMinute: 4 } })
    await using _ = door
    const address = drawToken()
    await door.post('/v2/send', { address, ciphertext: base64('zero') })
    expect(await send(address, 'one', 'two', 'three', 'four', 'five')).toEqual([
      200,
      { status: 'ok', accepted: 3, retry_after: 15 },
    ])
    const refused = await door.post('/v2/send_many', { address, ciphertexts: [''] })
    expect([refused.status, refused.body]).toEqual([429, error('rate limit exceeded')])
    expect(refused.headers.get('retry-after')).toBe('15')
    expect((await door.post('/v2/send', { address, ciphertext: '' })).status).toBe(429)
    door.nowMillis += 15_000
    expect(await send(address.toUpperCase(), 'four', 'five')).toEqual([
      200,
      { status: 'ok', accepted: 1, retry_after: 15 },
    ])
    expect(await textsAt(address)).toEqual(['zero', 'one', 'two', 'three', 'four'])
    // Each request that was cut short counts once.
    expect(linesOf('request.limited')).toBe(4)
    expect(linesOf('message.refused')).toBe(0)
  })

  test('yields to the quota: a full mailbox is not worth the wait', async () => {
    const { door, send } = await open({ rates: { perMinute: 3 }, deposits: { maxEnvelopes: 2 } })
    await using _ = door
    expect(await send(drawToken(), 'one', 'two', 'three', 'four')).toEqual([
      200,
      { status: 'ok', accepted: 2, full: true },
    ])
  })

  test('is not used by what is no request', async () => {
    const { door, post, send } = await open({ rates: { perMinute: 2 } })
    await using _ = door
    const address = drawToken()
    for (let i = 0; i < 5; i++) await post({ address, ciphertexts: [base64('one'), '*'] })
    expect(await send(address, 'one', 'two')).toEqual([200, { status: 'ok', accepted: 2 }])
  })

  test('of who asks counts the request', async () => {
    const rates = { address: { burst: 2, count: 1, perMillis: 1000 } }
    const { door, send } = await open({ rates })
    await using _ = door
    expect((await send(drawToken(), 'one', 'two', 'three'))[0]).toBe(200)
    expect((await send(drawToken(), 'one'))[0]).toBe(200)
    expect(await send(drawToken(), 'one')).toEqual([429, error('rate limit exceeded')])
  })
})

describe('A relay without room or time', () => {
  test('says so when it takes none, and how long to wait when it takes some', async () => {
    const maxTotalBytes = 2 * (envelopeOverheadBytes + 1)
    const { door, linesOf, send, textsAt } = await open({ deposits: { maxTotalBytes } })
    await using _ = door
    const [address, other] = [drawToken(), drawToken()]
    // The last one would have found room.
    expect(await send(address, '1', '22', '')).toEqual([
      200,
      { status: 'ok', accepted: 1, retry_after: 60 },
    ])
    expect(await textsAt(address)).toEqual(['1'])
    expect(await send(address, '2')).toEqual([200, { status: 'ok', accepted: 1 }])
    expect(await send(other, '3', '')).toEqual([507, error('storage full')])
    const refused = await door.post('/v2/send_many', { address: other, ciphertexts: [''] })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await textsAt(other)).toEqual([])
    expect([linesOf('message.accepted'), linesOf('message.refused')]).toEqual([2, 5])
  })

  /** The store fails with this from the message at `from` on, as soon as it is asked, or only with the commit. */
  async function failing(failure: Error, from: number, when: 'at once' | 'later') {
    const opened = await open()
    const { mailboxes } = opened.store
    const { depositFleeting } = mailboxes
    let at = 0
    mailboxes.depositFleeting = async (...given) => {
      if (at++ < from) return await depositFleeting.apply(mailboxes, given)
      if (when === 'later') await new Promise((resolve) => setTimeout(resolve, 5))
      throw failure
    }
    return { ...opened, asked: () => at }
  }

  test.each(['at once', 'later'] as const)('that fails %s with none stored', async (when) => {
    const { door, send } = await failing(new StoreError('busy', 'Cannot write'), 0, when)
    await using _ = door
    expect(await send(drawToken(), 'one', 'two')).toEqual([503, error('server busy')])
    expect(door.lines.join('\n')).toContain('"store.failed"')
  })

  test.each([
    [new StoreError('busy', 'Cannot write'), 1],
    [new StoreError('disk-full', 'Cannot write'), 1],
    [new TypeError('Cannot write'), 10],
  ])('that fails with %s behind two that are stored', async (failure, wait) => {
    const answer = { status: 'ok', accepted: 2, retry_after: wait }
    for (const when of ['at once', 'later'] as const) {
      const { asked, door, send, textsAt } = await failing(failure, 2, when)
      await using _ = door
      const address = drawToken()
      expect(await send(address, 'one', 'two', 'three', 'four')).toEqual([200, answer])
      expect(await textsAt(address)).toEqual(['one', 'two'])
      expect(asked()).toBe(when === 'at once' ? 3 : 4)
    }
  })

  test('says nothing of what went wrong', async () => {
    const address = drawToken()
    const { door, send } = await failing(new TypeError(`Cannot find ${address}`), 0, 'at once')
    await using _ = door
    expect(await send(address, 'secret words')).toEqual([500, error('internal error')])
    const log = door.lines.join('\n')
    expect(log).toContain('"request.failed","route":"/v2/send_many"')
    for (const secret of [address, base64('secret words')]) expect(log).not.toContain(secret)
  })
})

describe('What is no request', () => {
  test.each([
    ['no members', {}],
    ['no object', [drawToken()]],
    ['nil', null],
    ['no address', { ciphertexts: [''] }],
    ['a token', { recipient_id: drawToken(), ciphertexts: [''] }],
    ['an address that is no text', { address: 7, ciphertexts: [''] }],
    ['no messages', { address: drawToken() }],
    ['one message that is no list', { address: drawToken(), ciphertexts: base64('one') }],
    ['a message that is no text', { address: drawToken(), ciphertexts: ['', 7] }],
    ['nothing in place of a message', { address: drawToken(), ciphertexts: ['', null] }],
    ['more than 64', { address: drawToken(), ciphertexts: Array.from({ length: 65 }, () => '') }],
  ])('with %s is 400', async (_, body) => {
    const { door, post } = await open()
    await using __ = door
    expect(await post(body)).toEqual([400, error('invalid request')])
    expect(door.storeCalls).toEqual([])
  })

  test.each(['', 'a'.repeat(63), 'a'.repeat(65), 'g'.repeat(64), '١'.repeat(64)])(
    'is one to the address %j',
    async (address) => {
      const { door, send } = await open()
      await using _ = door
      expect(await send(address, 'one')).toEqual([400, error('address must be 64 hex characters')])
      expect(door.storeCalls).toEqual([])
    },
  )

  test('is one with a message that is no base64 or too large, and then nothing is stored', async () => {
    const { door, post } = await open({ maxMessageBytes: 10 })
    await using _ = door
    const address = drawToken()
    const [good, large] = [base64('1234567890'), base64('12345678901')]
    for (const bad of ['*', 'YQ', 'YQ==\n', '-_-_', 'YR==']) {
      for (const ciphertexts of [[good, bad], [bad, good], [bad]]) {
        const refused = [400, error('ciphertext must be valid base64')]
        expect(await post({ address, ciphertexts })).toEqual(refused)
      }
    }
    for (const ciphertexts of [[good, large], [large, good], [large]]) {
      expect(await post({ address, ciphertexts })).toEqual([413, error('ciphertext too large')])
    }
    expect(door.storeCalls).toEqual([])
    expect(await post({ address, ciphertexts: [good] })).toEqual([
      200,
      { status: 'ok', accepted: 1 },
    ])
  })

  test('is whatever does not fit the door: too long, of another type, of another method', async () => {
    const { door } = await open()
    await using _ = door
    const long = { address: drawToken(), ciphertexts: ['A'.repeat(131_072)] }
    const tooLong = await door.post('/v2/send_many', long)
    expect([tooLong.status, tooLong.body]).toEqual([413, error('request body too large')])
    const text = await door.post('/v2/send_many', '{}', { 'content-type': 'text/plain' })
    expect(text.status).toBe(415)
    const get = await door.ask('/v2/send_many')
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await door.ask('/v2/send/many', { method: 'POST' })).status).toBe(404)
    for (const body of ['', '{', '['.repeat(10_000), '\uFEFF{}', 'null']) {
      expect((await door.post('/v2/send_many', body)).body).toEqual(error('invalid request'))
    }
  })

  test('is answered in the envelope, whatever it is', async () => {
    const { door, post } = await open({ rates: { perMinute: 1_000_000 } })
    await using _ = door
    const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }))
    const address = fc.oneof(anything, fc.constant(drawToken()))
    const ciphertexts = fc.oneof(anything, fc.array(anything), fc.array(fc.base64String()))
    await fc.assert(
      fc.asyncProperty(address, ciphertexts, async (to, messages) => {
        const [status, body] = await post({ address: to, ciphertexts: messages })
        expect([200, 400]).toContain(status)
        expect(body['status']).toBe(status === 200 ? 'ok' : 'error')
      }),
      { numRuns: 150 },
    )
  })
})

test('A client that is too old stores nothing', async () => {
  const { door, send } = await open({ version: { minimum: 3, graceMillis: 0 } })
  await using _ = door
  expect((await send(drawToken(), 'one'))[0]).toBe(426)
  expect(door.storeCalls).toEqual([])
})

test('It is no action: an envelope of Vauchi cannot name it', async () => {
  const { door } = await open()
  await using _ = door
  expect(Object.keys(door.vauchi.actions)).not.toContain('send_many')
})

test('What is answered is what is stored, whatever the sizes and the quota are', async () => {
  const sizes = fc.array(fc.nat(40), { minLength: 1, maxLength: 64 })
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 200 }), async (lengths, maxBytes) => {
      const { door, send, textsAt } = await open({ deposits: { maxBytes, maxEnvelopes: 50 } })
      await using _ = door
      const address = drawToken()
      const texts = lengths.map((length) => 'x'.repeat(length))
      const [status, { accepted }] = await send(address, ...texts)
      let room = maxBytes
      const at = lengths.findIndex((length, index) => (room -= length) < 0 || index === 50)
      const expected = at < 0 ? lengths.length : at
      expect([status, accepted]).toEqual(expected === 0 ? [429, undefined] : [200, expected])
      expect(await textsAt(address)).toEqual(texts.slice(0, expected))
    }),
    { numRuns: 50 },
  )
})
