import { describe, expect, test } from 'vitest'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { maxArchivedSessions, maxReceiverChains, unacknowledgedSessionMillis } from '#limits.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { parseSignalMessage } from '#messages/signal-message.ts'
import { decrypt, noPrekeys, prekeysNeededBy } from '#session/decrypt.ts'
import {
  bundleOf,
  codeOf,
  dayMillis,
  nowMillis,
  primitives,
  randomnessOf,
  testConversation,
  testDevice,
  testPair,
  TestSide,
  toHex,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import { secretsOf } from '#session/session-state.ts'
import { processBundle } from '#session/process-bundle.ts'
import { writeRecord } from '#session/record-format.ts'
import {
  archiveCurrent,
  currentRatchetKey,
  emptyRecord,
  hasUsableSession,
  openArchived,
  remoteRegistrationId,
} from '#session/session-record.ts'

function written({ record }: TestSide): string {
  return record === undefined ? 'none' : toHex(writeRecord(record))
}

function baseKey({ record }: TestSide): string {
  return toHex(record?.current?.baseKey ?? new Uint8Array())
}

/** Both answer each other until nothing is pending. */
function converse(a: TestSide, b: TestSide, rounds = 3): void {
  for (let i = 0; i < rounds; i++) {
    expect(b.receive(a.send(`a${i}`))).toBe(`a${i}`)
    expect(a.receive(b.send(`b${i}`))).toBe(`b${i}`)
  }
}

describe('a session', () => {
  test.each([true, false])('starts from a bundle, with one-time prekey: %s', (withOneTime) => {
    const [alice, bob] = testPair()
    alice.start(bob.device, withOneTime)
    const first = alice.send('first')
    const second = alice.send('second')
    expect([first.type, second.type]).toEqual(['prekey', 'prekey'])
    expect(parsePreKeySignalMessage(first.bytes)).toMatchObject({
      oneTimePrekeyId: withOneTime ? 11 : undefined,
      signedPrekeyId: 22,
      kyber: { prekeyId: 33 },
      registrationId: alice.device.local.registrationId,
      identityKey: alice.device.local.identity.publicKey,
    })

    const read = bob.decrypt(first)
    expect(read.used).toEqual({
      kyberPrekeyId: 33,
      signedPrekeyId: 22,
      oneTimePrekeyId: withOneTime ? 11 : undefined,
      baseKey: alice.record?.current?.baseKey,
    })
    expect(read.remoteIdentity).toEqual(alice.device.local.identity.publicKey)
    expect(remoteRegistrationId(read.record)).toBe(alice.device.local.registrationId)
    bob.record = read.record
    // The session is there: neither prekeys nor their use are needed again.
    expect(prekeysNeededBy(bob.record, parsePreKeySignalMessage(second.bytes))).toBeUndefined()
    expect(bob.decrypt(second).used).toBeUndefined()
    expect(bob.receive(second)).toBe('second')

    const answer = bob.send('answer')
    expect(answer.type).toBe('whisper')
    expect(alice.receive(answer)).toBe('answer')
    expect(alice.send('now plain').type).toBe('whisper')
    converse(alice, bob)
  })

  test('carries no text, and much of it', () => {
    const [alice, bob] = testConversation()
    const long = 'x'.repeat(100_000)
    expect(bob.receive(alice.send(''))).toBe('')
    expect(bob.receive(alice.send(long))).toBe(long)
  })

  test('lists what its first messages name, and nothing of another version', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const message = parsePreKeySignalMessage(alice.send('x').bytes)
    const needed = { signedPrekeyId: 22, kyberPrekeyId: 33, oneTimePrekeyId: 11 }
    expect(prekeysNeededBy(undefined, message)).toEqual(needed)
    expect(prekeysNeededBy(emptyRecord, message)).toEqual(needed)
    expect(prekeysNeededBy(undefined, { ...message, version: 3 })).toBeUndefined()
    expect(prekeysNeededBy(undefined, { ...message, kyber: undefined })).toBeUndefined()
  })

  test('authenticates the addresses of its first messages when they are service ids', () => {
    const first = testDevice('31415926-5358-9793-2384-626433827950')
    const second = testDevice('PNI:27182818-2845-9045-2353-602874713526', { deviceId: 7 })
    const [alice, bob] = testPair(first, second)
    alice.start(bob.device)
    const message = alice.send('x')
    const addresses = parsePreKeySignalMessage(message.bytes).message.addresses
    expect(toHex(addresses ?? new Uint8Array())).toBe(
      '003141592653589793238462643382795001012718281828459045235360287471352607',
    )
    for (const { name, deviceId } of [
      { name: first.local.address.name, deviceId: 2 },
      { name: '41415926-5358-9793-2384-626433827950', deviceId: 1 },
      { name: '+14151111111', deviceId: 1 },
    ]) {
      const elsewhere = new TestSide(second, { name, deviceId })
      expect(codeOf(() => elsewhere.receive(message))).toBe('invalid-message')
    }
    expect(bob.receive(message)).toBe('x')
    alice.receive(bob.send('y'))
    expect(parseSignalMessage(alice.send('z').bytes).addresses).toBeUndefined()
  })

  test('says nothing of addresses that are no service ids', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const { message } = parsePreKeySignalMessage(alice.send('x').bytes)
    expect(message.addresses).toBeUndefined()
  })

  test('names its ratchet key, and can be archived', () => {
    const [alice, bob] = testConversation()
    const key = alice.record === undefined ? undefined : currentRatchetKey(alice.record)
    expect(parseSignalMessage(alice.send('x').bytes).ratchetKey).toEqual(key)
    const late = bob.send('late')
    alice.record = archiveCurrent(alice.record ?? emptyRecord).record
    expect(hasUsableSession(alice.record, nowMillis)).toBe(false)
    expect(codeOf(() => alice.send('y'))).toBe('session-not-found')
    expect(alice.receive(late)).toBe('late')
    expect(alice.send('y').type).toBe('whisper')
    expect(archiveCurrent(emptyRecord).record).toBe(emptyRecord)
  })
})

