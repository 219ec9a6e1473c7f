/**
 * @module A request of Vauchi's clients, inside the seal: `length (4) | JSON | random bytes`, where the JSON is one
 * object with `version`, `action`, and the members that the direct route of that name takes. Its answer is what the
 * direct route's body would be, padded the same way; there is no status.
 */
import {
  envelopeLadder,
  padEnvelope,
  pageLadder,
  unpadEnvelopeOfAnySize,
} from '@sotto/veil/padding/padded-block'
import type { Randomness } from '@sotto/veil/randomness'

/** What an action came to: the answer that the direct route of its name gives. */
export interface ActionOutcome {
  readonly status: number
  readonly body: unknown
  readonly retryAfterSeconds?: number | undefined
}

/** By the name that `action` has inside an envelope. */
export type Actions = Readonly<Record<string, (body: unknown) => Promise<ActionOutcome>>>

export type EnvelopeOutcome =
  | {
      readonly kind: 'answer'
      readonly body: unknown
      readonly isPage: boolean
      /** What it did and what came of it; undefined when it named nothing that can be done. */
      readonly done: { readonly action: string; readonly status: number } | undefined
    }
  /**
   * There is no version. Clients and tests of Vauchi know this one refusal in clear; no honest client causes it, so that
   * whoever carries it learns nothing of anybody.
   */
  | { readonly kind: 'no-version' }

const spokenVersion = 2
/** An envelope is never longer than this, whatever the gateway lets in. */
export const maxEnvelopeBytes: number = 128 * 1024
const maxNameChars = 64

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** `isFirst` is whether the gateway sees this request for the first time. */
export async function answerEnvelope(
  block: Uint8Array,
  isFirst: boolean,
  actions: Actions,
): Promise<EnvelopeOutcome> {
  const content = block.length > maxEnvelopeBytes ? undefined : unpadEnvelopeOfAnySize(block)
  if (content === undefined) return failed('invalid padding in OHTTP request')
  const request = parseObject(content)
  if (request === undefined) return failed('invalid inner request JSON: expected an object')
  const { version, action } = request
  if (version === undefined) return { kind: 'no-version' }
  if (!isByte(version)) return failed('invalid inner request JSON: version is no number of a byte')
  if (version !== spokenVersion) return failed(`unsupported protocol version: ${version}`)
  if (typeof action !== 'string') return failed('invalid inner request JSON: missing action')
  if (!isFirst) return failed('request was already taken')
  const act = Object.hasOwn(actions, action) ? actions[action] : undefined
  if (act === undefined) return failed(`unknown action: ${action.slice(0, maxNameChars)}`)
  const { status, body } = await act(request)
  return { kind: 'answer', body, isPage: action === 'fetch', done: { action, status } }
}

/** As an answer of that kind: `{"status":"error","error":…}`. */
export function failed(error: string): EnvelopeOutcome & { readonly kind: 'answer' } {
  return { kind: 'answer', body: { status: 'error', error }, isPage: false, done: undefined }
}

/** Answers with messages in them come in a few sizes, as long as they fit; the others are small. */
export function padAnswer(random: Randomness, body: unknown, isPage: boolean): Uint8Array {
  const content = new TextEncoder().encode(JSON.stringify(body))
  const fits = content.length + 4 <= (pageLadder.steps.at(-1) ?? 0)
  return padEnvelope(random, content, isPage && fits ? pageLadder : envelopeLadder)
}

function parseObject(content: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(content))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    // What JSON makes of an object has texts for keys.
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xff
}
