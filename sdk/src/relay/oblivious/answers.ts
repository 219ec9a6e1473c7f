/**
 * @module What the oblivious door's answers say: which refusal it is, and what somebody's keys are.
 */
import { SottoError } from '#errors.ts'
import {
  bytesIn,
  integerIn,
  isAbsent,
  type JsonObject,
  readJsonObject,
  textIn,
} from '#relay/json.ts'
import type { RelayAnswer } from '#relay/oblivious/exchange.ts'
import type { FoundKeys } from '#relay/oblivious/outcomes.ts'

/** The door's clients tell failures apart by their texts (docs/protocols/vauchi.md). */
export function errorOf(answer: RelayAnswer): string | undefined {
  return textIn(readJsonObject(answer.content) ?? {}, 'error')
}

export function isMailboxFull(answer: RelayAnswer): boolean {
  return answer.status === 429 && errorOf(answer) === 'quota exceeded for recipient'
}

/** Whether this 404 is about somebody, and not about a path that the relay does not know. */
export function isNobody(answer: RelayAnswer): boolean {
  const said = readJsonObject(answer.content) ?? {}
  return textIn(said, 'status') === 'error' && textIn(said, 'error') !== 'not found'
}

export function wrongCodeOr(
  answer: RelayAnswer,
  refusal: SottoError,
): { readonly kind: 'wrong-code' } {
  const error = errorOf(answer)
  if (error === 'invalid or expired code' || error === 'already claimed') {
    return { kind: 'wrong-code' }
  }
  throw refusal
}

export function foundKeys(said: JsonObject, asked: number): FoundKeys {
  const bundle = bytesIn(said, 'bundle')
  const device = integerIn(said, 'device')
  const metered = said['metered']
  if (bundle === undefined || device !== asked || typeof metered !== 'boolean') throw badAnswer()
  return {
    kind: 'found',
    device,
    bundle,
    oneTime: optionalBytesIn(said, 'one_time'),
    kemOneTime: optionalBytesIn(said, 'kem_one_time'),
    metered,
    devices: optionalBytesIn(said, 'devices'),
  }
}

function optionalBytesIn(said: JsonObject, name: string): Uint8Array | undefined {
  if (isAbsent(said, name)) return undefined
  const bytes = bytesIn(said, name)
  if (bytes === undefined) throw badAnswer()
  return bytes
}

export function badAnswer(): SottoError {
  return new SottoError('bad-answer', 'Cannot use the answer: it is not what was asked for')
}
