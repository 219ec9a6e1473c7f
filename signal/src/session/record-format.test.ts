import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxArchivedSessions, maxReceiverChains } from '#limits.ts'
import {
  bufferOf,
  codeOf,
  flipped,
  fromHex,
  indexOf,
  noRandomness,
  nowMillis,
  primitives,
  testConversation,
  testPair,
  TestSide,
  testDevice,
  toHex,
} from '#session/parties-for-tests.ts'
import { encrypt } from '#session/encrypt.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'
import { archiveCurrent, emptyRecord, openArchived } from '#session/session-record.ts'
import { secretsOf } from '#session/session-state.ts'
// Records as each version wrote them, and the message that the next `encrypt` of 'frozen' must give.
import samples from '#session/record-samples.json' with { type: 'json' }

/** With all that can be in one: a pending session, skipped messages, an archive. */
function richRecords(): readonly Uint8Array[] {
  const [alice, bob] = testConversation()
  for (let i = 0; i < 5; i++) {
    alice.send('lost')
    bob.receive(alice.send('x'))
    alice.receive(bob.send('y'))
  }
  const [carol, dave] = testPair()
  carol.start(dave.device, false)
  carol.start(dave.device)
  return [alice, bob, carol].map(({ record }) => writeRecord(record ?? emptyRecord))
}

const records = richRecords()

/** From where bytes were copied into others, as they are afterwards. */
function copiedBy(action: () => unknown): readonly Uint8Array[] {
  const sources: Uint8Array[] = []
  const { set } = Uint8Array.prototype
  Uint8Array.prototype.set = function (source, offset) {
    if (source instanceof Uint8Array) sources.push(source)
    set.call(this, source, offset)
  }
  try {
    action()
  } finally {
    Reflect.deleteProperty(Uint8Array.prototype, 'set')
  }
  return sources
}

