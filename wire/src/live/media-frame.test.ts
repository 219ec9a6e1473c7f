import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BytesForm, WrittenForm } from '#live/byte-forms.ts'
import { readDown, readUp, writeUp } from '#live/codec.ts'
import { readMediaFrame, relayMediaFrame } from '#live/media-frame.ts'
import { valuesFor } from '#live/messages-for-tests.ts'
import { upMessages } from '#live/up.ts'
import { anyMessagePack, fromHex } from '#messagepack/values-for-tests.ts'

const sender = Uint8Array.from({ length: 32 }, (_, i) => 100 + i)
const channel = Uint8Array.from({ length: 32 }, (_, i) => 200 - 3 * i)
const sound = Uint8Array.from({ length: 300 }, (_, i) => i)

type Map = Readonly<Record<string, unknown>>

const inForm: Readonly<Record<BytesForm, (bytes: Uint8Array) => unknown>> = {
  array: (bytes) => [...bytes],
  bin: (bytes) => bytes,
  hex: (bytes) => bytes.toHex(),
}

const forms: readonly WrittenForm[] = ['array', 'bin']

/** What a room hears of a frame, as the library reads it. */
function relayed(map: unknown, form: WrittenForm): Map | undefined {
  const media = readMediaFrame(encode(map))
  return media && (decode(relayMediaFrame(media, sender, form)) as Map)
}

function voice(form: BytesForm, more: Map = {}): Map {
  return {
    audio: inForm[form](sound),
    channel_id: inForm[form](channel),
    seq: 7,
    type: 'voice_data',
    ...more,
  }
}

describe('reading a frame of media', () => {
  test.each(Object.keys(inForm) as BytesForm[])('finds kind, channel and form: %s', (form) => {
    expect(readMediaFrame(encode(voice(form)))).toMatchObject({ kind: 'voice_data', channel, form })
    const screen = {
      type: 'screen_data',
      channel_id: inForm[form](channel),
      chunk: inForm[form](sound),
    }
    expect(readMediaFrame(encode(screen))).toMatchObject({ kind: 'screen_data', channel, form })
  })

  test('does not need the keys in an order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.keys(voice('bin')), { minLength: 4 }), (names) => {
        const map = Object.fromEntries(names.map((name) => [name, voice('bin')[name]]))
        expect(readMediaFrame(encode(map))).toMatchObject({ kind: 'voice_data', channel })
      }),
    )
  })

  test('takes the form of the sound when the channel has another, and of the channel without sound', () => {
    expect(readMediaFrame(encode(voice('bin', { channel_id: channel.toHex() })))?.form).toBe('bin')
    expect(readMediaFrame(encode({ type: 'voice_data', channel_id: [1] }))?.form).toBe('array')
    expect(readMediaFrame(encode({ type: 'voice_data', channel_id: channel }))?.form).toBe('bin')
  })

  test('leaves every other message to the codec', () => {
    for (const schema of Object.values(upMessages)) {
      const isMedia = schema.name === 'voice_data' || schema.name === 'screen_data'
      fc.assert(
        fc.property(valuesFor(schema), fc.constantFrom(...forms), (message, form) => {
          expect(readMediaFrame(writeUp(message, form)) !== undefined).toBe(isMedia)
        }),
        { numRuns: 10 },
      )
    }
  })

  test.each([
    ['no channel', { type: 'voice_data', audio: [] }],
    ['a channel that is no bytes', { type: 'voice_data', channel_id: 7 }],
    ['no type', { channel_id: [1] }],
    ['a type that is no text', { type: ['voice_data'], channel_id: [1] }],
    ['no map', ['voice_data']],
    ['a longer type', { type: 'voice_data2', channel_id: [1] }],
  ])('leaves what is malformed to the codec: %s', (_, map) => {
    expect(readMediaFrame(encode(map))).toBeUndefined()
  })

  test('leaves a map with a key that is no text to the codec', () => {
    const rest = Buffer.from(encode({ type: 'voice_data', channel_id: [1] })).toString('hex')
    expect(readMediaFrame(fromHex(`82${rest.slice(2)}`))?.kind).toBe('voice_data')
    expect(readMediaFrame(fromHex(`83 0102 ${rest.slice(2)}`))).toBeUndefined()
    expect(readMediaFrame(fromHex(`83 c40161c0 ${rest.slice(2)}`))).toBeUndefined()
  })

  test('takes 64 entries and eight levels, and leaves what has more to the codec', () => {
    const entries = (count: number): Map =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, i]))
    expect(readMediaFrame(encode(voice('bin', entries(60))))).toBeDefined()
    expect(readMediaFrame(encode(voice('bin', entries(61))))).toBeUndefined()
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
    expect(readMediaFrame(encode(voice('bin', { x: nested(7) })))).toBeDefined()
    expect(readMediaFrame(encode(voice('bin', { x: nested(8) })))).toBeUndefined()
  })

  test('of several types or channels the last counts, as it does for the codec', () => {
    const type = (value: string): string =>
      `a474797065${Buffer.from(encode(value)).toString('hex')}`
    const at = (byte: string): string => `aa${Buffer.from('channel_id').toString('hex')}91${byte}`
    const twice = fromHex(`84 ${type('voice_data')} ${at('01')} ${type('screen_data')} ${at('02')}`)
    expect(readMediaFrame(twice)).toMatchObject({
      kind: 'screen_data',
      channel: new Uint8Array([2]),
    })
    const other = fromHex(`83 ${type('voice_data')} ${at('01')} ${type('leave_voice')}`)
    expect(readMediaFrame(other)).toBeUndefined()
    expect(readUp(other)).toMatchObject({ message: { type: 'leave_voice' } })
  })

  test('never takes a frame that breaks off', () => {
    for (const form of Object.keys(inForm) as BytesForm[]) {
      const frame = encode(voice(form))
      for (let length = 0; length < frame.length; length++) {
        expect(readMediaFrame(frame.subarray(0, length))).toBeUndefined()
      }
    }
  })
})

