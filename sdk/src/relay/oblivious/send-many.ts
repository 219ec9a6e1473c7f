/**
 * @module Several messages for one address in one request: how many go into it, and what came of them.
 */
import { integerIn, type JsonObject } from '#relay/json.ts'
import { badAnswer } from '#relay/oblivious/answers.ts'
import { boundedRetryMillis, defaultRetryMillis } from '#relay/oblivious/exchange.ts'
import type { SendManyOutcome, SendOutcome } from '#relay/oblivious/outcomes.ts'
import { maxCarriedBytes } from '#relay/oblivious/request-sizes.ts'

/** What a relay takes (docs/protocols/vauchi.md). */
export const maxManyPayloads = 64

/** `{"address":"…","ciphertexts":[]}`, with 64 digits. */
const aroundAllBytes = 96
/** Two quotes and a comma. */
const aroundOneBytes = 3

/** How many from the front pass every forwarder in one request. The first one may go alone, however long it is. */
export function countInOneRequest(payloads: readonly Uint8Array[]): number {
  let bytes = aroundAllBytes
  let count = 0
  for (const { length } of payloads.slice(0, maxManyPayloads)) {
    bytes += Math.ceil(length / 3) * 4 + aroundOneBytes
    if (bytes > maxCarriedBytes) break
    count++
  }
  return Math.max(count, Math.min(payloads.length, 1))
}

export function manyRequest(address: Uint8Array, payloads: readonly Uint8Array[]): JsonObject {
  return { address: address.toHex(), ciphertexts: payloads.map((payload) => payload.toBase64()) }
}

/** What a relay says that took the first of them at least. */
export function outcomeOfMany(said: JsonObject, asked: number): SendManyOutcome {
  const accepted = integerIn(said, 'accepted')
  if (accepted === undefined || accepted < 1 || accepted > asked) throw badAnswer()
  if (accepted === asked) return { kind: 'all', accepted }
  if (said['full'] === true) return { kind: 'mailbox-full', accepted }
  const seconds = integerIn(said, 'retry_after')
  const retryAfterMillis =
    seconds === undefined ? defaultRetryMillis : boundedRetryMillis(seconds * 1000)
  return { kind: 'rate', accepted, retryAfterMillis }
}

export function outcomeOfOne({ kind }: SendOutcome): SendManyOutcome {
  return kind === 'accepted' ? { kind: 'all', accepted: 1 } : { kind, accepted: 0 }
}
