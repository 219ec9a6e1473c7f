/**
 * @module The least that a durable answer can cost on this machine: read a request, append its body to a file,
 * fdatasync, answer. No queue, no index, no accounts. Started by {@link ./loopback.ts}: `fdatasync-server.ts PORT FILE`.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs'

const [port, file] = process.argv.slice(2)
if (port === undefined || file === undefined) {
  throw new Error('Cannot start: a port and a file are needed')
}
const descriptor = openSync(file, 'a')
Bun.serve({
  hostname: '127.0.0.1',
  port: Number(port),
  async fetch(request) {
    writeSync(descriptor, await request.bytes())
    fdatasyncSync(descriptor)
    return new Response(null, { status: 201 })
  },
})
console.log('ready')
