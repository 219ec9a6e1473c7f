/**
 * @module Attachments over HTTP (obscura reference §1.12, behaviours 79–84). Their finer points stand in
 * `../attachments.test.ts` and in `relay/attachments`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let nowMillis = Date.now()
let relay: RunningRelay
let person: Person
beforeAll(async () => {
  relay = await RunningRelay.start({
    clock: { now: () => nowMillis },
    flags: { 'storage-max-size-bytes': '100', 'storage-cleanup-interval-secs': '1' },
  })
  person = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

interface Attachment {
  readonly id: string
  readonly expiresAt: number
}

async function upload(bytes: Uint8Array): Promise<Attachment> {
  const answer = await relay.ask('POST', '/v1/attachments', { token: person.token, body: bytes })
  if (answer.status !== 201) throw new Error(`Cannot upload: ${answer.status} ${answer.text}`)
  return answer.json as Attachment
}

async function download(id: string, token = person.token): Promise<Response> {
  return await fetch(`http://127.0.0.1:${relay.port}/v1/attachments/${id}`, {
    headers: { authorization: `Bearer ${token}` },
  })
}

/** Objects on the disk. */
async function objects(): Promise<number> {
  const entries = await readdir(join(relay.folder, 'attachments'), {
    recursive: true,
    withFileTypes: true,
  })
  return entries.filter((entry) => entry.isFile() && /^[0-9a-f-]{36}$/.test(entry.name)).length
}

const uploadHead = (headers: string) =>
  `POST /v1/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${person.token}\r\n${headers}\r\n\r\n`

describe('Attachments', () => {
  test('obscura 79: what was uploaded comes back the same', async () => {
    const bytes = randomBytes(14)
    const { id, expiresAt } = await upload(bytes)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(expiresAt).toBe(Math.floor(nowMillis / 1000) + 30 * 86_400)
    const response = await download(id)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/octet-stream')
    expect(Buffer.compare(Buffer.from(await response.arrayBuffer()), bytes)).toBe(0)
  })

  test('obscura 79: whoever is logged in and knows the id may fetch it', async () => {
    const { id } = await upload(randomBytes(10))
    const stranger = await relay.join()
    expect((await download(id, stranger.token)).status).toBe(200)
    expect((await relay.ask('GET', `/v1/attachments/${id}`)).status).toBe(401)
  })

  test('obscura 80: an announced body that is too large is 400, before it is sent', async () => {
    const before = await objects()
    const reply = await rawRequest(relay.port, uploadHead('Content-Length: 101'))
    expect([reply.status, JSON.parse(reply.body)]).toEqual([400, { error: 'Attachment too large' }])
    expect(await objects()).toBe(before)
  })

  test('obscura 80: one in chunks is 400 too, and leaves nothing', async () => {
    const before = await objects()
    const chunk = `a\r\n${'x'.repeat(10)}\r\n`
    const reply = await rawRequest(
      relay.port,
      `${uploadHead('Transfer-Encoding: chunked')}${chunk.repeat(15)}0\r\n\r\n`,
    )
    expect([reply.status, JSON.parse(reply.body)]).toEqual([400, { error: 'Attachment too large' }])
    expect(await objects()).toBe(before)
  })

  test('obscura 80: exactly the limit is stored, with a length and in chunks', async () => {
    await upload(randomBytes(100))
    const chunk = `a\r\n${'x'.repeat(10)}\r\n`
    const reply = await rawRequest(
      relay.port,
      `${uploadHead('Transfer-Encoding: chunked')}${chunk.repeat(10)}0\r\n\r\n`,
    )
    expect(reply.status).toBe(201)
  })

  test('obscura 81: an id that never was is 404, and what is no id is 400', async () => {
    const unknown = await relay.ask('GET', `/v1/attachments/${randomUUID()}`, {
      token: person.token,
    })
    expect([unknown.status, unknown.json]).toEqual([404, { error: 'Not found' }])
    const wrong = await relay.ask('GET', '/v1/attachments/x', { token: person.token })
    expect([wrong.status, wrong.json]).toEqual([400, { error: 'Invalid attachment id' }])
  })

  test('obscura 84: past its time it is 404, and the job takes the object', async () => {
    const { id } = await upload(randomBytes(10))
    const before = await objects()
    nowMillis += 30 * 86_400_000
    person = { ...person, ...(await relay.logIn(person)) }
    expect((await download(id)).status).toBe(404)
    await eventually('the job ran', async () => (await objects()) < before)
    expect(await objects()).toBe(0)
  })

  test('attachments outlive a restart', async () => {
    await using first = await RunningRelay.start()
    const someone = await first.join()
    const answer = await first.ask('POST', '/v1/attachments', {
      token: someone.token,
      body: 'kept',
    })
    await first.stop()
    await using second = await RunningRelay.start({ folder: first.folder })
    const { id } = answer.json as Attachment
    const found = await second.ask('GET', `/v1/attachments/${id}`, { token: someone.token })
    expect([found.status, found.text]).toEqual([200, 'kept'])
  })
})
