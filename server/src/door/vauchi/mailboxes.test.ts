import { describe, expect, test } from 'vitest'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { StoreError } from '#store/store.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const error = (text: string) => ({ status: 'error', error: text })
const uuidV4 = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/

describe('A message to a mailbox', () => {
  test('vauchi 1 and 2: is stored under an id of its own, and fetched with its token', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const sent = await door.post('/v2/send', { recipient_id: token, ciphertext: base64('hello') })
    expect(sent.status).toBe(200)
    expect(sent.body).toEqual({ status: 'ok', blob_id: expect.stringMatching(uuidV4) })
    const fetched = await door.post('/v2/fetch', { mailbox_tokens: [token] })
    expect(fetched.body).toEqual({
      status: 'ok',
      blobs: [
        {
          blob_id: sent.body['blob_id'],
          ciphertext: base64('hello'),
          created_at: door.nowMillis / 1000,
          mailbox_token: token,
        },
      ],
    })
  })

  test('vauchi 3: fetching removes nothing', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    await door.send(token, 'stays')
    expect(await door.blobs(token)).toEqual(await door.blobs(token))
    expect(await door.texts(token)).toEqual(['stays'])
  })

  test('vauchi 4: a token that nobody wrote to, and one that is none, have nothing', async () => {
    await using door = await OpenDoor.open()
    expect(await door.blobs(drawToken())).toEqual([])
    expect(await door.blobs('no token', '')).toEqual([])
  })

  test('vauchi 5 and 6: comes with its own token, in order of acceptance over all tokens', async () => {
    await using door = await OpenDoor.open()
    const [one, two] = [drawToken(), drawToken()]
    const sent: [string, string][] = [
      [two, 'a'],
      [one, 'b'],
      [two, 'c'],
      [one, 'd'],
    ]
    for (const [token, text] of sent) {
      await door.send(token, text)
      door.nowMillis += 5
    }
    expect(await door.texts(one)).toEqual(['b', 'd'])
    const both = await door.blobs(one, two, one)
    expect(both.map((blob) => [blob.mailbox_token, blob.ciphertext])).toEqual(
      sent.map(([token, text]) => [token, base64(text)]),
    )
  })

  test('messages of one moment keep their order', async () => {
    await using door = await OpenDoor.open()
    const [one, two] = [drawToken(), drawToken()]
    for (const [index, text] of ['a', 'b', 'c', 'd'].entries()) {
      await door.send(index % 2 === 0 ? one : two, text)
    }
    expect(await door.texts(two, one)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('vauchi 7: sent twice it is there twice', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    expect(await door.send(token, 'twin')).not.toBe(await door.send(token, 'twin'))
    expect(await door.texts(token)).toEqual(['twin', 'twin'])
  })

  test('a token in capitals names the same mailbox, and comes back as it was asked for', async () => {
    await using door = await OpenDoor.open()
    const token = `ab${drawToken().slice(2)}`
    await door.send(token.toUpperCase(), 'hello')
    expect((await door.blobs(token)).map((blob) => blob.mailbox_token)).toEqual([token])
    const both = await door.blobs(token.toUpperCase(), token)
    expect(both.map((blob) => blob.mailbox_token)).toEqual([token.toUpperCase()])
  })

  test.each([
    ['63 digits', 'a'.repeat(63)],
    ['65 digits', 'a'.repeat(65)],
    ['no hex', 'g'.repeat(64)],
    ['digits of another script', '١'.repeat(64)],
    ['nothing', ''],
  ])('vauchi 8: a recipient of %s is refused', async (_, recipient_id) => {
    await using door = await OpenDoor.open()
    const { status, body } = await door.post('/v2/send', { recipient_id, ciphertext: '' })
    expect([status, body]).toEqual([400, error('recipient_id must be 64 hex characters')])
  })

  test.each(['*', 'YQ', 'YQ==\n', '-_-_', 'YR=='])(
    'vauchi 9: %j is no base64',
    async (ciphertext) => {
      await using door = await OpenDoor.open()
      const { status, body } = await door.post('/v2/send', {
        recipient_id: drawToken(),
        ciphertext,
      })
      expect([status, body]).toEqual([400, error('ciphertext must be valid base64')])
    },
  )

  test('vauchi 10: may be empty', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    await door.send(token, '')
    expect(await door.texts(token)).toEqual([''])
  })

  test('vauchi 12: may be as large as the relay is told, and no larger', async () => {
    await using door = await OpenDoor.open({ maxMessageBytes: 200_000 })
    const token = drawToken()
    const send = (bytes: number) =>
      door.post('/v2/send', { recipient_id: token, ciphertext: base64('x'.repeat(bytes)) })
    expect((await send(200_000)).status).toBe(200)
    const refused = await send(200_001)
    expect([refused.status, refused.body]).toEqual([413, error('ciphertext too large')])
    const beyond = await send(300_000)
    expect([beyond.status, beyond.body]).toEqual([413, error('request body too large')])
    expect(await door.blobs(token)).toHaveLength(1)
  })

  test('what expired is out of reach at once', async () => {
    await using door = await OpenDoor.open({ deposits: { ttlMillis: 5000 } })
    const token = drawToken()
    await door.send(token, 'old')
    door.nowMillis += 4999
    expect(await door.texts(token)).toEqual(['old'])
    door.nowMillis += 1
    expect(await door.texts(token)).toEqual([])
  })

  test('that cannot be stored is no success', async () => {
    const store = openMemoryStore()
    let code: 'disk-full' | 'busy' = 'disk-full'
    store.mailboxes.depositFleeting = () => Promise.reject(new StoreError(code, 'Cannot write'))
    await using door = await OpenDoor.open({ store })
    const send = () => door.post('/v2/send', { recipient_id: drawToken(), ciphertext: '' })
    const full = await send()
    expect([full.status, full.body]).toEqual([507, error('storage full')])
    expect(full.headers.get('cache-control')).toBe('no-store')
    code = 'busy'
    const busy = await send()
    expect([busy.status, busy.body, busy.headers.get('retry-after')]).toEqual([
      503,
      error('server busy'),
      '1',
    ])
  })
})