describe('a stored record', () => {
  test('is read as it was written', () => {
    for (const bytes of records) {
      const record = readRecord(bytes)
      expect(writeRecord(record)).toEqual(bytes)
      const archived = archiveCurrent(record).record
      expect(readRecord(writeRecord(archived))).toEqual(archived)
      for (const each of archived.archived) openArchived(each)
    }
    expect(writeRecord(readRecord(writeRecord(emptyRecord)))).toEqual(Uint8Array.of(1, 0, 0))
  })

  test('keeps no memory of the bytes it was read from', () => {
    const bytes = bufferOf(records[0] ?? new Uint8Array())
    const record = readRecord(bytes)
    const before = toHex(writeRecord(record))
    bytes.fill(0)
    expect(toHex(writeRecord(record))).toBe(before)
    writeRecord(record).fill(0)
    expect(toHex(writeRecord(record))).toBe(before)
  })

  test('has its secrets nowhere else once it is written', () => {
    for (const bytes of records) {
      const record = readRecord(bytes)
      const own = new Set(record.current === undefined ? [] : secretsOf(record.current))
      const secrets = [...own].filter(({ length }) => length > 0)
      expect(secrets.length).toBeGreaterThan(6)
      const copied = copiedBy(() => writeRecord(record))
      expect(copied.length).toBeGreaterThan(secrets.length)
      for (const each of copied) {
        if (own.has(each)) continue
        for (const secret of secrets) expect(indexOf(each, secret)).toBe(-1)
      }
    }
  })

  test('is refused when it is cut short or goes on', () => {
    for (const bytes of records) {
      for (let length = 0; length < bytes.length; length++) {
        expect(codeOf(() => readRecord(bytes.subarray(0, length)))).toBe('invalid-state')
      }
      expect(codeOf(() => readRecord(Uint8Array.of(...bytes, 0)))).toBe('invalid-state')
    }
  })

  test('with any byte changed is refused, or read as what it says', () => {
    for (const bytes of records) {
      for (let at = 0; at < bytes.length; at++) {
        const changed = flipped(bytes, at, 1 << (at % 8))
        const code = codeOf(() => {
          expect(toHex(writeRecord(readRecord(changed)))).toBe(toHex(changed))
        })
        expect(['nothing', 'invalid-state']).toContain(code)
      }
    }
  })

  test('of any bytes is a record or refused', () => {
    const any = fc.uint8Array({ maxLength: 400 }).map((tail) => Uint8Array.of(1, ...tail))
    fc.assert(
      fc.property(any, (bytes) => {
        expect(['nothing', 'invalid-state']).toContain(codeOf(() => readRecord(bytes)))
      }),
      { numRuns: 500 },
    )
  })

  test.each([0, 2, 255])('of version %i is refused', (version) => {
    const bytes = Uint8Array.from(records[0] ?? [])
    bytes[0] = version
    expect(codeOf(() => readRecord(bytes))).toBe('invalid-state')
  })

  test('has no more than 40 archived sessions', () => {
    const empty = (count: number) => Uint8Array.of(1, 0, count, ...Array(4 * count).fill(0))
    expect(readRecord(empty(maxArchivedSessions)).archived.length).toBe(maxArchivedSessions)
    expect(codeOf(() => readRecord(empty(maxArchivedSessions + 1)))).toBe('invalid-state')
  })

  test('has no more than 5 receiving chains', () => {
    const [, bob] = testConversation()
    const current = bob.record?.current
    const chain = current?.receivers[0]
    if (current === undefined || chain === undefined) throw new Error('Cannot be')
    const withChains = (count: number) =>
      writeRecord({ current: { ...current, receivers: Array(count).fill(chain) }, archived: [] })
    const full = readRecord(withChains(maxReceiverChains))
    expect(full.current?.receivers.length).toBe(maxReceiverChains)
    expect(codeOf(() => readRecord(withChains(maxReceiverChains + 1)))).toBe('invalid-state')
  })

  test('that names a one-time prekey and says that there was none is refused', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device, false)
    const bytes = writeRecord(alice.record ?? emptyRecord)
    const ciphertext = alice.record?.current?.pending?.kyber.ciphertext
    // Before the ciphertext: whether there was one, its id, two other ids, and the seconds.
    const at = indexOf(bytes, ciphertext ?? bytes) - (1 + 3 * 4 + 6)
    expect(bytes.slice(at, at + 5)).toEqual(new Uint8Array(5))
    for (let i = 1; i <= 4; i++) {
      expect(codeOf(() => readRecord(flipped(bytes, at + i)))).toBe('invalid-state')
    }
    // Id 0 is one like others.
    const { pending } = readRecord(flipped(bytes, at)).current ?? {}
    expect(pending?.oneTimePrekeyId).toBe(0)
    expect(readRecord(bytes).current?.pending?.oneTimePrekeyId).toBeUndefined()
  })

  test('whose skipped messages are in no order is refused', () => {
    const [alice, bob] = testConversation()
    alice.send('lost')
    alice.send('lost too')
    bob.receive(alice.send('x'))
    const bytes = writeRecord(bob.record ?? emptyRecord)
    const skipped = bob.record?.current?.receivers.find((chain) => chain.skipped.length > 0)
    const at = indexOf(bytes, skipped?.skipped ?? bytes)
    expect(codeOf(() => readRecord(flipped(bytes, at + 3, 3)))).toBe('invalid-state')
    // As late as the chain itself.
    expect(codeOf(() => readRecord(flipped(bytes, at + 36, 1)))).toBe('invalid-state')
    expect(codeOf(() => readRecord(bytes))).toBe('nothing')
  })

  test('with a damaged archived session says so when that one is tried', () => {
    const [alice, bob] = testConversation()
    const late = alice.send('late')
    bob.record = archiveCurrent(bob.record ?? emptyRecord).record
    const bytes = writeRecord(bob.record)
    // The number of receiving chains.
    const damaged = readRecord(flipped(bytes, 7 + 7 * 32 + 16, 0x80))
    bob.record = damaged
    expect(codeOf(() => bob.receive(late))).toBe('invalid-state')
  })

  test.each(samples)('of version $version is read for ever', ({ record, next }) => {
    const [alice] = testPair()
    const step = encrypt(
      primitives,
      {
        local: alice.device.local.address,
        remote: alice.remote,
        record: readRecord(fromHex(record)),
        plaintext: new TextEncoder().encode('frozen'),
        nowMillis,
      },
      noRandomness,
    )
    expect(toHex(step.message.bytes)).toBe(next)
  })

  test('of version 1 is written as it always was', () => {
    const first = samples.find(({ version }) => version === 1)
    expect(toHex(writeRecord(readRecord(fromHex(first?.record ?? ''))))).toBe(first?.record)
  })

  test('stays small', () => {
    const [alice, bob] = testConversation()
    let largest = 0
    for (let i = 0; i < 100; i++) {
      bob.receive(alice.send('x'))
      alice.receive(bob.send('y'))
      largest = Math.max(largest, writeRecord(alice.record ?? emptyRecord).length)
    }
    expect(largest).toBeLessThan(7000)
    const stranger = new TestSide(testDevice('stranger'), alice.remote)
    stranger.start(bob.device)
    expect(writeRecord(stranger.record ?? emptyRecord).length).toBeLessThan(3000)
  })
})
