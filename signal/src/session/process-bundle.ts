/**
 * @module From a peer's bundle to a session that is the current one. Whether the bundle's identity key is trusted is
 * for the caller to say, before.
 */
import type { Primitives } from '@sotto/primitives'
import { initiateSession, type InitiateInput } from '#pqxdh/initiate-session.ts'
import type { Randomness } from '#randomness.ts'
import {
  emptyRecord,
  type RecordStep,
  type SessionRecord,
  startSession,
} from '#session/session-record.ts'

export interface ProcessBundleInput extends InitiateInput {
  readonly record: SessionRecord | undefined
}

/** Draws what `pqxdh/initiate-session.ts` says. */
export function processBundle(
  primitives: Primitives,
  input: ProcessBundleInput,
  random: Randomness,
): RecordStep {
  return startSession(input.record ?? emptyRecord, initiateSession(primitives, input, random))
}
