/**
 * @module Two ends of a session, and the key pair of its responder.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { countingRandom } from '#hostile-for-tests.ts'
import { accept, initiate } from '#noise/nk.ts'
import type { NoiseTransport } from '#noise/transport.ts'

export const primitives: Awaited<ReturnType<typeof openPrimitives>> = await openPrimitives()
export const none: Uint8Array = new Uint8Array(0)
export const text = (value: string): Uint8Array => new TextEncoder().encode(value)

export const privateKey: Uint8Array = new Uint8Array(32).fill(5)
export const responderKey: Uint8Array = primitives.x25519PublicKey(privateKey)
export const staticKey = { privateKey, publicKey: responderKey }

export interface Session {
  readonly initiator: NoiseTransport
  readonly responder: NoiseTransport
}

export function handshake(): Session {
  const random = countingRandom()
  const started = initiate(primitives, random, { responderKey })
  const accepted = accept(primitives, random, { staticKey }, started.message)
  if (accepted === undefined) throw new Error('Not accepted')
  const { message, transport: responder } = accepted.answer()
  const finished = started.finish(message)
  if (finished === undefined) throw new Error('Not finished')
  return { initiator: finished.transport, responder }
}
