/**
 * @module Attachments, health, the API document and stopping, seen from outside.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, type Person, raw, type Stage } from '#scenarios/stage.ts'

describe.each(['bun', 'node'] as const)('attachments on %s', (runtime) => {
  let stage: Stage
  let ann: Person

  beforeAll(async () => {
    stage = await openStage(runtime, ['--storage-max-size-bytes', '5000000'])
    ann = await stage.join()
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  test.each([0, 1, 14, 65_536, 4_999_999, 5_000_000])(
    '%i bytes come back the same',
    async (length) => {
      const bytes = randomBytes(length)
      const { id, expiresAtSeconds } = await stage.client.uploadAttachment(ann.session.token, bytes)
      expect(expiresAtSeconds).toBeGreaterThan(Date.now() / 1000 + 29 * 86_400)
      const friend = await stage.join(0)
      const back = await stage.client.downloadAttachment(friend.session.token, id)
      expect(Buffer.compare(back, bytes)).toBe(0)
    },
  )

  test('too many bytes are refused, announced or not', async () => {
    const announced = stage.client.uploadAttachment(ann.session.token, new Uint8Array(5_000_001))
    await expect(announced).rejects.toThrow(/400.*Attachment too large/)
    const chunk = new Uint8Array(1_000_000)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let i = 0; i < 6; i++) controller.enqueue(chunk)
        controller.close()
      },
    })
    const headers = { authorization: `Bearer ${ann.session.token}` }
    const chunked = { method: 'POST', headers, body, duplex: 'half' } as const
    expect((await raw(stage, '/v1/attachments', chunked)).status).toBe(400)
  })

  test('an unknown id, no token and no id are refused', async () => {
    const get = async (id: string, headers: Record<string, string>) =>
      (await raw(stage, `/v1/attachments/${id}`, { headers })).status
    const headers = { authorization: `Bearer ${ann.session.token}` }
    expect(await get(randomUUID(), headers)).toBe(404)
    expect(await get('nothing', headers)).toBe(400)
    expect(await get(randomUUID(), {})).toBe(401)
  })

  test('health is told on its own port, the API document on the other', async () => {
    const health = await fetch(new URL('/readyz', stage.relay.opsUrl))
    expect(health.status).toBe(200)
    expect(await health.json()).toMatchObject({ status: 'ok', database: 'ok', storage: 'ok' })
    expect((await fetch(new URL('/livez', stage.relay.opsUrl))).status).toBe(200)
    expect((await raw(stage, '/readyz')).status).toBe(404)
    const document = await raw(stage, '/openapi.yaml')
    expect(document.headers.get('content-type')).toContain('text/yaml')
    expect(document.text).toContain('openapi: 3.')
  })

  // The last one: it ends the relay.
  test('a stop says goodbye to open sockets and exits with 0', async () => {
    const ear = await stage.listen(ann)
    const stopped = stage.relay.stop('SIGTERM')
    expect(await ear.closed()).toEqual({ code: 1001, reason: 'Server shutting down' })
    expect(await stopped).toEqual({ code: 0, signal: null })
    const output = stage.relay.output()
    for (const secret of [ann.session.userId, ann.session.token, ann.username, stage.secret]) {
      expect(output).not.toContain(secret)
    }
  })
})
