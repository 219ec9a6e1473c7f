import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type KnownContact,
  readSnapshot,
  type Snapshot,
  writeSnapshot,
} from '#snapshot/snapshot.ts'

const most = 1_000_000
const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytes.toHex())
const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined })
const moment = fc.option(fc.maxSafeNat(), { nil: undefined })
const contact: fc.Arbitrary<KnownContact> = fc.record({
  identity: key,
  address: key,
  readingKey: key,
  state: fc.constantFrom('contact', 'invited'),
  isBlocked: fc.boolean(),
  relay: fc.constantFrom('https://relay.example', 'https://other.example:8443'),
  nickname: text,
  name: text,
  sinceMillis: fc.maxSafeNat(),
  verifiedAtMillis: moment,
})
const flag = fc.option(fc.boolean(), { nil: undefined })
const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    contacts: fc.array(contact, { maxLength: 10 }),
    settings: fc.record({
      name: text,
      takesRequests: flag,
      sendsReadReceipts: flag,
      sendsTyping: flag,
    }),
    unknown: fc.dictionary(fc.constantFrom('channels', 'later'), fc.jsonValue()),
  })
  .map(({ contacts, settings, unknown }) => ({
    contacts,
    settings: JSON.parse(JSON.stringify(settings)) as Snapshot['settings'],
    unknown: JSON.parse(JSON.stringify(unknown)) as Snapshot['unknown'],
  }))

const one: KnownContact = {
  identity: '01'.repeat(32),
  address: '02'.repeat(32),
  readingKey: '03'.repeat(32),
  state: 'contact',
  isBlocked: false,
  relay: 'https://relay.example',
  name: 'Bob',
  sinceMillis: 1,
}
const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

describe('a snapshot', () => {
  test('is read back, with what this version does not know', () => {
    fc.assert(
      fc.property(snapshot, (written) => {
        const { bytes, leftOut } = writeSnapshot(written, most)
        expect(leftOut).toBe(0)
        expect(readSnapshot(bytes)).toEqual(written)
      }),
    )
  })

  test('reads the same for ever', () => {
    const written = { contacts: [one], settings: { name: 'Ann' }, unknown: { channels: [1] } }
    const { bytes } = writeSnapshot(written, most)
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"channels":[1],"contacts":[{"identity":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",' +
        '"address":"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI",' +
        '"readingKey":"AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM",' +
        '"state":"contact","relay":"https://relay.example","name":"Bob","sinceMillis":1}],' +
        '"settings":{"name":"Ann"}}',
    )
    expect(readSnapshot(bytes)).toMatchObject(written)
  })

  test('leaves out those at the end when not all fit, and says how many', () => {
    const contacts = Array.from({ length: 100 }, (_, at) => ({ ...one, sinceMillis: at }))
    const whole = writeSnapshot({ contacts, settings: {}, unknown: {} }, most).bytes.length
    fc.assert(
      fc.property(fc.integer({ min: 100, max: whole + 10 }), (room) => {
        const { bytes, leftOut } = writeSnapshot({ contacts, settings: {}, unknown: {} }, room)
        expect(bytes.length).toBeLessThanOrEqual(room)
        const read = readSnapshot(bytes)?.contacts ?? []
        expect(read.map(({ sinceMillis }) => sinceMillis)).toEqual(
          contacts.slice(0, 100 - leftOut).map(({ sinceMillis }) => sinceMillis),
        )
        if (leftOut > 0) expect(room - bytes.length).toBeLessThan(400)
      }),
    )
  })

  test('leaves out contacts that are none, and keeps the others', () => {
    const good = { ...one, identity: base64url(one.identity) }
    const contactOf = (change: object): object => ({
      ...good,
      address: base64url(one.address),
      readingKey: base64url(one.readingKey),
      ...change,
    })
    const contacts = [
      contactOf({}),
      contactOf({ identity: 'AAAA' }),
      contactOf({ address: 5 }),
      contactOf({ readingKey: '****' }),
      contactOf({ relay: 'ftp://relay.example' }),
      contactOf({ state: 'request' }),
      null,
      'text',
      [],
    ]
    expect(readSnapshot(encode({ contacts, settings: 7 }))).toEqual({
      contacts: [one],
      settings: {},
      unknown: {},
    })
    const odd = contactOf({ nickname: 'x'.repeat(65), name: 5, verifiedAtMillis: -1 })
    expect(readSnapshot(encode({ contacts: [odd] }))?.contacts).toEqual([
      { ...one, name: undefined },
    ])
  })

  test('is none when it is anything else', () => {
    for (const value of [null, 1, 'text', [], {}, { contacts: {} }]) {
      expect(readSnapshot(encode(value))).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(readSnapshot(bytes)).toBeUndefined()
      }),
    )
  })
})

function base64url(hex: string): string {
  return Uint8Array.fromHex(hex).toBase64({ alphabet: 'base64url', omitPadding: true })
}
