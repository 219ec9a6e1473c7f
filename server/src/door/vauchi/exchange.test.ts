import { describe, expect, test } from 'vitest'
import { OpenDoor, type Reply } from '#door/vauchi/door-for-tests.ts'

const error = (text: string) => [400, { status: 'error', error: text }]
const ok = (fields: Reply) => [200, { status: 'ok', ...fields }]

async function call(door: OpenDoor, step: 'offer' | 'claim' | 'complete', body: unknown) {
  const answer = await door.post(`/v2/exchange/${step}`, body)
  return [answer.status, answer.body]
}

async function offer(door: OpenDoor, payload = 'payload', more: Reply = {}): Promise<string> {
  const { body } = await door.post('/v2/exchange/offer', { payload, ...more })
  expect(body['code']).toMatch(/^[0-9]{6}$/)
  return String(body['code'])
}

/** A code that no offer has. */
const freeCode = (taken: string): string => (taken === '123456' ? '654321' : '123456')

describe('An exchange', () => {
  test('vauchi 47: hands the payload to who claims, and the response to who completes', async () => {
    await using door = await OpenDoor.open()
    const code = await offer(door, 'from the first')
    const claim = { code, response: 'from the second' }
    expect(await call(door, 'claim', claim)).toEqual(ok({ payload: 'from the first' }))
    expect(await call(door, 'complete', { code })).toEqual(ok({ response: 'from the second' }))
  })

  test('vauchi 48: that nobody claimed yet can still be claimed after somebody tried to complete', async () => {
    await using door = await OpenDoor.open()
    const code = await offer(door)
    expect(await call(door, 'complete', { code })).toEqual(error('not yet claimed'))
    expect(await call(door, 'claim', { code, response: 'r' })).toEqual(ok({ payload: 'payload' }))
  })

  test('vauchi 49: is claimed once, and keeps the first response', async () => {
    await using door = await OpenDoor.open()
    const code = await offer(door)
    await call(door, 'claim', { code, response: 'first' })
    expect(await call(door, 'claim', { code, response: 'second' })).toEqual(
      error('already claimed'),
    )
    expect(await call(door, 'complete', { code })).toEqual(ok({ response: 'first' }))
  })

  test('vauchi 50 and 51: a code that is over, expired or was never given is the same', async () => {
    await using door = await OpenDoor.open()
    const gone = error('invalid or expired code')
    const done = await offer(door)
    await call(door, 'claim', { code: done, response: 'r' })
    await call(door, 'complete', { code: done })
    expect(await call(door, 'complete', { code: done })).toEqual(gone)
    const old = await offer(door, 'old', { expires_secs: 30 })
    expect(await call(door, 'claim', { code: freeCode(old), response: 'r' })).toEqual(gone)
    door.nowMillis += 30_000
    expect(await call(door, 'claim', { code: old, response: 'r' })).toEqual(gone)
    expect(await call(door, 'complete', { code: old })).toEqual(gone)
  })

  test.each([
    '12345',
    '1234567',
    '12a456',
    '',
    '12 456',
    '123456\n',
    '123456\0',
    '１２３４５６',
    ' 12345',
    '-12345',
  ])('vauchi 52: %j is no code', async (code) => {
    await using door = await OpenDoor.open()
    const refused = error('code must be exactly 6 digits')
    expect(await call(door, 'claim', { code, response: '' })).toEqual(refused)
    expect(await call(door, 'complete', { code })).toEqual(refused)
  })

  test('vauchi 53: is offered for 30 to 3600 seconds, or for as long as the relay says', async () => {
    await using door = await OpenDoor.open({ exchange: { ttlSeconds: 300 } })
    const refused = error('TTL must be between 30 and 3600 seconds')
    for (const expires_secs of [29, 0, -1, 3601, 7200, 30.5, 2 ** 64]) {
      expect(await call(door, 'offer', { payload: '', expires_secs })).toEqual(refused)
    }
    const claims = async (code: string) =>
      (await call(door, 'claim', { code, response: '' }))[0] === 200
    const [short, long, usual, late] = [
      await offer(door, '', { expires_secs: 30 }),
      await offer(door, '', { expires_secs: 3600 }),
      await offer(door),
      await offer(door),
    ]
    door.nowMillis += 29_999
    expect(await claims(short)).toBe(true)
    door.nowMillis += 270_000
    expect(await claims(usual)).toBe(true)
    door.nowMillis += 1
    expect(await claims(late)).toBe(false)
    door.nowMillis += 3_300_000 - 1
    expect(await claims(long)).toBe(true)
  })

  test('vauchi 54: takes 65,536 bytes on each side, and no more', async () => {
    await using door = await OpenDoor.open()
    const largest = 'x'.repeat(65_536)
    const code = await offer(door, largest)
    const over = error('payload too large')
    expect(await call(door, 'offer', { payload: `${largest}x` })).toEqual(over)
    expect(await call(door, 'offer', { payload: 'ü'.repeat(32_769) })).toEqual(over)
    expect(await call(door, 'claim', { code, response: `${largest}x` })).toEqual(over)
    expect(await call(door, 'claim', { code, response: largest })).toEqual(ok({ payload: largest }))
    const [status] = await call(door, 'offer', { payload: 'x'.repeat(200 * 1024) })
    expect(status).toBe(413)
  })

  test('vauchi 55: carries an empty and a foreign text unchanged', async () => {
    await using door = await OpenDoor.open()
    for (const text of ['', 'grüße \u{1f44b}\0\n"']) {
      const code = await offer(door, text)
      expect(await call(door, 'claim', { code, response: text })).toEqual(ok({ payload: text }))
      expect(await call(door, 'complete', { code })).toEqual(ok({ response: text }))
    }
  })

  test('vauchi 57: of many claims at once one wins, and of many completions', async () => {
    await using door = await OpenDoor.open()
    const code = await offer(door)
    const winners = async (step: 'claim' | 'complete') => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, i) => call(door, step, { code, response: `r${i}` })),
      )
      return all.filter(([status]) => status === 200).length
    }
    expect(await winners('claim')).toBe(1)
    expect(await winners('complete')).toBe(1)
  })

  test('vauchi 58: is refused when there are too many, and possible again when they expired', async () => {
    await using door = await OpenDoor.open({ exchange: { maxOffers: 2 } })
    await offer(door)
    await offer(door)
    expect(await call(door, 'offer', { payload: '' })).toEqual(error('too many offers'))
    door.nowMillis += 300_000
    await offer(door)
  })

  test('vauchi 60: is limited over all codes of one address, claims and completions together', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 2 } })
    const code = await offer(door)
    await call(door, 'claim', { code, response: '' })
    await call(door, 'complete', { code: freeCode(code) })
    const limited = [429, { status: 'error', error: 'rate limit exceeded' }]
    expect(await call(door, 'claim', { code: '777777', response: '' })).toEqual(limited)
    expect(await call(door, 'complete', { code: '777778' })).toEqual(limited)
    // The second offer: those are counted apart.
    await offer(door)
    const other = { 'x-forwarded-for': '192.0.2.9' }
    const answer = await door.post('/v2/exchange/complete', { code }, other)
    expect(answer.status).toBe(200)
  })

  test('one code is limited, wherever its guesses come from', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 2 } })
    const complete = async (from: string) =>
      (await door.post('/v2/exchange/complete', { code: '123456' }, { 'x-forwarded-for': from }))
        .status
    expect(await complete('192.0.2.1')).toBe(400)
    expect(await complete('192.0.2.2')).toBe(400)
    expect(await complete('192.0.2.3')).toBe(429)
  })

  test('sealed offers, which have no address, are bounded together, and apart from claims', async () => {
    await using door = await OpenDoor.open({ rates: { sealedExchangePerMinute: 1 } })
    const { exchange_offer, exchange_claim } = door.vauchi.actions
    expect((await exchange_offer({ payload: '' })).status).toBe(200)
    expect((await exchange_offer({ payload: '' })).status).toBe(429)
    expect((await exchange_claim({ code: '123456', response: '' })).status).toBe(400)
    expect((await exchange_claim({ code: '123457', response: '' })).status).toBe(429)
    await offer(door)
  })

  test('vauchi 61: without a code or a response is no request', async () => {
    await using door = await OpenDoor.open()
    const refused = error('invalid request')
    expect(await call(door, 'claim', { response: '' })).toEqual(refused)
    expect(await call(door, 'claim', { code: '123456' })).toEqual(refused)
    expect(await call(door, 'complete', {})).toEqual(refused)
    expect(await call(door, 'offer', {})).toEqual(refused)
  })

  test('that asked for a completion token is completed with it alone', async () => {
    await using door = await OpenDoor.open()
    const { body } = await door.post('/v2/exchange/offer', {
      payload: '',
      with_completion_token: true,
    })
    const { code, completion_token } = body
    expect(completion_token).toMatch(/^[\da-f]{32}$/)
    const gone = error('invalid or expired code')
    expect(await call(door, 'complete', { code })).toEqual(gone)
    expect(await call(door, 'complete', { code, completion_token })).toEqual(
      error('not yet claimed'),
    )
    await call(door, 'claim', { code, response: 'r' })
    for (const wrong of [undefined, null, '', '0'.repeat(32)]) {
      expect(await call(door, 'complete', { code, completion_token: wrong })).toEqual(gone)
    }
    expect(await call(door, 'complete', { code, completion_token })).toEqual(ok({ response: 'r' }))
    const plain = await offer(door)
    await call(door, 'claim', { code: plain, response: 'r' })
    expect(await call(door, 'complete', { code: plain, completion_token: 'any' })).toEqual(
      ok({ response: 'r' }),
    )
  })
})
