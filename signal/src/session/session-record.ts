/**
 * @module All sessions with one device of a peer: the one that is used, and those it replaced, which may still be asked
 * to read what is late. Sessions in the archive are kept as they are stored, and read only when they are tried.
 */
import { equalBytes, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { maxArchivedSessions } from '#limits.ts'
import { isStale, secretsOf, type SessionState } from '#session/session-state.ts'
import { peekBaseKey, readSessionState, writeSessionState } from '#session/state-format.ts'

export interface SessionRecord {
  readonly current: SessionState | undefined
  /** Newest first, each as `state-format.ts` writes it. */
  readonly archived: readonly ArchivedSession[]
}

export type ArchivedSession = Uint8Array

export interface RecordStep {
  readonly record: SessionRecord
  readonly wipe: readonly Uint8Array[]
}

export const emptyRecord: SessionRecord = { current: undefined, archived: [] }

/** All secrets of a record that is not used any more, each as the very object that holds it. */
export function secretsOfRecord({ current, archived }: SessionRecord): readonly Uint8Array[] {
  if (current === undefined) return archived
  const secrets = secretsOf(current)
  return archived.length === 0 ? secrets : [...secrets, ...archived]
}

/** Whether there is a session to encrypt with. */
export function hasUsableSession(record: SessionRecord, nowMillis: number): boolean {
  return record.current !== undefined && !isStale(record.current, nowMillis)
}

/** What the peer's device said of itself when the session was made: sealed sender addresses devices by it. */
export function remoteRegistrationId({ current }: SessionRecord): number | undefined {
  return current?.remoteRegistrationId
}

/** Our ratchet key at this moment: a peer who could not read a message names the one it was sent with. */
export function currentRatchetKey({ current }: SessionRecord): Uint8Array | undefined {
  return current?.sender.ratchet.publicKey
}

/** Puts the current session into the archive, so that the next message needs a new bundle. */
export function archiveCurrent(record: SessionRecord): RecordStep {
  const { current, archived } = record
  if (current === undefined) return { record, wipe: [] }
  const kept = archived.slice(0, maxArchivedSessions - 1)
  return {
    record: {
      current: undefined,
      archived: [writeSessionState({ ...current, pending: undefined }), ...kept],
    },
    wipe: [...secretsOf(current), ...archived.slice(maxArchivedSessions - 1)],
  }
}

/** Makes a new session the current one. */
export function startSession(record: SessionRecord, state: SessionState): RecordStep {
  const archive = archiveCurrent(record)
  return { record: { ...archive.record, current: state }, wipe: archive.wipe }
}

/** The record in which `state`, which was read from the archive, is the current session and not archived any more. */
export function promote(
  record: SessionRecord,
  archived: ArchivedSession,
  state: SessionState,
): RecordStep {
  const others = record.archived.filter((each) => each !== archived)
  const step = startSession({ current: record.current, archived: others }, state)
  return { record: step.record, wipe: [...step.wipe, archived] }
}

/** The session that an initiator's base key names. All are compared, in the same time wherever it stands. */
export function findByBaseKey(
  record: SessionRecord,
  baseKey: Uint8Array,
):
  | { readonly kind: 'current'; readonly state: SessionState }
  | { readonly kind: 'archived'; readonly archived: ArchivedSession }
  | undefined {
  let found: ArchivedSession | undefined
  for (const archived of record.archived) {
    if (equalBytes(peekBaseKey(archived), baseKey)) found ??= archived
  }
  if (record.current !== undefined && equalBytes(record.current.baseKey, baseKey)) {
    return { kind: 'current', state: record.current }
  }
  return found === undefined ? undefined : { kind: 'archived', archived: found }
}

/** A copy: what is erased later is not what the archive holds. */
export function openArchived(archived: ArchivedSession): SessionState {
  const copy = archived.slice()
  const state = readSessionState(copy)
  if (state === undefined) {
    wipe(copy)
    throw new SignalError('invalid-state', 'Cannot read session: an archived one is damaged')
  }
  return state
}
