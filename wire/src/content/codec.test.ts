import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readContent, writeContent } from '#content/codec.ts'
import type { Content, ContentOf } from '#content/content.ts'
import { anyContent, contentSchemas, contentsFor, spoilt } from '#content/values-for-tests.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

const malformed = { kind: 'malformed' }
const id = new Uint8Array(16).fill(7)
const target = new Uint8Array(16).fill(9)

/** What the library finds in a content. */
function mapIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  return decode(bytes) as Readonly<Record<string, unknown>>
}

function without(name: string, map: object): object {
  return Object.fromEntries(Object.entries(map).filter(([each]) => each !== name))
}

describe.each(contentSchemas.map((schema) => ({ name: schema.name, schema })))(
  '$name',
  ({ schema }) => {
    test('comes back as it was written', () => {
      fc.assert(
        fc.property(contentsFor(schema), (content) => {
          expect(readContent(writeContent(content))).toEqual({ kind: 'content', content })
        }),
      )
    })

    test('is a map in alphabetical order with bytes as bin, and any MessagePack library reads it', () => {
      fc.assert(
        fc.property(contentsFor(schema), (content) => {
          const map = mapIn(writeContent(content))
          expect(Object.keys(map)).toEqual(Object.keys(content).toSorted())
          expect(map['type']).toBe(schema.name)
          expect(map['id']).toBeInstanceOf(Uint8Array)
        }),
        { numRuns: 20 },
      )
    })

    test('is malformed without one of the entries that it needs, and not written', () => {
      for (const [name, { presence }] of Object.entries(schema.fields)) {
        if (presence === 'optional') continue
        fc.assert(
          fc.property(contentsFor(schema), (content) => {
            const map = without(name, mapIn(writeContent(content)))
            expect(readContent(encode(map))).toEqual(malformed)
            expect(readContent(encode({ ...map, [name]: null }))).toEqual(malformed)
            expect(() => writeContent(without(name, content) as Content)).toThrow(TypeError)
          }),
          { numRuns: 5 },
        )
      }
    })

    test('is malformed when one of its entries is of another kind', () => {
      for (const name of Object.keys(schema.fields)) {
        fc.assert(
          fc.property(contentsFor(schema), (content) => {
            const map = mapIn(writeContent(content))
            expect(readContent(encode({ ...map, [name]: 1.5 }))).toEqual(malformed)
          }),
          { numRuns: 5 },
        )
      }
    })

    test('is malformed when it breaks off, or when something follows', () => {
      fc.assert(
        fc.property(contentsFor(schema), fc.uint8Array({ minLength: 1 }), (content, more) => {
          const whole = writeContent(content)
          for (let length = 0; length < whole.length; length += 1 + (length >> 6)) {
            expect(readContent(whole.subarray(0, length))).toEqual(malformed)
          }
          expect(readContent(Uint8Array.from([...whole, ...more]))).toEqual(malformed)
        }),
        { numRuns: 5 },
      )
    })
  },
)

