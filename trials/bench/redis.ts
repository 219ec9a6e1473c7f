/**
 * @module Redis as a system under load: XADD of the same bytes to as many streams, with `appendfsync always`, which is
 * its promise of "durable before answered".
 */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from '#bench/load/connection.ts'
import { RedisReplyReader } from '#bench/load/redis-replies.ts'
import { inRandomOrder, streamRequest } from '#bench/load/requests.ts'
import type { System } from '#bench/system.ts'
import { Child } from '#child.ts'
import { freePort } from '#relay-process.ts'

const startTimeoutMillis = 10_000

/** Undefined where Redis is not installed. */
export async function startRedis(
  directory: string,
  recipients: number,
  contentBytes: number,
): Promise<(System & AsyncDisposable) | undefined> {
  const command = findExecutable('redis-server', (process.env['PATH'] ?? '').split(delimiter))
  if (command === undefined) return undefined
  const port = await freePort()
  const child = await Child.start({
    command,
    arguments: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
      ...['--appendonly', 'yes', '--appendfsync', 'always'],
    ],
  })
  await untilListening(child, port)
  const requests = Array.from({ length: recipients }, (_, i) => streamRequest(i, contentBytes))
  return {
    name: 'redis XADD',
    durability: 'appendfsync always',
    port,
    createReader: () => new RedisReplyReader(),
    next: inRandomOrder(requests),
    usage: () => child.usage(),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

/** The first of these directories that holds an executable of that name. */
export function findExecutable(name: string, directories: readonly string[]): string | undefined {
  return directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

async function untilListening(child: Child, port: number): Promise<void> {
  const deadline = performance.now() + startTimeoutMillis
  while (child.isRunning && performance.now() < deadline) {
    try {
      const connection = await Connection.open(port, { onData: () => {}, onEnd: () => {} })
      connection.end()
      return
    } catch {
      await sleep(20)
    }
  }
  throw new Error(`Cannot start Redis:\n${child.output()}`)
}
