import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grantFields, readGrant, writeGrant } from '#channels/grant.ts'
import { maxSignedGrantBytes } from '#channels/limits.ts'
import { channelLinkFields, readChannelLink, writeChannelLink } from '#channels/link.ts'
import {
  channelRecordKinds,
  readChannelRecord,
  writeChannelRecord,
  type ChannelRecord,
} from '#channels/records.ts'
import { readSaid, saidFields, writeSaid } from '#channels/said.ts'
import { channelSchemas } from '#channels/schemas.ts'
import { writeSigned } from '#cards/signed.ts'
import { recordsFor, spoilt } from '#content/values-for-tests.ts'
import type { Fields, Message, ValuesOf } from '#live/schema.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

/** A schema with its reader and its writer, as the tests below use each. */
interface Kind {
  readonly name: string
  readonly fields: Fields
  readonly read: (bytes: Uint8Array) => unknown
  readonly write: (values: object) => Uint8Array
  readonly values: fc.Arbitrary<object>
}

function kind<const F extends Fields>(
  name: string,
  fields: F,
  read: (bytes: Uint8Array) => ValuesOf<F> | undefined,
  write: (values: ValuesOf<F>) => Uint8Array,
): Kind {
  return {
    name,
    fields,
    read,
    write: (each) => write(each as ValuesOf<F>),
    values: recordsFor(fields),
  }
}

function recordKind({ name, fields }: Message): Kind {
  return {
    name,
    fields,
    read: readRecord,
    write: (each) => writeChannelRecord(each as ChannelRecord),
    values: recordsFor(fields).map((values) => ({ type: name, ...values })),
  }
}

function readRecord(bytes: Uint8Array): ChannelRecord | undefined {
  const read = readChannelRecord(bytes)
  return read.kind === 'record' ? read.record : undefined
}

const kinds: readonly Kind[] = [
  ...Object.values(channelRecordKinds).map(recordKind),
  kind('channel-grant', grantFields, readGrant, writeGrant),
  kind('channel-link', channelLinkFields, readChannelLink, writeChannelLink),
  kind('said', saidFields, readSaid, writeSaid),
]

test('every schema has its line in the history', () => {
  expect(channelSchemas.map(({ name, fields }) => ({ name, fields }))).toEqual(
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
        if (typeof found === 'object' && found !== null) expect(read(write(found))).toEqual(found)
      }),
      { numRuns: 500 },
    )
  })
})

const bytes = (value: number): Uint8Array => new Uint8Array(32).fill(value)
const leave = {
  version: 1,
  identity: bytes(1),
  channel: bytes(2),
  number: 3,
  previous: bytes(4),
  at: 5,
}

test('a record is these bytes', () => {
  const text = (value: string): string => new TextEncoder().encode(value).toHex()
  expect(writeChannelRecord({ type: 'leave', ...leave }).toHex()).toBe(
    [
      '87',
      `a2${text('at')}05`,
      `a7${text('channel')}c420${'02'.repeat(32)}`,
      `a8${text('identity')}c420${'01'.repeat(32)}`,
      `a6${text('number')}03`,
      `a8${text('previous')}c420${'04'.repeat(32)}`,
      `a4${text('type')}a5${text('leave')}`,
      `a7${text('version')}01`,
    ].join(''),
  )
})

test('a record of a kind that a newer version has is known by its place, and by nothing without one', () => {
  const newer = { type: 'topic', ...leave, topic: 'Plants' }
  expect(readChannelRecord(encode(newer))).toEqual({
    kind: 'unknown',
    type: 'topic',
    heading: leave,
  })
  for (const broken of [{ ...newer, number: 0 }, { ...newer, type: 'To pic' }, { type: 'topic' }]) {
    expect(readChannelRecord(encode(broken))).toEqual({ kind: 'malformed' })
  }
})

test('names of what every object has are no types', () => {
  for (const type of ['constructor', 'toString', '__proto__']) {
    expect(readChannelRecord(encode({ type, ...leave })).kind).not.toBe('record')
    expect(() => writeChannelRecord({ type, ...leave } as unknown as ChannelRecord)).toThrow(
      TypeError,
    )
  }
})

test('the longest grant fits into a link and into a record when it is signed', () => {
  const most = Number.MAX_SAFE_INTEGER
  const body = writeGrant({
    version: 255,
    identity: bytes(1),
    channel: bytes(2),
    id: bytes(3).subarray(0, 16),
    number: most,
    uses: 500,
    expires_at: 8_640_000_000_000_000,
  })
  const signed = writeSigned({ body, signature: new Uint8Array(64) })
  expect(signed.length).toBeLessThanOrEqual(maxSignedGrantBytes)
})

test('the longest record fits into what is signed', () => {
  const longest = {
    type: 'create',
    version: 255,
    identity: bytes(1),
    at: 8_640_000_000_000_000,
    nonce: bytes(2),
    address: bytes(3),
    own_name: '\u{ffff}'.repeat(64),
    name: '\u{ffff}'.repeat(64),
    picture: new Uint8Array(12_288),
  } as const
  const body = writeChannelRecord(longest)
  expect(writeSigned({ body, signature: new Uint8Array(64) }).length).toBeLessThan(16_384)
})
