/**
 * @module Sending without a face: a client written from the RFCs seals, a forwarder in a process of its own carries, a
 * relay in another opens, and whoever holds the token finds the message by an ordinary request.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Child } from '#child.ts'
import { asObject } from '#clients/json.ts'
import { type Aead, type KeyConfig, readKeyList, sealRequest } from '#clients/oblivious.ts'
import {
  freePort,
  freePorts,
  RelayProcess,
  runtimePath,
  temporaryDirectory,
} from '#relay-process.ts'

const relayEntry = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const address = '203.0.113.77'

describe.each([
  ['bun', 'node'],
  ['node', 'bun'],
] as const)('a relay on %s behind a forwarder on %s', (relayRuntime, forwarderRuntime) => {
  const stack = new AsyncDisposableStack()
  let relay: RelayProcess
  let forwarder: Child
  let forwarderUrl = ''
  let folder = ''

  beforeAll(async () => {
    const directory = stack.use(await temporaryDirectory('oblivious'))
    folder = directory.path
    relay = stack.use(
      await RelayProcess.start(
        {
          runtime: relayRuntime,
          dataDirectory: directory.path,
          ...(await freePorts()),
          arguments: ['--log-level', 'debug'],
        },
        AbortSignal.timeout(30_000),
      ),
    )
    const port = await freePort()
    forwarderUrl = `http://127.0.0.1:${port}`
    forwarder = stack.use(
      await Child.start({
        command: runtimePath(forwarderRuntime),
        arguments: [
          ...[relayEntry, 'forward', '--gateway', relay.url.origin],
          ...['--listen', `127.0.0.1:${port}`, '--client-ip-header', 'x-forwarded-for'],
          ...['--log-level', 'debug'],
        ],
      }),
    )
    await untilHealthy(forwarderUrl, forwarder)
  })
  afterAll(async () => await stack.disposeAsync())

  async function key(): Promise<KeyConfig> {
    const response = await fetch(`${forwarderUrl}/v2/ohttp-key?format=rfc9458`)
    return readKeyList(Buffer.from(await response.arrayBuffer()))
  }

  async function ask(
    aead: Aead,
    method: string,
    path: string,
    content: Uint8Array = new Uint8Array(),
    headers: Readonly<Record<string, string>> = {},
  ) {
    const sealed = sealRequest(await key(), aead, { method, path, content, headers })
    const response = await fetch(`${forwarderUrl}/v2/ohttp`, {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req', 'x-forwarded-for': address },
      body: Uint8Array.from(sealed.message),
    })
    expect(response.status).toBe(200)
    return sealed.open(new Uint8Array(await response.arrayBuffer()))
  }

  async function direct(path: string, value: unknown): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(new URL(path, relay.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    })
    return asObject(await response.json(), 'answer')
  }

  test.each(['chacha20-poly1305', 'aes-128-gcm'] as const)(
    'a message that came sealed with %s is found by an ordinary fetch',
    async (aead) => {
      const token = randomBytes(32).toString('hex')
      const ciphertext = randomBytes(300).toString('base64')
      const body = Buffer.from(JSON.stringify({ version: 2, recipient_id: token, ciphertext }))
      const headers = { 'content-type': 'application/json', 'x-forwarded-for': address }
      const sent = await ask(aead, 'POST', '/v2/send', body, headers)
      expect(sent.status).toBe(200)
      expect(JSON.parse(sent.content.toString())).toMatchObject({ status: 'ok' })
      const found = await direct('/v2/fetch', { version: 2, mailbox_tokens: [token] })
      expect(JSON.stringify(found)).toContain(ciphertext)
    },
  )

  test('an attachment goes and comes without an account, and is not there for others', async () => {
    const content = randomBytes(60_000)
    const stored = await ask('aes-128-gcm', 'POST', '/v2/attachments', content)
    expect(stored.status).toBe(201)
    const { id } = asObject(JSON.parse(stored.content.toString()), 'answer')
    const path = `/v2/attachments/${String(id)}`
    const back = await ask('chacha20-poly1305', 'GET', path)
    expect(back.status).toBe(200)
    expect(back.content.equals(content)).toBe(true)
    expect((await fetch(new URL(path, relay.url))).status).toBe(404)
  })

  test('what is not on the list is not there, and a replay is not taken', async () => {
    expect((await ask('aes-128-gcm', 'GET', '/v2/ohttp-key')).status).toBe(404)
    expect((await ask('aes-128-gcm', 'POST', '/v1/sessions')).status).toBe(404)
    const token = randomBytes(32).toString('hex')
    const body = Buffer.from(JSON.stringify({ recipient_id: token, ciphertext: 'aGVsbG8=' }))
    const sealed = sealRequest(await key(), 'aes-128-gcm', {
      method: 'POST',
      path: '/v2/send',
      content: body,
      headers: { 'content-type': 'application/json' },
    })
    const statuses: number[] = []
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${forwarderUrl}/v2/ohttp`, {
        method: 'POST',
        body: Uint8Array.from(sealed.message),
      })
      statuses.push(sealed.open(new Uint8Array(await response.arrayBuffer())).status)
    }
    expect(statuses).toEqual([200, 425, 425])
    const found = await direct('/v2/fetch', { mailbox_tokens: [token] })
    expect(JSON.stringify(found).split('aGVsbG8=')).toHaveLength(2)
  })

  test('who sealed for another key is told so, and who cannot be helped is told nothing', async () => {
    const good = await key()
    const message = sealRequest({ ...good, id: (good.id + 7) % 256 }, 'aes-128-gcm', {
      method: 'GET',
      path: '/v2/health',
    }).message
    const hand = async (body: Buffer) =>
      await fetch(`${forwarderUrl}/v2/ohttp`, { method: 'POST', body: Uint8Array.from(body) })
    const stale = await hand(message)
    expect(stale.status).toBe(400)
    expect(await stale.json()).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#ohttp-key',
    })
    const garbage = await hand(randomBytes(20))
    expect([garbage.status, await garbage.text()]).toEqual([502, ''])
  })

  test('no address of a client is in any log, metric or file of the relay', async () => {
    const metrics = await (await fetch(new URL('/metrics', relay.opsUrl))).text()
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    expect(files.length).toBeGreaterThan(1)
    for (const text of [relay.output(), forwarder.output(), metrics, ...files]) {
      expect(text.includes(address)).toBe(false)
    }
    expect(relay.output()).toContain('/v2/ohttp')
  })

  test('both end cleanly on SIGTERM', async () => {
    expect(await forwarder.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(await relay.stop('SIGTERM')).toEqual({ code: 0, signal: null })
  })
})

test('the forwarder says what is missing and ends with 2, and prints its help', async () => {
  for (const runtime of ['bun', 'node'] as const) {
    const run = async (...words: readonly string[]) => {
      await using child = await Child.start({
        command: runtimePath(runtime),
        arguments: [relayEntry, 'forward', ...words],
        environment: { OHTTP_RELAY_GATEWAY_URL: '' },
      })
      const { code } = await child.stopped()
      return [code, child.output()] as const
    }
    expect(await run()).toEqual([2, expect.stringContaining('--gateway')])
    expect(await run('--help')).toEqual([0, expect.stringContaining('OHTTP_RELAY_GATEWAY_URL')])
    const open = ['--gateway', 'http://127.0.0.1:1', '--listen', '0.0.0.0:0']
    expect(await run(...open)).toEqual([2, expect.stringContaining('without TLS')])
  }
})

async function untilHealthy(url: string, child: Child): Promise<void> {
  const deadline = performance.now() + 30_000
  while (child.isRunning && performance.now() < deadline) {
    try {
      if ((await fetch(`${url}/health`)).status === 200) return
    } catch {
      // Not listening yet.
    }
    await sleep(10)
  }
  throw new Error(`Cannot start forwarder\n${child.output()}`)
}
