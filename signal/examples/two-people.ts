/**
 * @module Alice writes to Bob, who was asleep, and he answers.
 *
 *     bun signal/examples/two-people.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import {
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  protocolAddress,
  Sessions,
} from '@sotto/signal'
import { generatePhrase, identityFromPhrase } from '@sotto/signal/phrase'
import { MemoryStore } from './memory-store.ts'

// The fastest cryptography that this runtime has; randomness and time are yours to give.
const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const now = Date.now

// A person is 24 words; a device is an address with keys.
function device(name: string) {
  const identity = identityFromPhrase(primitives, generatePhrase(random))
  const store = new MemoryStore()
  const signed = generateSignedPrekey(primitives, identity.keyPair, 1, now(), random)
  store.signedPrekeys.set(signed.id, signed)
  const kyber = generateKyberPrekey(
    primitives,
    identity.keyPair,
    { id: 1, nowMillis: now(), isLastResort: true },
    random,
  )
  store.kyberPrekeys.set(kyber.id, kyber)
  for (const key of generateOneTimePrekeys(primitives, 1, 10, random)) {
    store.oneTimePrekeys.set(key.id, key)
  }
  const local = {
    address: protocolAddress(name, 1),
    identity: identity.keyPair,
    registrationId: 1234,
  }
  return { local, store, sessions: new Sessions({ primitives, store, local, random, now }) }
}

const alice = device('alice')
const bob = device('bob')

// Bob's bundle lies on a server. Alice fetches it and can write at once.
const bundle = bob.store.bundle(bob.local.identity.publicKey, bob.local.registrationId)
await alice.sessions.processBundle(bob.local.address, bundle)
const hello = await alice.sessions.encrypt(bob.local.address, new TextEncoder().encode('Hello'))

// Much later Bob wakes up.
const read = await bob.sessions.decrypt(alice.local.address, hello)
console.log(
  `Bob reads: ${new TextDecoder().decode(read)} (${hello.type}, ${hello.bytes.length} bytes)`,
)

const answer = await bob.sessions.encrypt(alice.local.address, new TextEncoder().encode('Hi!'))
const readByAlice = await alice.sessions.decrypt(bob.local.address, answer)
console.log(
  `Alice reads: ${new TextDecoder().decode(readByAlice)} (${answer.type}, ${answer.bytes.length} bytes)`,
)