describe('messages that come twice, or too late', () => {
  test('are duplicates, of whichever session they are', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const first = alice.send('first')
    bob.receive(first)
    const before = written(bob)
    expect(codeOf(() => bob.receive(first))).toBe('duplicated-message')
    const answer = bob.send('answer')
    alice.receive(answer)
    expect(codeOf(() => alice.receive(answer))).toBe('duplicated-message')
    alice.start(bob.device)
    bob.receive(alice.send('of the next session'))
    expect(before).not.toBe(written(bob))
    expect(codeOf(() => bob.receive(first))).toBe('duplicated-message')
    expect(codeOf(() => alice.receive(answer))).toBe('duplicated-message')
  })

  test('are read from five chains and not from a sixth', () => {
    const [alice, bob] = testConversation()
    const late: CiphertextMessage[] = []
    for (let i = 0; i < 6; i++) {
      late.push(alice.send(`late ${i}`))
      bob.receive(alice.send('x'))
      alice.receive(bob.send('y'))
    }
    const [tooLate, ...others] = late
    if (tooLate === undefined) throw new Error('Cannot be')
    expect(codeOf(() => bob.receive(tooLate))).toBe('invalid-message')
    expect(others.map((message) => bob.receive(message))).toEqual(
      others.map((_, i) => `late ${i + 1}`),
    )
  })

  test('have no session without a record, and none that fits in another', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('x')
    bob.record = undefined
    expect(codeOf(() => bob.receive(message))).toBe('session-not-found')
    bob.record = emptyRecord
    expect(codeOf(() => bob.receive(message))).toBe('invalid-message')
    const stranger = new TestSide(testDevice('stranger'), alice.remote)
    stranger.start(bob.device)
    expect(codeOf(() => stranger.receive(message))).toBe('invalid-message')
  })
})