describe('a text', () => {
  const text: ContentOf<'text'> = { type: 'text', id, sent_at: 1_700_000_000_000, body: 'Héllo 👋' }

  test('is these bytes', () => {
    const bytes = writeContent({ ...text, body: 'Hi', sent_at: 1 })
    expect(bytes.toHex()).toBe(
      `84a4626f6479a24869a26964c410${'07'.repeat(16)}a773656e745f617401a474797065a474657874`,
    )
  })

  test('keeps letters of all the world', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (body) => {
        expect(readContent(writeContent({ ...text, body }))).toMatchObject({ content: { body } })
      }),
    )
  })

  test('has 20000 characters, and not one more', () => {
    const full = { ...text, body: 'ä'.repeat(20_000) }
    expect(readContent(writeContent(full))).toEqual({ kind: 'content', content: full })
    expect(() => writeContent({ ...text, body: 'a'.repeat(20_001) })).toThrow(RangeError)
    const long = encode({ ...text, body: 'a'.repeat(20_001) })
    expect(readContent(long)).toEqual(malformed)
  })

  test('has no moment that is no date', () => {
    expect(readContent(encode({ ...text, sent_at: 8_640_000_000_000_000 }))).not.toEqual(malformed)
    for (const moment of [8_640_000_000_000_001, -1, 0.5, Number.NaN, '0']) {
      expect(readContent(encode({ ...text, sent_at: moment }))).toEqual(malformed)
    }
  })

  test('keeps what it knows when a newer version says more', () => {
    expect(readContent(encode({ ...text, colour: 'red' }))).toEqual({
      kind: 'content',
      content: text,
    })
  })

  test('has no more mentions and attachments than there may be, and each whole', () => {
    const attachment = {
      pieces: [target],
      depth: 0,
      key: new Uint8Array(32),
      digest: new Uint8Array(32),
      size: 5,
      media_type: 'image/png',
    }
    const read = (more: object): string => readContent(encode({ ...text, ...more })).kind
    expect(read({ mentions: Array.from({ length: 64 }, () => new Uint8Array(32)) })).toBe('content')
    expect(read({ mentions: Array.from({ length: 65 }, () => new Uint8Array(32)) })).toBe(
      'malformed',
    )
    expect(read({ mentions: [new Uint8Array(31)] })).toBe('malformed')
    expect(read({ attachments: Array.from({ length: 16 }, () => attachment) })).toBe('content')
    expect(read({ attachments: Array.from({ length: 17 }, () => attachment) })).toBe('malformed')
    expect(read({ attachments: [without('key', attachment)] })).toBe('malformed')
    expect(read({ attachments: [{ ...attachment, width: 0 }] })).toBe('malformed')
    const pieces = Array.from({ length: 64 }, () => target)
    expect(read({ attachments: [{ ...attachment, pieces, depth: 1 }] })).toBe('content')
    expect(read({ attachments: [{ ...attachment, pieces: [...pieces, target] }] })).toBe(
      'malformed',
    )
    expect(read({ attachments: [{ ...attachment, depth: 2 }] })).toBe('malformed')
    expect(read({ attachments: [without('depth', attachment)] })).toBe('malformed')
  })
})

describe('a kind that nobody knows yet', () => {
  const future = { type: 'poll_2', id, sent_at: 5, question: 'When?', answers: [{ at: [[[1]]] }] }

  test('is named, with its id and its time', () => {
    expect(readContent(encode(future))).toEqual({ kind: 'unknown', type: 'poll_2', id, sentAt: 5 })
  })

  test('may use the names of other kinds for other things', () => {
    expect(readContent(encode({ ...future, body: 5, target: 'x' })).kind).toBe('unknown')
  })

  test('is malformed without an id or a time, or with a name that cannot be shown', () => {
    for (const name of ['id', 'sent_at', 'type']) {
      expect(readContent(encode(without(name, future)))).toEqual(malformed)
    }
    for (const type of ['', 'Poll', 'po ll', 'a\n', '‮llop', 'a'.repeat(33), 5, null]) {
      expect(readContent(encode({ ...future, type }))).toEqual(malformed)
    }
    expect(readContent(encode({ ...future, type: 'a'.repeat(32) })).kind).toBe('unknown')
    for (const type of ['constructor', 'toString', '__proto__']) {
      const map = new Uint8Array(encode({ ...future, type }))
      expect(readContent(map).kind).not.toBe('content')
    }
  })

  test('is not written', () => {
    for (const type of ['poll_2', 'constructor']) {
      expect(() => writeContent({ ...future, type } as unknown as Content)).toThrow(TypeError)
    }
  })
})

describe('bytes of any origin', () => {
  const kinds = /^(?:content|unknown|malformed)$/

  test('are answered', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessagePack, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        expect(readContent(bytes).kind).toMatch(kinds)
      }),
      { numRuns: 5000 },
    )
  })

  test('that were a content, and are spoilt, are answered with something that can be written again', () => {
    const spoiltContents = anyContent.chain((content) =>
      spoilt(writeContent(content).slice(0, 500)),
    )
    fc.assert(
      fc.property(spoiltContents, (bytes) => {
        const read = readContent(bytes)
        expect(read.kind).toMatch(kinds)
        if (read.kind === 'content') {
          expect(readContent(writeContent(read.content))).toEqual(read)
        }
      }),
      { numRuns: 3000 },
    )
  })

  test('that nest or announce more than there can be are malformed', () => {
    const deep = new Uint8Array(100_000).fill(0x91)
    expect(readContent(deep)).toEqual(malformed)
    expect(readContent(Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff))).toEqual(malformed)
    expect(readContent(Uint8Array.of())).toEqual(malformed)
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, i]))
    expect(readContent(encode({ type: 'nothing', id, sent_at: 1, ...many }))).toEqual(malformed)
  })
})
