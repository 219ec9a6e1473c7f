/**
 * @module Holds idle sockets that are logged in: `live-idle-holder.ts PORT`. Each line of input is a number of sockets to
 * have open; the answer is `open N`, or why not.
 */
import { createInterface } from 'node:readline'
import { enterAll } from '#bench/live-people.ts'
import type { LiveSocket } from '#bench/load/live-socket.ts'

const port = Number(process.argv[2])
const sockets: LiveSocket[] = []
let closed = 0

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const handler = { onFrame: () => {}, onClose: () => void closed++ }
    const fresh = await enterAll(port, sockets.length, Number(line), 'bin', () => handler)
    sockets.push(...fresh)
    console.log(closed === 0 ? `open ${sockets.length}` : `${closed} sockets were closed`)
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error))
  }
}
