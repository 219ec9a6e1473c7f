/**
 * @module Who takes part in a load of the live door. Their keys follow from their numbers, so that the process that seeds
 * the store and the one that speaks for them need not tell each other any.
 */
import { createHash } from 'node:crypto'
import { LiveSocket, type LiveSocketHandler } from '#bench/load/live-socket.ts'
import { LiveIdentity } from '#clients/live-identity.ts'
import type { Form } from '#clients/live-message.ts'

/** A backlog of connections that the relay has not accepted yet would be lost in the kernel. */
const openingAtOnce = 64

export function livePerson(index: number): LiveIdentity {
  return new LiveIdentity(createHash('sha256').update(`bench person ${index}`).digest())
}

export function channelOf(name: string): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(`bench channel ${name}`).digest())
}

/** Logged in, in order of their numbers. */
export async function enterAll(
  port: number,
  from: number,
  to: number,
  form: Form,
  handlerOf: (index: number) => LiveSocketHandler,
): Promise<readonly LiveSocket[]> {
  const sockets: LiveSocket[] = []
  const enter = async (index: number): Promise<LiveSocket> => {
    const socket = await LiveSocket.open(port, handlerOf(index))
    await socket.logIn(livePerson(index), form, form === 'bin' ? ['bin', 'ack', 'history'] : [])
    return socket
  }
  for (let first = from; first < to; first += openingAtOnce) {
    const count = Math.min(openingAtOnce, to - first)
    sockets.push(...(await Promise.all(Array.from({ length: count }, (_, i) => enter(first + i)))))
  }
  return sockets
}
