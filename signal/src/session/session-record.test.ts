import { describe, expect, test } from 'vitest'
import { maxArchivedSessions } from '#limits.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { nowMillis, testConversation, testPair } from '#session/parties-for-tests.ts'
import {
  archiveCurrent,
  currentRatchetKey,
  emptyRecord,
  hasUsableSession,
  remoteRegistrationId,
} from '#session/session-record.ts'

describe('a record', () => {
  test('without a session has no ratchet key, and a peer who said nothing of itself', () => {
    expect(currentRatchetKey(emptyRecord)).toBeUndefined()
    expect(remoteRegistrationId(emptyRecord)).toBeUndefined()
    expect(hasUsableSession(emptyRecord, nowMillis)).toBe(false)
  })

  test('lists for erasure what falls off its archive, and no other of it', () => {
    const [alice] = testConversation()
    const current = alice.record?.current
    const others: readonly Uint8Array[] = Array.from({ length: maxArchivedSessions }, (_, i) =>
      Uint8Array.of(1 + i),
    )
    const [newest, ...rest] = others
    if (current === undefined || newest === undefined) throw new Error('Cannot be')
    const full = archiveCurrent({ current, archived: others })
    expect(full.wipe.filter((bytes) => others.includes(bytes))).toEqual(others.slice(-1))
    expect(full.record.archived.slice(1)).toEqual(others.slice(0, -1))
    const roomy = archiveCurrent({ current, archived: rest })
    expect(roomy.wipe.filter((bytes) => others.includes(bytes))).toEqual([])
    expect(roomy.record.archived.slice(1)).toEqual(rest)
  })

  test('lists for erasure the archived session that it promotes', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    bob.receive(alice.send('first'))
    const late = alice.send('late')
    alice.start(bob.device)
    bob.receive(alice.send('new'))
    const archived = bob.record?.archived[0]
    const { authenticated, mac } = parsePreKeySignalMessage(late.bytes).message
    const inner = { type: 'whisper', bytes: Uint8Array.of(...authenticated, ...mac) } as const
    for (const message of [late, inner]) {
      const { record, wipe } = bob.decrypt(message)
      expect(record.archived).not.toContain(archived)
      expect(wipe).toContain(archived)
    }
  })
})
