/**
 * @module A session with somebody whose key is known: Noise NK.
 *
 *     bun veil/examples/noise-session.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { accept, initiate } from '@sotto/veil/noise/nk'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

// The responder has a key pair, and the initiator has its public half from somewhere that it trusts.
const privateKey = random(32)
const staticKey = { privateKey, publicKey: primitives.x25519PublicKey(privateKey) }
const prologue = text('example v1')

// One message each way.
const started = initiate(primitives, random, { responderKey: staticKey.publicKey, prologue })
const accepted = accept(primitives, random, { staticKey, prologue }, started.message)
if (accepted === undefined) throw new Error('Not for us')
const answered = accepted.answer()
const finished = started.finish(answered.message)
if (finished === undefined) throw new Error('Not who we meant')

// Then any number, in order.
const sealed = finished.transport.seal(text('Hello'))
const opened = answered.transport.open(sealed)
console.log(`The responder reads: ${new TextDecoder().decode(opened)}`)