describe('the record', () => {
  test('reads 41 of 43 sessions that followed each other', () => {
    const [alice, bob] = testPair()
    const sent: CiphertextMessage[] = []
    for (let i = 0; i < maxArchivedSessions + 3; i++) {
      alice.start(bob.device)
      bob.receive(alice.send('first'))
      sent.push(alice.send(`of session ${i}`))
    }
    expect(bob.record?.archived.length).toBe(maxArchivedSessions)
    expect(alice.record?.archived.length).toBe(maxArchivedSessions)
    // As whisper messages they are tried on all sessions; the first two are gone.
    const texts = sent.map(({ bytes }) => {
      const { authenticated, mac } = parsePreKeySignalMessage(bytes).message
      const inner = { type: 'whisper', bytes: Uint8Array.of(...authenticated, ...mac) } as const
      try {
        return new TextDecoder().decode(bob.decrypt(inner).plaintext)
      } catch (error) {
        return (error as { code?: string }).code
      }
    })
    expect(texts).toEqual(sent.map((_, i) => (i < 2 ? 'invalid-message' : `of session ${i}`)))
  }, 20_000)

  test('promotes the archived session that read a message', () => {
    const [alice, bob] = testConversation()
    const old = baseKey(bob)
    const late = alice.send('late')
    alice.start(bob.device)
    bob.receive(alice.send('new'))
    const newer = baseKey(bob)
    expect(newer).not.toBe(old)
    expect(bob.receive(late)).toBe('late')
    expect(baseKey(bob)).toBe(old)
    expect(bob.record?.archived.length).toBe(1)
    // And back, by a first message that names the other.
    expect(bob.receive(alice.send('again'))).toBe('again')
    expect(baseKey(bob)).toBe(newer)
    expect(bob.record?.archived.length).toBe(1)
  })

  test('forgets, with the archive, that a session was not answered', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const first = alice.send('first')
    alice.start(bob.device)
    const archived = alice.record?.archived[0] ?? new Uint8Array()
    expect(openArchived(archived).pending).toBeUndefined()
    bob.receive(first)
    const answer = bob.send('answer')
    expect(alice.receive(answer)).toBe('answer')
    expect(alice.send('plain').type).toBe('whisper')
  })

  test('uses a session that nobody answered for 30 days', () => {
    const [alice, bob] = testPair()
    const secondsMillis = Math.floor(nowMillis / 1000) * 1000
    alice.start(bob.device, true, secondsMillis + 999)
    const last = secondsMillis + unacknowledgedSessionMillis
    const record = alice.record ?? emptyRecord
    expect(hasUsableSession(record, last)).toBe(true)
    expect(alice.send('x', last).type).toBe('prekey')
    expect(hasUsableSession(record, last + 1)).toBe(false)
    expect(codeOf(() => alice.send('x', last + 1))).toBe('session-not-found')
    bob.receive(alice.send('y'))
    alice.receive(bob.send('z'))
    expect(alice.send('x', last + 400 * dayMillis).type).toBe('whisper')
  })
})

describe('both sides at once', () => {
  test('start a session, and end in one', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    bob.start(alice.device)
    const fromAlice = [alice.send('a1'), alice.send('a2')]
    const fromBob = [bob.send('b1'), bob.send('b2')]
    expect(fromBob.map((message) => alice.receive(message))).toEqual(['b1', 'b2'])
    expect(fromAlice.map((message) => bob.receive(message))).toEqual(['a1', 'a2'])
    expect(baseKey(alice)).not.toBe(baseKey(bob))
    converse(alice, bob)
    expect(baseKey(alice)).toBe(baseKey(bob))
  })
})

describe('a session with oneself', () => {
  test('is one of equal identities and equal service ids', () => {
    const identity = generateCurveKeyPair(primitives, randomnessOf('self'))
    const name = '31415926-5358-9793-2384-626433827950'
    const [phone, desk] = testPair(
      testDevice(name, { identity }),
      testDevice(name.toUpperCase(), { deviceId: 2, identity }),
    )
    phone.start(desk.device)
    desk.receive(phone.send('hello'))
    converse(phone, desk)
  })
})

