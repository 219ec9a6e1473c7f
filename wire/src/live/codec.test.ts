import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WrittenForm } from '#live/byte-forms.ts'
import { readDown, readUp, writeDown, writeUp } from '#live/codec.ts'
import { downMessages, type DownMessage } from '#live/down.ts'
import { valuesFor } from '#live/messages-for-tests.ts'
import { upMessages, type UpMessage } from '#live/up.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

const forms: readonly WrittenForm[] = ['array', 'bin']

/** Every kind of message, with the functions of whoever writes and reads it. */
const all = [
  ...Object.values(upMessages).map((schema) => ({
    name: `up ${schema.name}`,
    schema,
    write: (message: UpMessage & DownMessage, form: WrittenForm) => writeUp(message, form),
    read: readUp as (frame: Uint8Array) => unknown,
  })),
  ...Object.values(downMessages).map((schema) => ({
    name: `down ${schema.name}`,
    schema,
    write: (message: UpMessage & DownMessage, form: WrittenForm) => writeDown(message, form),
    read: readDown as (frame: Uint8Array) => unknown,
  })),
]

const readers = [readUp, readDown]

/** What the library finds in a frame. */
function mapIn(frame: Uint8Array): object {
  return decode(frame) as object
}

function without(name: string, map: object): object {
  return Object.fromEntries(Object.entries(map).filter(([each]) => each !== name))
}

describe.each(all)('$name', ({ schema, write, read }) => {
  test.each(forms)('comes back as it was written, bytes as %s', (form) => {
    fc.assert(
      fc.property(valuesFor(schema), (message) => {
        expect(read(write(message, form))).toMatchObject({ kind: 'message', message })
      }),
    )
  })

  test('is a map in alphabetical order that any MessagePack library reads', () => {
    fc.assert(
      fc.property(valuesFor(schema), fc.constantFrom(...forms), (message, form) => {
        const map = decode(write(message, form)) as Readonly<Record<string, unknown>>
        const names = Object.keys(map)
        expect(names).toEqual(names.toSorted())
        expect(names).toEqual(Object.keys(message).toSorted())
        expect(map['type']).toBe(schema.name)
      }),
      { numRuns: 20 },
    )
  })

  test('is refused without one of the fields that it needs, which is named', () => {
    for (const [name, { presence, otherwise }] of Object.entries(schema.fields)) {
      if (presence === 'optional' || otherwise !== undefined) continue
      fc.assert(
        fc.property(valuesFor(schema), (message) => {
          const rest = without(name, message)
          const map = without(name, mapIn(write(message, 'bin')))
          const reading = read(encode(map)) as { readonly why: string }
          expect(reading.why).toContain(`Missing ${name}`)
          const withNil = read(encode({ ...map, [name]: null })) as { readonly why: string }
          expect(withNil.why).toContain(`Missing ${name}`)
          expect(() => write(rest as unknown as UpMessage & DownMessage, 'bin')).toThrow(TypeError)
        }),
        { numRuns: 5 },
      )
    }
  })

  test('is refused when one of its fields is of another kind, and its optional fields may be nil', () => {
    for (const [name, { kind, presence, otherwise }] of Object.entries(schema.fields)) {
      if (kind.label === 'any value' || otherwise !== undefined) continue
      fc.assert(
        fc.property(valuesFor(schema), (message) => {
          const map = mapIn(write(message, 'bin'))
          const reading = read(encode({ ...map, [name]: 1.5 })) as { readonly why: string }
          expect(reading.why).toMatch(new RegExp(`^(?:Invalid|Missing) ${name}`))
          if (presence !== 'optional') return
          const rest = without(name, message)
          const nil = read(encode({ ...map, [name]: null }))
          const value = kind.takesNil ? { ...rest, [name]: null } : rest
          expect(nil).toMatchObject({ kind: 'message', message: value })
          expect(Object.keys((nil as { readonly message: object }).message).toSorted()).toEqual(
            Object.keys(value).toSorted(),
          )
        }),
        { numRuns: 5 },
      )
    }
  })

  test('is never half of itself: a frame that breaks off is malformed', () => {
    fc.assert(
      fc.property(valuesFor(schema), fc.constantFrom(...forms), (message, form) => {
        const whole = write(message, form)
        for (let length = 0; length < whole.length; length += 1 + (length >> 6)) {
          expect(read(whole.subarray(0, length))).toMatchObject({ kind: 'malformed' })
        }
      }),
      { numRuns: 5 },
    )
  })

  test('with any byte changed is refused or another message, and nothing is thrown', () => {
    fc.assert(
      fc.property(
        valuesFor(schema),
        fc.constantFrom(...forms),
        fc.integer({ min: 1, max: 255 }),
        (message, form, change) => {
          const frame = write(message, form)
          for (let at = 0; at < Math.min(frame.length, 400); at++) {
            frame[at] = (frame[at] as number) ^ change
            for (const each of readers) expect(each(frame).kind).toMatch(/^(?:message|malformed)$/)
            frame[at] = (frame[at] as number) ^ change
          }
          expect(read(frame)).toMatchObject({ kind: 'message', message })
        },
      ),
      { numRuns: 5 },
    )
  })
})

describe('every frame', () => {
  test('that the library writes, or that is just bytes, is answered', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessagePack, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        for (const each of readers) expect(each(bytes).kind).toMatch(/^(?:message|malformed)$/)
      }),
      { numRuns: 5000 },
    )
  })

  test('with several bytes changed, cut out or repeated is answered', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.gen(), changes, ({ schema, write }, gen, edits) => {
        const bytes = [...write(gen(valuesFor, schema), 'array')].slice(0, 2000)
        for (const [place, edit, value] of edits) {
          const at = place % (bytes.length + 1)
          if (edit === 0) bytes[Math.min(at, bytes.length - 1)] = value
          else if (edit === 1) bytes.splice(at, 1 + (value % 4))
          else bytes.splice(at, 0, ...bytes.slice(at, at + (value % 16)))
          if (bytes.length === 0) bytes.push(value)
        }
        const frame = Uint8Array.from(bytes)
        for (const each of readers) expect(each(frame).kind).toMatch(/^(?:message|malformed)$/)
      }),
      { numRuns: 5000 },
    )
  })
})
