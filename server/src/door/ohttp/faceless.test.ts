/**
 * @module Nobody has an address behind the gateway: a whole relay, everything that it logs and counts, and its files.
 * Requests come with addresses outside and inside of the seal, and none may be found afterwards, or change anything.
 */
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { binaryPost, exchange as sealedExchange } from '#door/ohttp/exchange-for-tests.ts'
import { binary, bodyOf, padded, responseOf, textOf } from '#door/ohttp/served-for-tests.ts'

const outside = '203.0.113.77'
const inside = '198.51.100.99'
const limits = { 'rate-limit-per-second': '1', 'rate-limit-burst': '3' }

let relay: RunningRelay

beforeAll(async () => {
  relay = await RunningRelay.start({ flags: limits })
})
afterAll(async () => await relay[Symbol.asyncDispose]())

const exchange = (plaintext: Uint8Array): Promise<Uint8Array> =>
  sealedExchange(relay, plaintext, {
    'x-forwarded-for': outside,
    'x-real-ip': outside,
    forwarded: `for=${outside}`,
  })

const token = randomBytes(32).toString('hex')
const ciphertext = randomBytes(100).toString('base64')
const send = { version: 2, action: 'send', recipient_id: token, ciphertext }

const walked = (path: string, value: unknown): Uint8Array =>
  binaryPost(path, value, { 'x-forwarded-for': inside, forwarded: `for=${inside}` })

test('vauchi 64: what was sent in an envelope is found by binary HTTP and directly, and acknowledged', async () => {
  expect(bodyOf(await exchange(padded(send)))).toMatchObject({ status: 'ok' })
  const fetched = responseOf(await exchange(walked('/v2/fetch', { mailbox_tokens: [token] })))
  expect(fetched.status).toBe(200)
  expect(textOf(fetched)).toContain(ciphertext)
  const direct = await relay.post('/v2/fetch', { mailbox_tokens: [token] })
  expect(direct.text).toContain(ciphertext)
  const id = /"blob_id":"([^"]+)"/.exec(direct.text)?.[1]
  const ack = { version: 2, action: 'ack', recipient_id: token, blob_id: id }
  expect(bodyOf(await exchange(padded(ack)))).toMatchObject({ acknowledged: true })
})

test('limits by address say nothing there: nobody is refused for whom a request came from', async () => {
  for (let i = 0; i < 12; i++) {
    const answer = responseOf(await exchange(walked('/v2/fetch', { mailbox_tokens: [token] })))
    expect(answer.status).toBe(200)
  }
  // Nor did those requests use up anything of the address that stood outside.
  const headers = { 'x-forwarded-for': outside }
  for (let i = 0; i < 3; i++) {
    expect((await relay.ask('GET', '/v2/ohttp-key', { headers })).status).toBe(200)
  }
})

test("a prekey bundle is fetched by nobody, and an account's attachment goes the same way", async () => {
  const person = await relay.join()
  const bundle = responseOf(await exchange(binary({ path: `/v1/keys/${person.id}` })))
  expect(bundle.status).toBe(200)
  expect(JSON.parse(textOf(bundle))).toMatchObject({ oneTimePreKey: { keyId: expect.any(Number) } })
  const authorization = { name: 'authorization', value: `Bearer ${person.token}` }
  const content = randomBytes(5000)
  const upload = { method: 'POST', path: '/v1/attachments', content: new Uint8Array(content) }
  expect(responseOf(await exchange(binary(upload))).status).toBe(401)
  const stored = responseOf(await exchange(binary({ ...upload, headers: [authorization] })))
  expect(stored.status).toBe(201)
  const id = /"id":"([^"]+)"/.exec(textOf(stored))?.[1] ?? ''
  const fetched = binary({ path: `/v1/attachments/${id}`, headers: [authorization] })
  expect(Buffer.from(responseOf(await exchange(fetched)).content).equals(content)).toBe(true)
})

test('nothing of it is in the log, the metrics or the files', async () => {
  const { text: metrics } = await relay.askOps('/metrics')
  const files = readdirSync(relay.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  expect(files.length).toBeGreaterThan(1)
  const log = relay.lines.join('\n')
  expect(log).toContain('/v2/ohttp')
  const bytesOf = (address: string) =>
    Buffer.from(address.split('.').map(Number)).toString('latin1')
  const hashOf = (address: string) => createHash('sha256').update(address).digest('latin1')
  for (const address of [outside, inside]) {
    for (const place of [log, metrics, ...files]) expect(place.includes(address)).toBe(false)
    for (const file of files) {
      expect(file.includes(bytesOf(address))).toBe(false)
      expect(file.includes(hashOf(address))).toBe(false)
    }
  }
  for (const place of [log, metrics]) {
    expect(place.includes(token)).toBe(false)
    expect(place.includes(ciphertext)).toBe(false)
  }
})

test('the key is the same after a restart', async () => {
  const bytesOf = async (running: RunningRelay) =>
    (
      await running.ask('GET', '/v2/ohttp-key', { headers: { 'x-forwarded-for': '192.0.2.9' } })
    ).headers.get('key-fingerprint')
  const before = await bytesOf(relay)
  await relay.stop()
  await using again = await RunningRelay.start({ folder: relay.folder })
  expect(before).toMatch(/^[\da-f]{64}$/)
  expect(await bytesOf(again)).toBe(before)
})