describe('a step', () => {
  test('changes nothing of the record it was given', () => {
    const [alice, bob] = testConversation()
    const first = alice.send('first')
    const second = alice.send('second')
    for (const message of [second, first]) {
      const before = written(bob)
      const read = bob.decrypt(message)
      expect(written(bob)).toBe(before)
      bob.record = read.record
    }
    const before = written(alice)
    alice.encrypt('x')
    expect(written(alice)).toBe(before)
    const { local } = alice.device
    processBundle(
      primitives,
      {
        local,
        remote: alice.remote,
        bundle: bundleOf(bob.device),
        record: alice.record,
        nowMillis,
      },
      randomnessOf('x'),
    )
    expect(written(alice)).toBe(before)
  })

  test('can be done again from the same record, with the same outcome', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('x')
    const { local } = bob.device
    const input = { local, remote: bob.remote, record: bob.record, message, prekeys: noPrekeys }
    const once = decrypt(primitives, input, randomnessOf('same'))
    const twice = decrypt(primitives, input, randomnessOf('same'))
    expect(writeRecord(twice.record)).toEqual(writeRecord(once.record))
  })

  test('lists every secret that the next state does not hold', () => {
    const [alice, bob] = testConversation()
    alice.send('skipped')
    const moves = [
      { side: alice, step: () => alice.encrypt('x') },
      { side: bob, step: () => bob.decrypt(alice.send('turns the ratchet')) },
      { side: bob, step: () => bob.decrypt(alice.send('on the same chain')) },
      { side: bob, step: () => bob.encrypt('y') },
    ]
    for (const { side, step } of moves) {
      // `send` moves the sender on before the step, never the one that is looked at.
      const before = side === bob ? bob.record?.current : undefined
      const old = before ?? alice.record?.current
      const done = step()
      if (old === undefined || done.record.current === undefined) throw new Error('Cannot be')
      const kept = new Set<unknown>(secretsOf(done.record.current))
      const gone = secretsOf(old).filter((secret) => secret.length > 0 && !kept.has(secret))
      expect(gone.length).toBeGreaterThan(0)
      for (const secret of gone) expect(done.wipe).toContain(secret)
      side.record = done.record
    }
  })

  test('lists all of a receiving chain that it gives up', () => {
    const [alice, bob] = testConversation()
    const turn = () => {
      alice.send('skipped')
      bob.receive(alice.send('x'))
      alice.receive(bob.send('y'))
    }
    while (bob.record?.current?.receivers.length !== maxReceiverChains) turn()
    // So that the oldest is one with a skipped message.
    turn()
    const [oldest, ...others] = bob.record?.current?.receivers ?? []
    const read = bob.decrypt(alice.send('on a sixth chain'))
    expect(read.record.current?.receivers.slice(0, -1)).toEqual(others)
    expect(oldest?.skipped.length).toBeGreaterThan(0)
    expect(read.wipe).toContain(oldest?.chainKey)
    expect(read.wipe).toContain(oldest?.skipped)
    for (const { chainKey, skipped } of others) {
      expect(read.wipe).not.toContain(chainKey)
      expect(read.wipe).not.toContain(skipped)
    }
  })

  test('keeps nothing of the memory of a message', () => {
    const [alice, bob] = testConversation()
    for (let i = 0; i < 10; i++) {
      const message = alice.send('x')
      bob.receive(message)
      const before = written(bob)
      message.bytes.fill(0)
      expect(written(bob)).toBe(before)
      alice.receive(bob.send('y'))
    }
  })

  test('lists secrets that are of use to nobody afterwards, and only these', () => {
    const [alice, bob] = testConversation()
    const skipped = alice.send('skipped')
    const steps = [
      () => alice.encrypt('x'),
      () => bob.decrypt(alice.send('y')),
      () => bob.decrypt(skipped),
      () => bob.encrypt('z'),
    ]
    for (const [i, step] of steps.entries()) {
      const done = step()
      const bytes = toHex(writeRecord(done.record))
      expect(done.wipe.length).toBeGreaterThan(0)
      for (const secret of done.wipe) {
        if (secret.length >= 32) expect(bytes).not.toContain(toHex(secret))
      }
      for (const secret of done.wipe) secret.fill(0)
      expect(toHex(writeRecord(done.record))).toBe(bytes)
      const side = i === 1 || i === 2 || i === 3 ? bob : alice
      side.record = done.record
    }
    expect(alice.receive(bob.send('after'))).toBe('after')
  })

  test('leaves what was read unreadable', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('secret')
    const before = bob.record
    const read = bob.decrypt(message)
    bob.record = read.record
    for (const secret of read.wipe) secret.fill(0)
    expect(codeOf(() => bob.receive(message))).toBe('duplicated-message')
    // What was the record before does not help either.
    bob.record = before
    expect(codeOf(() => bob.receive(message))).toBe('invalid-message')
  })
})