describe('Fetching', () => {
  test('vauchi 13: takes 1 to 100 tokens', async () => {
    await using door = await OpenDoor.open()
    const fetchMany = async (count: number) => {
      const { status, body } = await door.post('/v2/fetch', {
        mailbox_tokens: Array.from({ length: count }, drawToken),
      })
      return [status, body]
    }
    const refused = [400, error('mailbox_tokens must contain 1-100 entries')]
    expect(await fetchMany(0)).toEqual(refused)
    expect(await fetchMany(100)).toEqual([200, { status: 'ok', blobs: [] }])
    expect(await fetchMany(101)).toEqual(refused)
  })

  test('looks up a known and an unknown mailbox in the same way', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    await door.send(token, 'here')
    const id = await door.send(token, 'there')
    const callsOf = async (act: () => Promise<unknown>) => {
      door.storeCalls.length = 0
      await act()
      return [...door.storeCalls]
    }
    const ack = (recipient_id: string) => door.post('/v2/ack', { recipient_id, blob_id: id })
    expect(await callsOf(() => door.blobs(drawToken()))).toEqual(
      await callsOf(() => door.blobs(token)),
    )
    expect(await callsOf(() => ack(drawToken()))).toEqual(await callsOf(() => ack(token)))
    expect(await callsOf(() => door.send(drawToken(), 'first'))).toEqual(
      await callsOf(() => door.send(token, 'third')),
    )
    expect(door.storeCalls).toEqual(['mailboxes.depositFleeting'])
  })
})

describe('An acknowledgement', () => {
  test('vauchi 14 and 15: removes the message, once', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const blob_id = await door.send(token, 'goes')
    await door.send(token, 'stays')
    const ack = async () => (await door.post('/v2/ack', { recipient_id: token, blob_id })).body
    expect(await ack()).toEqual({ status: 'ok', acknowledged: true })
    expect(await door.texts(token)).toEqual(['stays'])
    expect(await ack()).toEqual({ status: 'ok', acknowledged: false })
  })

  test('vauchi 16 and 17: of another mailbox, or of no message, is no error and removes nothing', async () => {
    await using door = await OpenDoor.open()
    const [token, other] = [drawToken(), drawToken()]
    const blob_id = await door.send(token, 'stays')
    await door.send(other, 'stays too')
    const unknown = '00000000-0000-4000-8000-000000000000'
    for (const body of [
      { recipient_id: other, blob_id },
      { recipient_id: 'none', blob_id },
      { recipient_id: token, blob_id: unknown },
      { recipient_id: token, blob_id: 'no id' },
    ]) {
      const answer = await door.post('/v2/ack', body)
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok', acknowledged: false }])
    }
    expect(await door.texts(token, other)).toEqual(['stays', 'stays too'])
  })
})

