import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actionNames, type ActionReply } from '#door/vauchi/actions.ts'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { fromBase64, fromHex, mailboxNamed, toBase64, toHex } from '#door/vauchi/texts.ts'

let door: OpenDoor
beforeAll(async () => {
  door = await OpenDoor.open({ rates: { perMinute: 1_000_000 } })
})
afterAll(() => door[Symbol.asyncDispose]())

/** What each action takes, well made. */
const wellMade: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  send: { recipient_id: drawToken(), ciphertext: base64('hello') },
  fetch: { mailbox_tokens: [drawToken()] },
  ack: { recipient_id: drawToken(), blob_id: '00000000-0000-4000-8000-000000000000' },
  register: { mailbox_tokens: [drawToken()] },
  purge: {
    recipient_id: drawToken(),
    public_key: drawToken(),
    purge_token: drawToken(),
    signature: drawToken() + drawToken(),
    timestamp: 1_800_000_000,
  },
  recovery_store: { key_hash: drawToken(), proof_data: base64('proof') },
  recovery_query: { key_hashes: [drawToken()] },
  exchange_offer: { payload: 'p', expires_secs: 60 },
  exchange_claim: { code: '123456', response: 'r' },
  exchange_complete: { code: '123456' },
}

function expectEnvelope({ status, body }: ActionReply): void {
  expect([200, 400, 401, 413, 429]).toContain(status)
  expect(body['status']).toBe(status === 200 ? 'ok' : 'error')
  if (status !== 200) expect(body['error']).toEqual(expect.any(String))
}

describe('A hostile body', () => {
  test('is answered in the envelope, whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...actionNames), fc.jsonValue(), async (name, body) => {
        expectEnvelope(await door.vauchi.actions[name](body))
      }),
      { numRuns: 500 },
    )
  })

  test('is answered in the envelope, whichever member of a good one is anything else', async () => {
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(-1, 2 ** 64, 1e308, '', '\0', '__proto__', 'a'.repeat(100_000)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...actionNames),
        fc.nat(),
        anything,
        async (name, at, value) => {
          const good = wellMade[name] ?? {}
          const members = Object.keys(good)
          const member = members[at % members.length] ?? ''
          expectEnvelope(await door.vauchi.actions[name]({ ...good, [member]: value }))
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('vauchi 11: that is no JSON, cut off or with a byte changed, is 400 or another request', async () => {
    const good = Buffer.from(JSON.stringify(wellMade['send']))
    const bodies: Uint8Array[] = []
    for (let at = 0; at < good.length; at += 7) {
      bodies.push(good.subarray(0, at))
      const flipped = Buffer.from(good)
      flipped[at] = (flipped[at] ?? 0) ^ 0x80
      bodies.push(flipped)
    }
    bodies.push(
      Buffer.from(`\uFEFF${good.toString()}`),
      Buffer.from('['.repeat(100_000)),
      Buffer.from('null'),
    )
    for (const body of bodies) {
      const answer = await door.ask('/v2/send', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Uint8Array(body),
      })
      expect([answer.status, answer.body]).toEqual([
        400,
        { status: 'error', error: 'invalid request' },
      ])
    }
  })

  test('vauchi 11 and 21: without one of its members is 400, with more of them is as good', async () => {
    for (const name of actionNames) {
      const act = door.vauchi.actions[name]
      const good = wellMade[name] ?? {}
      const plain = await act(good)
      const more = await act({ ...good, version: 2, other: [{}] })
      expect([name, more.status]).toEqual([name, plain.status])
      for (const member of Object.keys(good)) {
        if (member === 'expires_secs') continue
        const { [member]: _, ...rest } = good
        const { status, body } = await act(rest)
        expect([name, member, status, body['error']]).toEqual([
          name,
          member,
          400,
          'invalid request',
        ])
      }
    }
  })

  test('without the type of JSON is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'json']) {
      const answer = await door.post('/v2/fetch', {}, { 'content-type': type })
      expect(answer.status).toBe(415)
    }
    const headers = { 'content-type': 'application/json; charset=utf-8' }
    expect((await door.post('/v2/fetch', {}, headers)).status).toBe(400)
  })

  test('vauchi 12: above 128 KiB is 413 everywhere but for messages', async () => {
    const long = { payload: 'x'.repeat(131_072), mailbox_tokens: [] }
    for (const path of ['fetch', 'register', 'purge', 'recovery/query', 'exchange/offer']) {
      const { status, body } = await door.post(`/v2/${path}`, long)
      expect([path, status, body]).toEqual([
        path,
        413,
        { status: 'error', error: 'request body too large' },
      ])
    }
  })
})

describe('Texts', () => {
  test('bytes come back from hex and from base64', () => {
    for (const text of ['a', 'abc', 'xy', ' ab', '0x']) expect(fromHex(text)).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes)
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes)
        expect(fromBase64(toBase64(bytes))).toEqual(bytes)
      }),
    )
  })

  test('what is read as base64 is written like that, and nothing else is read', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = fromBase64(text)
        if (bytes !== undefined) expect(toBase64(bytes)).toBe(text)
      }),
    )
  })

  test('a mailbox has a name of 64 digits, in either case', () => {
    const token = `aB${drawToken().slice(2)}`
    expect(mailboxNamed(token)).toBe(mailboxNamed(token.toLowerCase()))
    expect(mailboxNamed(token)).not.toBe(token.toLowerCase())
    for (const text of [
      '',
      token.slice(1),
      `${token}0`,
      `${token.slice(1)}g`,
      `0x${token.slice(2)}`,
    ]) {
      expect(mailboxNamed(text)).toBeUndefined()
    }
  })
})
