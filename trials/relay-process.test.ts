import { existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePorts, RelayProcess, temporaryDirectory } from '#relay-process.ts'

const soon = (): AbortSignal => AbortSignal.timeout(20_000)

describe('a relay as a child', () => {
  test('is ready when started, and ends when told', async () => {
    await using directory = await temporaryDirectory('relay-test')
    const options = {
      runtime: 'bun',
      dataDirectory: directory.path,
      ...(await freePorts()),
    } as const
    await using relay = await RelayProcess.start(options, soon())
    expect(relay.startMillis).toBeGreaterThan(0)
    expect((await fetch(new URL('/readyz', relay.opsUrl))).status).toBe(200)
    expect(relay.usage().rssBytes).toBeGreaterThan(1_000_000)
    expect(await relay.stop('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(relay.isRunning).toBe(false)
  }, 30_000)

  test('that cannot start says why', async () => {
    await using directory = await temporaryDirectory('relay-test')
    const options = {
      runtime: 'bun',
      dataDirectory: directory.path,
      ...(await freePorts()),
      arguments: ['--no-such-option'],
    } as const
    await expect(RelayProcess.start(options, soon())).rejects.toThrow('--no-such-option')
  }, 30_000)
})

test('a temporary directory goes with what is in it', async () => {
  const directory = await temporaryDirectory('test')
  writeFileSync(join(directory.path, 'file'), 'x')
  await directory[Symbol.asyncDispose]()
  expect(existsSync(directory.path)).toBe(false)
})

test('free ports can be listened on', async () => {
  const { port, opsPort } = await freePorts()
  expect(port).not.toBe(opsPort)
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  await new Promise((resolve) => server.close(resolve))
})