describe('Registering', () => {
  const register = async (door: OpenDoor, tokens: readonly string[]) => {
    const { status, body } = await door.post('/v2/register', { mailbox_tokens: tokens })
    return [status, body]
  }

  test('vauchi 18: counts tokens, up to 1900', async () => {
    await using door = await OpenDoor.open()
    const many = Array.from({ length: 1901 }, drawToken)
    expect(await register(door, [drawToken()])).toEqual([200, { status: 'ok', accepted: 1 }])
    expect(await register(door, [])).toEqual([200, { status: 'ok', accepted: 0 }])
    expect((await register(door, many.slice(1)))[0]).toBe(200)
    expect(await register(door, many)).toEqual([
      400,
      error('too many mailbox_tokens: 1901 (max 1900)'),
    ])
  })

  test('vauchi 19: names the first token that is none', async () => {
    await using door = await OpenDoor.open()
    const tokens = [drawToken(), drawToken(), 'x', 'y']
    expect(await register(door, tokens)).toEqual([
      400,
      error('mailbox_tokens[2] must be 64 hex characters'),
    ])
  })

  test('vauchi 20: is asked of nobody, and keeps nothing', async () => {
    await using door = await OpenDoor.open()
    await register(door, [drawToken()])
    expect(door.storeCalls).toEqual([])
    const token = drawToken()
    await door.send(token, 'hello')
    expect(await door.texts(token)).toEqual(['hello'])
  })
})

describe('A mailbox', () => {
  test('vauchi 22: that holds as many messages as it may takes another after an acknowledgement', async () => {
    await using door = await OpenDoor.open({ deposits: { maxEnvelopes: 2 } })
    const token = drawToken()
    const blob_id = await door.send(token, 'a')
    await door.send(token, 'b')
    const full = await door.post('/v2/send', { recipient_id: token, ciphertext: '' })
    expect([full.status, full.body]).toEqual([429, error('quota exceeded for recipient')])
    expect(Number(full.headers.get('retry-after'))).toBeGreaterThan(0)
    await door.send(drawToken(), 'elsewhere')
    await door.post('/v2/ack', { recipient_id: token, blob_id })
    await door.send(token, 'c')
    expect(await door.texts(token)).toEqual(['b', 'c'])
  })

  test('vauchi 23: may be filled to the byte', async () => {
    await using door = await OpenDoor.open({ deposits: { maxBytes: 10 } })
    const token = drawToken()
    await door.send(token, '1234567890')
    const over = await door.post('/v2/send', { recipient_id: token, ciphertext: base64('1') })
    expect([over.status, over.body]).toEqual([429, error('quota exceeded for recipient')])
  })

  test('vauchi 24: without quotas takes what comes', async () => {
    const unlimited = Number.POSITIVE_INFINITY
    await using door = await OpenDoor.open({
      deposits: { maxBytes: unlimited, maxEnvelopes: unlimited },
    })
    const token = drawToken()
    for (let i = 0; i < 20; i++) await door.send(token, 'x'.repeat(1000))
    expect(await door.blobs(token)).toHaveLength(20)
  })

  test('vauchi 28: with more than a page fills pages, and is emptied page by page in order', async () => {
    await using door = await OpenDoor.open()
    const tokens = [drawToken(), drawToken()]
    const sent: string[] = []
    for (let i = 0; i < 200; i++) {
      const text = `${i} `.padEnd(500 + ((i * 37) % 2000), 'x')
      sent.push(text)
      await door.send(tokens[i % 3 === 0 ? 0 : 1] ?? '', text)
    }
    const received: string[] = []
    for (let isTruncated = true; isTruncated;) {
      const { body } = await door.post('/v2/fetch', { mailbox_tokens: tokens })
      isTruncated = body['truncated'] === true
      const blobs = await door.blobs(...tokens)
      const bytes = Buffer.byteLength(JSON.stringify(blobs))
      // Sealed, the whole answer has its length in front, and is 96 KiB at most.
      expect(Buffer.byteLength(JSON.stringify(body)) + 4).toBeLessThanOrEqual(98_304)
      if (isTruncated) expect(bytes).toBeGreaterThan(0.9 * 98_304)
      else expect(body).not.toHaveProperty('truncated')
      for (const { blob_id, mailbox_token, ciphertext } of blobs) {
        received.push(Buffer.from(ciphertext, 'base64').toString())
        await door.post('/v2/ack', { recipient_id: mailbox_token, blob_id })
      }
    }
    expect(received).toEqual(sent)
  })

  test('vauchi 29: a page holds one message at least, however large', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    await door.send(token, 'x'.repeat(200_000))
    await door.send(token, 'y'.repeat(40_960))
    const { body } = await door.post('/v2/fetch', { mailbox_tokens: [token] })
    expect(body).toMatchObject({ truncated: true, blobs: [{}] })
    expect(await door.blobs(token)).toHaveLength(1)
  })
})
