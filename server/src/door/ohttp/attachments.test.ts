/**
 * @module Attachments without an account, through the gateway.
 */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ServedGateway, textOf } from '#door/ohttp/served-for-tests.ts'

const attachments = {
  maxBytes: 64 * 1024,
  maxTotalBytes: 1024 * 1024,
  perSecond: 1000,
  ttlMillis: 86_400_000,
}

async function upload(gateway: ServedGateway, content: Uint8Array) {
  const answer = await gateway.walk({ method: 'POST', path: '/v2/attachments', content })
  const body: unknown = JSON.parse(textOf(answer))
  const id =
    typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string'
      ? body.id
      : ''
  return { status: answer.status, headers: answer.headers, body, id }
}

describe('an attachment of nobody', () => {
  test('comes back to whoever knows its id, until it expires', async () => {
    await using gateway = await ServedGateway.open()
    const content = new Uint8Array(60 * 1024).map((_, at) => at)
    const { status, body, id } = await upload(gateway, content)
    expect(status).toBe(201)
    const { clock } = gateway.attachments
    const expiresAt = Math.floor((clock.now() + attachments.ttlMillis) / 1000)
    expect(body).toEqual({ id, expiresAt })
    const back = await gateway.walk({ path: `/v2/attachments/${id}` })
    expect(back.status).toBe(200)
    expect(back.content).toEqual(content)
    clock.set(clock.now() + attachments.ttlMillis)
    expect((await gateway.walk({ path: `/v2/attachments/${id}` })).status).toBe(404)
  })

  test('may have no bytes at all', async () => {
    await using gateway = await ServedGateway.open()
    const { status, id } = await upload(gateway, new Uint8Array())
    expect(status).toBe(201)
    const back = await gateway.walk({ path: `/v2/attachments/${id}` })
    expect([back.status, back.content.length]).toEqual([200, 0])
  })

  test('can neither be put nor fetched past the gateway', async () => {
    await using gateway = await ServedGateway.open()
    const { id } = await upload(gateway, Uint8Array.of(1))
    expect((await gateway.ask(`/v2/attachments/${id}`)).status).toBe(404)
    const put = await gateway.ask('/v2/attachments', { method: 'POST', body: 'x' })
    expect(put.status).toBe(404)
  })

  test('has a largest size', async () => {
    await using gateway = await ServedGateway.open()
    expect((await upload(gateway, new Uint8Array(64 * 1024))).status).toBe(201)
    expect((await upload(gateway, new Uint8Array(64 * 1024 + 1))).status).toBe(413)
  })

  test('needs room: all together take no more than the operator gives', async () => {
    await using gateway = await ServedGateway.open({
      policy: { attachments: { ...attachments, maxTotalBytes: 256 * 1024 } },
    })
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) {
      statuses.push((await upload(gateway, new Uint8Array(64 * 1024))).status)
    }
    expect(statuses).toEqual([201, 201, 429])
  })

  test('comes at a rate that all share', async () => {
    await using gateway = await ServedGateway.open({
      policy: { attachments: { ...attachments, perSecond: 1 } },
    })
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) statuses.push((await upload(gateway, Uint8Array.of(i))).status)
    expect(statuses).toEqual([201, 201, 201, 201, 429])
  })

  test('is not taken where the operator gives no room', async () => {
    await using gateway = await ServedGateway.open({
      policy: { attachments: { ...attachments, maxTotalBytes: 0 } },
    })
    const answer = await gateway.walk({ method: 'POST', path: '/v2/attachments' })
    expect(answer.status).toBe(404)
  })

  test('is not found by an id that was never given, or is none', async () => {
    await using gateway = await ServedGateway.open()
    expect((await gateway.walk({ path: `/v2/attachments/${randomUUID()}` })).status).toBe(404)
    expect((await gateway.walk({ path: '/v2/attachments/4711' })).status).toBe(400)
  })

  test('leaves no id in the log', async () => {
    await using gateway = await ServedGateway.open()
    const { id } = await upload(gateway, Uint8Array.of(1))
    await gateway.walk({ path: `/v2/attachments/${id}` })
    expect(gateway.lines.join('\n')).toContain('attachment.handled')
    expect(gateway.lines.join('\n')).not.toContain(id)
  })
})
