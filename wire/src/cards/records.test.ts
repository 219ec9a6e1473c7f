import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bundleFields, readBundle, writeBundle } from '#cards/bundle.ts'
import { cardFields, readCard, writeCard, type Card } from '#cards/card.ts'
import { devicesFields, readDevices, writeDevices } from '#cards/devices.ts'
import {
  introductionFields,
  meetingOfferFields,
  readIntroduction,
  readMeetingOffer,
  writeIntroduction,
  writeMeetingOffer,
} from '#cards/meeting.ts'
import {
  kemOneTimeFields,
  oneTimeFields,
  readKemOneTime,
  readOneTime,
  writeKemOneTime,
  writeOneTime,
} from '#cards/one-time.ts'
import { cardRecords } from '#cards/records.ts'
import { readSigned, signedFields, writeSigned } from '#cards/signed.ts'
import { recordsFor, spoilt } from '#content/values-for-tests.ts'
import type { Fields, ValuesOf } from '#live/schema.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

/** A record with its reader and its writer, as the tests below use each. */
interface Kind {
  readonly name: string
  readonly fields: Fields
  readonly read: (bytes: Uint8Array) => unknown
  readonly write: (values: unknown) => Uint8Array
  readonly values: fc.Arbitrary<object>
}

function kind<const F extends Fields>(
  name: string,
  fields: F,
  read: (bytes: Uint8Array) => ValuesOf<F> | undefined,
  write: (values: ValuesOf<F>) => Uint8Array,
): Kind {
  const values = recordsFor(fields)
  return { name, fields, read, write: (each) => write(each as ValuesOf<F>), values }
}

const kinds = [
  kind('signed', signedFields, readSigned, writeSigned),
  kind('card', cardFields, readCard, writeCard),
  kind('bundle', bundleFields, readBundle, writeBundle),
  kind('one_time', oneTimeFields, readOneTime, writeOneTime),
  kind('kem_one_time', kemOneTimeFields, readKemOneTime, writeKemOneTime),
  kind('devices', devicesFields, readDevices, writeDevices),
  kind('meeting_offer', meetingOfferFields, readMeetingOffer, writeMeetingOffer),
  kind('introduction', introductionFields, readIntroduction, writeIntroduction),
]

test('every record is on the page', () => {
  expect(cardRecords.map(({ name, fields }) => ({ name, fields }))).toEqual(
    kinds.map(({ name, fields }) => ({ name, fields })),
  )
})

describe.each(kinds)('$name', ({ fields, read, write, values }) => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(values, (each) => {
        expect(read(write(each))).toEqual(each)
      }),
    )
  })

  test('is a map in alphabetical order that any MessagePack library reads', () => {
    fc.assert(
      fc.property(values, (each) => {
        const map = decode(write(each)) as object
        expect(Object.keys(map)).toEqual(Object.keys(each).toSorted())
      }),
      { numRuns: 20 },
    )
  })

  test('is none without what it needs, and is not written so', () => {
    for (const [name, { presence }] of Object.entries(fields)) {
      fc.assert(
        fc.property(values, (each) => {
          const map = decode(write(each)) as object
          expect(read(encode({ ...map, [name]: 1.5 }))).toBeUndefined()
          if (presence === 'optional') return
          expect(read(encode({ ...map, [name]: null }))).toBeUndefined()
          expect(() => write({ ...each, [name]: undefined })).toThrow(TypeError)
        }),
        { numRuns: 5 },
      )
    }
  })

  test('is none when it breaks off or something follows', () => {
    fc.assert(
      fc.property(values, (each) => {
        const whole = write(each)
        for (let length = 0; length < whole.length; length += 1 + (length >> 6)) {
          expect(read(whole.subarray(0, length))).toBeUndefined()
        }
        expect(read(Uint8Array.from([...whole, 0xc0]))).toBeUndefined()
      }),
      { numRuns: 5 },
    )
  })

  test('that is spoilt, or was none ever, throws nothing', () => {
    const some = fc.oneof(
      anyMessagePack,
      fc.uint8Array({ maxLength: 200 }),
      values.chain((each) => spoilt(write(each))),
    )
    fc.assert(
      fc.property(some, (bytes) => {
        const found = read(bytes)
        if (found !== undefined) expect(read(write(found))).toEqual(found)
      }),
      { numRuns: 500 },
    )
  })
})

const card: Card = {
  version: 1,
  identity: new Uint8Array(32).fill(1),
  relay: 'https://relay.example',
  address: new Uint8Array(32).fill(2),
  issued_at: 5,
}

test('a card is these bytes', () => {
  const text = (value: string): string => new TextEncoder().encode(value).toHex()
  expect(writeCard(card).toHex()).toBe(
    [
      '85',
      `a7${text('address')}c420${'02'.repeat(32)}`,
      `a8${text('identity')}c420${'01'.repeat(32)}`,
      `a9${text('issued_at')}05`,
      `a5${text('relay')}b5${text('https://relay.example')}`,
      `a7${text('version')}01`,
    ].join(''),
  )
})

test('a card of a newer version is read for what is known of it', () => {
  const newer = encode({ ...card, version: 2, picture: Uint8Array.of(1) })
  expect(readCard(newer)).toEqual({ ...card, version: 2 })
  expect(readCard(encode({ ...card, version: 0 }))).toBeUndefined()
})

test('what the relay takes of the largest signed record and of a one-time key is not less than it is', () => {
  const signature = new Uint8Array(64)
  expect(writeSigned({ body: new Uint8Array(16_000), signature }).length).toBeLessThan(16_384)
  expect(() => writeSigned({ body: new Uint8Array(16_001), signature })).toThrow(RangeError)
  const id = 0xff_ffff
  expect(writeOneTime({ id, key: new Uint8Array(32) }).length).toBeLessThanOrEqual(256)
  const key = new Uint8Array(1568)
  expect(writeKemOneTime({ id, key, signature }).length).toBeLessThanOrEqual(2048)
})
