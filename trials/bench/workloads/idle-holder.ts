/**
 * @module Holds idle sockets for W5: `idle-holder.ts PORT TOKENS`. Each line of input is a number of sockets to have open;
 * the answer is `open N`, or why not.
 */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { GatewaySocket } from '#bench/load/gateway-socket.ts'

/** A backlog of connections that the relay has not accepted yet would be lost in the kernel. */
const openingAtOnce = 64

const [port, tokensFile] = process.argv.slice(2)
const tokens = readFileSync(tokensFile ?? '', 'utf8').split('\n')
const sockets: GatewaySocket[] = []
let closed = 0

for await (const line of createInterface({ input: process.stdin })) {
  const wanted = Number(line)
  try {
    const fresh = tokens.slice(sockets.length, wanted)
    for (let i = 0; i < fresh.length; i += openingAtOnce) {
      const opened = await Promise.all(fresh.slice(i, i + openingAtOnce).map(open))
      sockets.push(...opened)
    }
    console.log(closed === 0 ? `open ${sockets.length}` : `${closed} sockets were closed`)
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error))
  }
}

async function open(token: string): Promise<GatewaySocket> {
  const onClose = (): void => void closed++
  return await GatewaySocket.open(Number(port), token, false, { onEnvelope: () => {}, onClose })
}
