/**
 * @module How the relay stops (obscura reference §5.4, behaviour 61).
 */
import { describe, expect, test } from 'vitest'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRawSocket, RawSocket } from '#door/obscura/contract/raw-socket-for-tests.ts'
import { exchange } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { mint, secret, seconds } from '#door/obscura/contract/tokens-for-tests.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const shuttingDown = { code: 1001, reason: 'Server shutting down' }

/** Whether somebody listens there. */
async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false)
  socket.destroy()
  return outcome
}

describe('Stopping', () => {
  test('obscura 61: sockets are closed with 1001', async () => {
    await using relay = await RunningRelay.start()
    const [person, other] = await Promise.all([relay.join(), relay.join()])
    const sockets = await Promise.all([person, person, other].map((who) => relay.connect(who)))
    await Promise.all(sockets.map((socket) => socket.ping()))
    const since = performance.now()
    const stopped = relay.stop()
    for (const socket of sockets) expect(await socket.socket.closed()).toEqual(shuttingDown)
    await stopped
    expect(performance.now() - since).toBeLessThan(5000)
    expect(await isListening(relay.port)).toBe(false)
    expect(await isListening(relay.opsPort)).toBe(false)
  })

  test('obscura 61: also those whose clients do not read', async () => {
    await using relay = await RunningRelay.start({
      database: 'memory',
      flags: { 'shutdown-timeout-secs': '1' },
    })
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    using gateway = await relay.connect(person)
    await gateway.ping()
    gateway.socket.pause()
    const big = new Uint8Array(1_000_000)
    for (let i = 0; i < 12; i++) await relay.send(friend, person, big)
    const since = performance.now()
    await relay.stop()
    expect(performance.now() - since).toBeLessThan(5000)
  })

  test('a request that is under way is answered', async () => {
    await using relay = await RunningRelay.start({ database: 'memory' })
    const person = await relay.join()
    const { username, password } = person
    const body = JSON.stringify({ username, password })
    const socket = connect(relay.port, '127.0.0.1')
    socket.on('error', () => {})
    let received = ''
    const closed = once(socket, 'close')
    socket.on('data', (chunk) => (received += chunk.toString()))
    socket.write(
      `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    )
    await pause(50)
    const stopped = relay.stop()
    await pause(50)
    socket.write(body.slice(10))
    await stopped
    // What the relay sent last may still be on its way to this end.
    await closed
    expect(received).toMatch(/^HTTP\/1\.1 200 /)
    expect(received).toContain('refreshToken')
  })

  test('a request that never ends is cut off after the time for it', async () => {
    await using relay = await RunningRelay.start({
      database: 'memory',
      flags: { 'shutdown-timeout-secs': '1' },
    })
    const socket = connect(relay.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    await pause(50)
    const since = performance.now()
    await relay.stop()
    expect(performance.now() - since).toBeLessThan(4000)
    socket.destroy()
  })

  test('an idle connection holds nothing up', async () => {
    await using relay = await RunningRelay.start({ database: 'memory' })
    const { reply, socket } = await exchange(
      relay.port,
      'GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n',
    )
    expect(reply.status).toBe(404)
    const since = performance.now()
    await relay.stop()
    expect(performance.now() - since).toBeLessThan(5000)
    socket.destroy()
  })

  test('obscura 61: the program ends with 0 on a signal, after it said goodbye', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-stop-'))
    const main = fileURLToPath(new URL('../../../main.ts', import.meta.url))
    const child = spawn(
      process.execPath,
      [main, '--port=0', '--mgmt-port=off', `--data-dir=${folder}`, '--log-format=json'],
      { env: { ...process.env, JWT_SECRET: secret }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(child, 'exit')
    try {
      const port = await portOf(createInterface(child.stdout))
      const token = mint({ sub: '11111111-2222-4333-8444-555555555555', exp: seconds() + 60 })
      const opened = await openRawSocket(port, `/v1/gateway?token=${token}`)
      // It has no account; what counts is that the program lives until it is told to end.
      if (opened instanceof RawSocket) await opened.closed()
      child.kill('SIGTERM')
      expect(await exited).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    }
  })
})

async function portOf(lines: AsyncIterable<string>): Promise<number> {
  let port = 0
  for await (const line of lines) {
    const event = JSON.parse(line) as { event: string; for?: string; port?: number }
    if (event.event === 'relay.listening' && event.for === 'clients') port = event.port ?? 0
    if (event.event === 'relay.ready') break
  }
  return port
}
