/**
 * @module The yardstick for one request in flight: the bare server of {@link ./fdatasync-server.ts} as a system under
 * load. It gets the relay's own requests.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { System } from '#bench/system.ts'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { Child } from '#child.ts'
import { freePort, runtimePath } from '#relay-process.ts'

const script = fileURLToPath(new URL('./fdatasync-server.ts', import.meta.url))

export async function startLoopback(
  directory: string,
  next: () => Uint8Array,
): Promise<System & AsyncDisposable> {
  const port = await freePort()
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const child = await Child.start({
    command: runtimePath('bun'),
    arguments: [script, String(port), join(directory, 'appended')],
    onLine: () => resolve(),
  })
  await Promise.race([ready, child.stopped()])
  if (!child.isRunning) throw new Error(`Cannot start bare server:\n${child.output()}`)
  return {
    name: 'loopback+fdatasync',
    durability: 'fdatasync before answer',
    port,
    createReader: () => new HttpReplyReader(),
    next,
    usage: () => child.usage(),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}