/** Fields that a client may have put in. The library reads no map with this one name. */
const others = fc
  .dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
  .filter((map) => !JSON.stringify(map).includes('__proto__'))

describe('relaying a frame of media', () => {
  test.each(forms)('mobium 75: says who sent it and keeps every other field: %s', (form) => {
    fc.assert(
      fc.property(others, (more) => {
        // In an array of small numbers nobody can tell bytes from a list: that has a test of its own.
        const extra = Object.fromEntries(
          Object.entries(more).filter(
            ([name, value]) => !Array.isArray(value) && name !== 'sender',
          ),
        )
        const map = { ...extra, ...voice(form) }
        expect(relayed(map, form)).toEqual({
          ...(decode(encode(map)) as Map),
          sender: inForm[form](sender),
        })
      }),
    )
  })

  test('mobium 75: fields that nobody knows are copied byte for byte', () => {
    const strange = 'cb3ff0000000000000 ce00000005 d90161 c70201ffff dc0001cc05'.split(' ')
    const body = strange.map((value, i) => `a2783${i}${value}`).join('')
    const known = Buffer.from(encode(voice('array')))
      .toString('hex')
      .slice(2)
    const media = readMediaFrame(fromHex(`89${known}${body}`))
    if (media === undefined) throw new Error('not read')
    const out = Buffer.from(relayMediaFrame(media, sender, 'array')).toString('hex')
    expect(out.startsWith(`8a${known}${body}a673656e646572`)).toBe(true)
  })

  test.each(['array', 'bin'] as const)(
    'mobium 76: a sender that the client wrote is gone: %s',
    (form) => {
      const out = relayed({ sender: new Uint8Array(32), ...voice(form) }, form)
      expect(out).toEqual({ ...voice(form), sender: inForm[form](sender) })
    },
  )

  test('mobium 76: also several, and however their key is written', () => {
    const known = Buffer.from(encode(voice('bin')))
      .toString('hex')
      .slice(2)
    const forged = ['a6', 'd906', 'da0006', 'db00000006']
      .map((header) => `${header}73656e646572 9109`)
      .join('')
    const media = readMediaFrame(
      fromHex(`88 ${forged.slice(0, forged.length / 2)}${forged.slice(forged.length / 2)}${known}`),
    )
    if (media === undefined) throw new Error('not read')
    const out = relayMediaFrame(media, sender, 'bin')
    expect(out[0]).toBe(0x85)
    expect(Buffer.from(out).toString('latin1').split('sender').length).toBe(2)
    expect(decode(out)).toEqual({ ...voice('bin'), sender })
  })

  test.each([12, 13, 14, 15, 16, 59, 60])('counts its entries right: %i more', (count) => {
    const more = Object.fromEntries(Array.from({ length: count - 4 }, (_, i) => [`x${i}`, i]))
    expect(relayed(voice('bin', more), 'bin')).toEqual({ ...voice('bin', more), sender })
    const forged = voice('bin', { ...more, sender: 'me' })
    expect(relayed(forged, 'bin')).toEqual({ ...voice('bin', more), sender })
  })

  const pairs = (Object.keys(inForm) as BytesForm[]).flatMap((from) =>
    forms.map((to) => [from, to] as const),
  )
  test.each(pairs)('bytes that came as %s are read by a client of %s', (from, to) => {
    const out = relayed(voice(from), to)
    expect(out).toEqual({ ...voice(to), sender: inForm[to](sender) })
    const media = readMediaFrame(encode(voice(from)))
    if (media === undefined) throw new Error('not read')
    expect(readDown(relayMediaFrame(media, sender, to))).toEqual({
      kind: 'message',
      form: to,
      message: { type: 'voice_data', channel_id: channel, audio: sound, seq: 7, sender },
    })
  })

  test('bytes in fields that nobody knows change their form with the rest', () => {
    const init = new Uint8Array([1, 2, 250])
    expect(relayed(voice('bin', { init }), 'array')).toMatchObject({ init: [...init] })
    expect(relayed(voice('array', { init: [...init] }), 'bin')).toMatchObject({ init })
    expect(relayed(voice('array', { init }), 'array')).toMatchObject({ init: [...init] })
    expect(relayed(voice('array', { init: 'ab', n: [1, 256] }), 'bin')).toMatchObject({
      init: 'ab',
      n: [1, 256],
    })
  })

  test('a list of small numbers stays one in a frame with bytes of their own kind', () => {
    for (const form of forms) {
      expect(relayed(voice('bin', { list: [1, 2] }), form)).toMatchObject({ list: [1, 2] })
    }
  })

  test('what stands behind the map stays behind', () => {
    const media = readMediaFrame(Uint8Array.from([...encode(voice('bin')), ...encode('more')]))
    if (media === undefined) throw new Error('not read')
    expect(decode(relayMediaFrame(media, sender, 'bin'))).toEqual({ ...voice('bin'), sender })
  })

  test('with any bytes changed it is left alone or relayed as one whole map', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.constantFrom<BytesForm>('array', 'bin', 'hex'),
        fc.constantFrom(...forms),
        changes,
        (from, to, edits) => {
          const frame = encode(
            voice(from, { audio: inForm[from](sound.subarray(0, 20)), sender: 'x' }),
          )
          for (const [place, value] of edits) frame[place % frame.length] = value
          const media = readMediaFrame(frame)
          if (media === undefined) return
          const reading = readDown(relayMediaFrame(media, sender, to))
          if (reading.kind === 'message') expect(reading.message).toMatchObject({ sender })
          else expect(reading.why).toMatch(/^(?:Missing|Invalid) (?:audio|chunk|seq|channel_id)/)
        },
      ),
      { numRuns: 10_000 },
    )
  })

  test('no bytes make it throw', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessagePack, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const media = readMediaFrame(bytes)
        if (media !== undefined) relayMediaFrame(media, sender, 'array')
      }),
      { numRuns: 3000 },
    )
  })
})
