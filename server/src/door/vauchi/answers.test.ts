import { describe, expect, test } from 'vitest'
import { ServedRoutes } from '#door/dispatch-for-tests.ts'
import { answer } from '#door/vauchi/answer.ts'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { elsewhere } from '#door/vauchi/elsewhere.ts'
import { failed } from '#door/vauchi/reply.ts'

const error = (text: string) => ({ status: 'error', error: text })

describe('The rate', () => {
  const send = (door: OpenDoor, token: string) =>
    door.post('/v2/send', { recipient_id: token, ciphertext: '' })

  test('vauchi 25 and 26: of one mailbox is limited, said in JSON, and comes back with time', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 2 } })
    const token = drawToken()
    await send(door, token)
    await send(door, token.toUpperCase())
    const refused = await send(door, token)
    expect([refused.status, refused.body]).toEqual([429, error('rate limit exceeded')])
    expect(refused.headers.get('retry-after')).toBe('30')
    expect(door.lines.join('\n')).toContain('request.limited')
    expect((await send(door, drawToken())).status).toBe(200)
    door.nowMillis += 30_000
    expect((await send(door, token)).status).toBe(200)
  })

  test('of one operation leaves the others alone: who sends much blocks no fetch and no ack', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 1 } })
    const token = drawToken()
    await send(door, token)
    expect((await send(door, token)).status).toBe(429)
    expect(await door.blobs(token)).toHaveLength(1)
    const ack = () => door.post('/v2/ack', { recipient_id: token, blob_id: 'x' })
    expect((await ack()).status).toBe(200)
    expect((await ack()).status).toBe(429)
    expect((await door.post('/v2/fetch', { mailbox_tokens: [token] })).status).toBe(429)
  })

  test('of one address is limited over all mailboxes, and leaves other addresses alone', async () => {
    await using door = await OpenDoor.open({
      rates: { address: { burst: 2, count: 1, perMillis: 1000 } },
    })
    const from = (address: string) =>
      door.post('/v2/fetch', { mailbox_tokens: [drawToken()] }, { 'x-forwarded-for': address })
    expect((await from('192.0.2.1')).status).toBe(200)
    expect((await from('192.0.2.1')).status).toBe(200)
    const refused = await from('192.0.2.1')
    expect([refused.status, refused.body]).toEqual([429, error('rate limit exceeded')])
    expect((await from('192.0.2.2')).status).toBe(200)
    expect(door.lines.join('\n')).toContain('request.limited')
    for (let i = 0; i < 5; i++) {
      const sealed = await door.vauchi.actions.fetch({ mailbox_tokens: [drawToken()] })
      expect(sealed.status).toBe(200)
    }
  })
})

describe('Every answer', () => {
  test('has headers of its own: what one is given later, no other carries', () => {
    const added = { 'x-min-version': '1' }
    const one = answer({ ...failed(429, 'x'), retryAfterSeconds: 3 }, added)
    one.headers.set('x-request-id', 'one')
    const other = answer(failed(400, 'x'), added)
    expect(one.headers.get('retry-after')).toBe('3')
    expect(other.headers.get('x-min-version')).toBe('1')
    expect(other.headers.get('retry-after')).toBeNull()
    expect(other.headers.get('x-request-id')).toBeNull()
    expect(answer(failed(400, 'x')).headers.get('x-min-version')).toBeNull()
  })

  const common = {
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
  }

  test('vauchi 27: has the headers of this door, also where nothing is', async () => {
    await using door = await OpenDoor.open()
    const asked: [number, string, RequestInit][] = [
      [200, '/v2/health', {}],
      [415, '/v2/send', { method: 'POST', body: '{}' }],
      [404, '/v2/nothing', {}],
      [404, '/v2/nothing/here', { method: 'POST' }],
      [405, '/v2/send', {}],
      [405, '/v2/exchange/offer', { method: 'DELETE' }],
      [405, '/v2/health', { method: 'POST' }],
      [405, '/v2/send', { method: 'PATCH' }],
      [405, '/v2/health', { method: 'PATCH', body: '{}' }],
      [405, '/v2/send', { method: 'OPTIONS' }],
      [405, '/v2/send', { method: 'PROPFIND' }],
      [404, '/v2/nothing', { method: 'PATCH' }],
      [404, '/v2', { method: 'PATCH' }],
    ]
    for (const [status, path, options] of asked) {
      const answer = await door.ask(path, options)
      expect([path, answer.status]).toEqual([path, status])
      expect(Object.fromEntries(answer.headers)).toMatchObject(common)
      expect(answer.body['status']).toBe(status === 200 ? 'ok' : 'error')
      expect(answer.headers.get('retry-after')).toBeNull()
    }
    for (const method of ['GET', 'PATCH', 'OPTIONS']) {
      expect((await door.ask('/v2/send', { method })).headers.get('allow')).toBe('POST')
    }
    expect((await door.ask('/v2/health', { method: 'PATCH' })).headers.get('allow')).toBe('GET')
    expect((await door.ask('/v2/nothing', { method: 'PATCH' })).headers.get('allow')).toBeNull()
    expect((await door.ask('/v2/health')).body).toEqual({ status: 'ok' })
  })

  test('where a route is switched off there is nothing', async () => {
    await using server = await ServedRoutes.open(elsewhere([{ method: 'POST', path: '/v2/send' }]))
    expect((await server.ask('/v2/send', { method: 'POST' })).status).toBe(404)
    expect((await server.ask('/v2/fetch', { method: 'POST' })).status).toBe(404)
  })

  test('the paths that original clients use in direct mode are there', async () => {
    await using door = await OpenDoor.open()
    for (const path of [
      'recovery_store',
      'recovery_query',
      'exchange_offer',
      'exchange_claim',
      'exchange_complete',
      'recovery/store',
      'exchange/complete',
    ]) {
      const { status, body } = await door.post(`/v2/${path}`, {})
      expect([path, status, body]).toEqual([path, 400, error('invalid request')])
    }
  })

  test('no line of the log has a token, an id or a text in it', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const id = await door.send(token, 'secret words')
    await door.blobs(token)
    await door.post('/v2/ack', { recipient_id: token, blob_id: id })
    const log = door.lines.join('\n')
    expect(log).toContain('message.accepted')
    for (const secret of [token, id, base64('secret words'), 'secret words']) {
      expect(log).not.toContain(secret)
    }
  })
})
