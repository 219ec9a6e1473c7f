import { afterEach, describe, expect, test } from 'vitest'
import { type AttachmentSource, bytesSource } from '#attachments/source.ts'
import {
  exifSegment,
  holds,
  jpegOf,
  secret,
  tableSegment,
} from '#attachments/pictures/pictures-for-tests.ts'
import { stripPicture } from '#attachments/pictures/strip.ts'
import { joined } from '#attachments/pictures/picture.ts'
import { chunkBytes, maxFileBytes } from '#attachments/stream.ts'
import { failureOf, fileOf, hashOf, primitives } from '#attachments/world-for-tests.ts'
import { contacts } from '#contacts/contact.ts'
import { SottoError } from '#errors.ts'
import { attachmentContent, attachmentPointer } from '#messages/attachment-pointer.ts'
import type { AttachmentPointer, Message } from '#messages/message.ts'
import { Messenger } from '#messenger.ts'
import { createObliviousRelay } from '#relay/oblivious.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'
import { type Person, World } from '#world-for-tests.ts'

const text = { mediaType: 'text/plain', name: 'notes.txt' }
const photo = jpegOf(exifSegment(6))

let world = new World()
const people: Person[] = []
afterEach(async () => {
  for (const person of people.splice(0)) await person.stop()
})

async function couple(): Promise<
  readonly [alice: Person, bob: Person, bobForAlice: string, aliceForBob: string]
> {
  world = new World()
  const [alice, bob] = [await world.person('Alice'), await world.person('Bob')]
  people.push(alice, bob)
  const [forAlice, forBob] = await alice.meet(bob)
  return [alice, bob, forAlice, forBob]
}

async function lastOf(person: Person, conversation: string): Promise<Message | undefined> {
  await world.settle()
  const messages = await person.messenger.history(conversation)
  return messages.findLast(({ kind }) => kind === 'text')
}

function pointerIn(message: Message | undefined): AttachmentPointer {
  const pointer = message?.attachments?.[0]
  if (pointer === undefined) throw new Error('no attachment')
  return pointer
}

async function fetched(person: Person, message: Message | undefined): Promise<Uint8Array> {
  const parts = person.messenger.fetchAttachment(pointerIn(message))
  return joined(await Array.fromAsync(parts))
}

describe('a file in a conversation', () => {
  test('comes with its message, and both sides can fetch it', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const file = fileOf(200_000)
    const source = bytesSource(file)
    const sent = await alice.messenger.attach(forAlice, { ...text, source }, { text: 'Look' })
    expect(sent).toMatchObject({ body: 'Look', isOwn: true })
    const received = await lastOf(bob, forBob)
    expect(received).toMatchObject({ id: sent.id, body: 'Look' })
    expect(pointerIn(received)).toMatchObject({ ...text, size: 200_000, depth: 0 })
    expect(await fetched(bob, received)).toEqual(file)
    expect(await fetched(alice, sent)).toEqual(file)
    expect(world.failures).toEqual([])
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
    expect(await alice.records.list('upload-piece', { limit: 9 })).toEqual([])
  })

  test('of many pieces comes with a message that is small enough', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const file = fileOf(70 * chunkBytes)
    await alice.messenger.attach(forAlice, { ...text, source: bytesSource(file) })
    const received = await lastOf(bob, forBob)
    expect(pointerIn(received)).toMatchObject({ depth: 1, size: file.length })
    expect(hashOf(await fetched(bob, received))).toBe(hashOf(file))
  })

  test('answers a message, and says so', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const asked = await bob.messenger.send(forBob, 'Do you have it?')
    await world.settle()
    const source = bytesSource(fileOf(5))
    await alice.messenger.attach(forAlice, { ...text, source }, { replyTo: asked.id })
    expect(await lastOf(bob, forBob)).toMatchObject({ replyTo: asked.id, body: '' })
    const nowhere = alice.messenger.attach(
      forAlice,
      { ...text, source },
      { replyTo: '00'.repeat(16) },
    )
    await expect(nowhere).rejects.toMatchObject({ code: 'not-found' })
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
  })

  test('lies with the relay as pieces that say nothing', async () => {
    const [alice, , forAlice] = await couple()
    const file = joined(Array.from({ length: 500 }, () => new TextEncoder().encode(secret)))
    await alice.messenger.attach(forAlice, { ...text, source: bytesSource(file) })
    expect(world.relay.pieces.put.length).toBe(1)
    for (const piece of world.relay.pieces.put) expect(holds(piece, 'SECRET')).toBe(false)
  })

  test('has a name without its path, on both sides', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const source = bytesSource(fileOf(5))
    const name = '/home/alice/photo\u202egpj.exe'
    await alice.messenger.attach(forAlice, { mediaType: 'text/plain; charset=utf-8', name, source })
    expect(pointerIn(await lastOf(bob, forBob))).toMatchObject({
      name: 'photogpj.exe',
      mediaType: 'text/plain',
    })
    await alice.messenger.attach(forAlice, { mediaType: 'what?', name: '..', source })
    const pointer = pointerIn(await lastOf(bob, forBob))
    expect([pointer.name, pointer.mediaType]).toEqual([undefined, 'application/octet-stream'])
    // Whoever is not as careful sends this.
    const hostile = { ...pointer, name: '../\u202e\0.profile' }
    await alice.messenger.send(forAlice, { body: 'this', attachments: [hostile] })
    expect(pointerIn(await lastOf(bob, forBob)).name).toBe('.profile')
  })

  test('that is gone or damaged is told apart', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    await alice.messenger.attach(forAlice, { ...text, source: bytesSource(fileOf(5)) })
    const received = await lastOf(bob, forBob)
    const { kept } = world.relay.pieces
    for (const [id, piece] of kept)
      kept.set(
        id,
        piece.map((byte) => byte ^ 1),
      )
    await expect(fetched(bob, received)).rejects.toMatchObject({ code: 'attachment-damaged' })
    kept.clear()
    await expect(fetched(bob, received)).rejects.toMatchObject({ code: 'attachment-gone' })
  })

  test('is not sent to whoever is blocked or unknown, nor when it is too large', async () => {
    const [alice, , forAlice] = await couple()
    const file = { ...text, source: bytesSource(fileOf(5)) }
    const large: AttachmentSource = {
      size: maxFileBytes + 1,
      read: async (_, length) => fileOf(length),
    }
    const attach = (conversation: string, source = file.source): Promise<Message> =>
      alice.messenger.attach(conversation, { ...text, source })
    await expect(attach(forAlice, large)).rejects.toMatchObject({ code: 'file-too-large' })
    await expect(attach('nobody')).rejects.toMatchObject({ code: 'not-found' })
    await alice.messenger.block(forAlice)
    await expect(attach(forAlice)).rejects.toMatchObject({ code: 'blocked' })
    expect(world.relay.pieces.asked).toBe(0)
  })

  test('with a text for which there is no room is refused before anything goes', async () => {
    const [alice, , forAlice] = await couple()
    const file = { ...text, source: bytesSource(fileOf(5)) }
    const long = alice.messenger.attach(forAlice, file, { text: 'ß'.repeat(15_000) })
    await expect(long).rejects.toMatchObject({ code: 'message-too-long' })
    expect(world.relay.pieces.asked).toBe(0)
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
  })
})

describe('a picture in a conversation', () => {
  test('goes without what it says beside what it shows', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const source = bytesSource(photo)
    for (const mediaType of ['image/jpeg', 'image/png', 'application/octet-stream']) {
      await alice.messenger.attach(forAlice, { mediaType, name: 'photo.jpg', source })
      const received = await lastOf(bob, forBob)
      const file = await fetched(bob, received)
      expect(file).toEqual(stripPicture(photo)?.bytes)
      expect(holds(file, 'SECRET')).toBe(false)
      expect(pointerIn(received)).toMatchObject({
        mediaType: 'image/jpeg',
        width: 48,
        height: 64,
        size: file.length,
      })
    }
  })

  test('goes as it is when the user says so', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const source = bytesSource(photo)
    const file = { mediaType: 'image/jpeg', source, width: 48, height: 64 }
    await alice.messenger.attach(forAlice, file, { stripMetadata: false })
    const received = await lastOf(bob, forBob)
    expect(await fetched(bob, received)).toEqual(photo)
    expect(pointerIn(received)).toMatchObject({ width: 48, height: 64 })
  })

  test('that cannot be stripped is refused, unless the user wants it to go as it is', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const large: AttachmentSource = {
      size: 33 * 1024 * 1024,
      read: async (_, length) => photo.subarray(0, length),
    }
    const refused = [
      { mediaType: 'image/heic', source: bytesSource(fileOf(100)) },
      { mediaType: 'image/svg+xml', source: bytesSource(fileOf(0)) },
      { mediaType: 'IMAGE/JPEG; a=b', source: bytesSource(fileOf(100)) },
      { mediaType: 'text/plain', source: bytesSource(photo.subarray(0, 60)) },
      { mediaType: 'image/jpeg', source: large },
    ]
    for (const file of refused) {
      const attached = alice.messenger.attach(forAlice, file)
      await expect(attached).rejects.toMatchObject({ code: 'picture-unreadable' })
    }
    expect(world.relay.pieces.asked).toBe(0)
    const heic = { mediaType: 'image/heic', source: bytesSource(fileOf(100)) }
    await alice.messenger.attach(forAlice, heic, { stripMetadata: false })
    expect(pointerIn(await lastOf(bob, forBob))).toMatchObject({ mediaType: 'image/heic' })
  })

  test('has a thumbnail where there is a decoder, stripped as well', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const seen: [Uint8Array, string][] = []
    world.makeThumbnail = async (bytes, mediaType) => {
      seen.push([bytes, mediaType])
      return jpegOf(exifSegment(1))
    }
    await alice.restart()
    await alice.messenger.attach(forAlice, { mediaType: 'image/jpeg', source: bytesSource(photo) })
    expect(pointerIn(await lastOf(bob, forBob)).thumbnail).toBe(jpegOf().toHex())
    expect(seen).toEqual([[stripPicture(photo)?.bytes, 'image/jpeg']])
  })

  test('goes without a thumbnail that is none, too large, or for which there is no room', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const source = bytesSource(photo)
    const tables = Array.from({ length: 220 }, () => tableSegment)
    const long = jpegOf(...tables)
    expect(stripPicture(long)?.bytes.length).toBeGreaterThan(15_000)
    expect(stripPicture(long)?.bytes.length).toBeLessThan(16_384)
    const none: readonly (readonly [Uint8Array, string])[] = [
      [fileOf(50), 'no picture'],
      [jpegOf(...tables, ...tables), 'too large'],
      [long, 'x'.repeat(14_000)],
    ]
    for (const [thumbnail, body] of none) {
      const file = { mediaType: 'image/jpeg', source, thumbnail }
      await alice.messenger.attach(forAlice, file, { text: body })
      const received = await lastOf(bob, forBob)
      expect(received?.body).toBe(body)
      expect(pointerIn(received).thumbnail).toBeUndefined()
    }
    const file = { mediaType: 'image/jpeg', source, thumbnail: long }
    await alice.messenger.attach(forAlice, file, { text: 'short' })
    expect(pointerIn(await lastOf(bob, forBob)).thumbnail).toBe(long.toHex())
  })
})

describe('an upload that ends before its end', () => {
  const file = fileOf(606_208)
  const source = bytesSource(file)
  const refusing = (after: number) => {
    let left = after
    return () => (left-- > 0 ? undefined : new SottoError('relay-refused', 'No'))
  }

  test('is gone on with after a restart, and says then what was to be said', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    world.relay.pieces.mischief = { fails: refusing(5) }
    const begun: string[] = []
    const first = alice.messenger.attach(
      forAlice,
      { ...text, source },
      { text: 'Look', begun: (id) => void begun.push(id) },
    )
    await expect(first).rejects.toMatchObject({ code: 'relay-refused' })
    world.relay.pieces.mischief = {}
    await alice.restart()
    const [unfinished] = await alice.messenger.unfinishedUploads()
    expect(unfinished).toMatchObject({ conversation: forAlice, ...text, size: file.length })
    expect(begun).toEqual([unfinished?.id])
    const id = unfinished?.id ?? ''
    const other = alice.messenger.resumeUpload(id, bytesSource(file.subarray(1)))
    await expect(other).rejects.toMatchObject({ code: 'invalid-argument' })
    await alice.messenger.resumeUpload(id, source)
    const received = await lastOf(bob, forBob)
    expect(received?.body).toBe('Look')
    expect(hashOf(await fetched(bob, received))).toBe(hashOf(file))
    expect(world.relay.pieces.put.length).toBe(10)
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
    await expect(alice.messenger.resumeUpload(id, source)).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  test('of a picture is gone on with the picture as it was given', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    world.relay.pieces.mischief = { fails: refusing(0) }
    const attached = alice.messenger.attach(forAlice, {
      mediaType: 'image/jpeg',
      source: bytesSource(photo),
    })
    await failureOf(attached)
    world.relay.pieces.mischief = {}
    const [unfinished] = await alice.messenger.unfinishedUploads()
    await alice.messenger.resumeUpload(unfinished?.id ?? '', bytesSource(photo))
    const received = await lastOf(bob, forBob)
    expect(await fetched(bob, received)).toEqual(stripPicture(photo)?.bytes)
  })

  test('by the user ends at once, says nothing, and is kept until it is forgotten', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    world.relay.pieces.gate = new Promise(() => {})
    const abort = new AbortController()
    const attached = alice.messenger.attach(forAlice, { ...text, source }, { signal: abort.signal })
    const ended = failureOf(attached)
    await world.settle()
    const [unfinished] = await alice.messenger.unfinishedUploads()
    const id = unfinished?.id ?? ''
    await expect(alice.messenger.resumeUpload(id, source)).rejects.toMatchObject({
      code: 'invalid-argument',
    })
    abort.abort(new RangeError('enough'))
    expect(await ended).toEqual(new RangeError('enough'))
    expect(await lastOf(bob, forBob)).toBeUndefined()
    await alice.messenger.forgetUpload(id)
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
    expect(await alice.records.list('upload-piece', { limit: 9 })).toEqual([])
  })

  test('that is forgotten while it runs ends, and nothing of it is left', async () => {
    const [alice, , forAlice] = await couple()
    world.relay.pieces.gate = new Promise(() => {})
    const ended = failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    await world.settle()
    const [unfinished] = await alice.messenger.unfinishedUploads()
    await alice.messenger.forgetUpload(unfinished?.id ?? '')
    expect(await ended).toMatchObject({ code: 'not-found' })
    await world.settle()
    expect(await alice.records.list('upload-piece', { limit: 9 })).toEqual([])
  })

  test('because the messenger was closed is told so, and can be gone on with', async () => {
    const [alice, bob, forAlice, forBob] = await couple()
    const gate = Promise.withResolvers<void>()
    world.relay.pieces.gate = gate.promise
    const ended = failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    await world.settle()
    await alice.restart()
    expect(await ended).toMatchObject({ code: 'closed' })
    gate.resolve()
    const [unfinished] = await alice.messenger.unfinishedUploads()
    await alice.messenger.resumeUpload(unfinished?.id ?? '', source)
    expect(hashOf(await fetched(bob, await lastOf(bob, forBob)))).toBe(hashOf(file))
  })

  test('is forgotten after a week', async () => {
    const [alice, , forAlice] = await couple()
    world.relay.pieces.mischief = { fails: refusing(5) }
    await failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    await world.clock.advance(6 * 24 * 60 * 60 * 1000)
    await alice.restart()
    expect((await alice.messenger.unfinishedUploads()).length).toBe(1)
    await world.clock.advance(24 * 60 * 60 * 1000)
    await alice.restart()
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
    expect(await alice.records.list('upload-piece', { limit: 9 })).toEqual([])
  })

  test('is forgotten after a week without a restart too, unless it is still on its way', async () => {
    const [alice, , forAlice] = await couple()
    const { pieces } = world.relay
    pieces.mischief = { fails: refusing(5) }
    await failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    pieces.mischief = {}
    pieces.gate = new Promise(() => {})
    const abort = new AbortController()
    const running = alice.messenger.attach(forAlice, { ...text, source }, { signal: abort.signal })
    const ended = failureOf(running)
    await world.settle()
    await world.clock.advance(8 * 24 * 60 * 60 * 1000)
    const large = { size: maxFileBytes + 1, read: source.read }
    await failureOf(alice.messenger.attach(forAlice, { ...text, source: large }))
    expect((await alice.messenger.unfinishedUploads()).length).toBe(1)
    abort.abort(new RangeError('enough'))
    expect(await ended).toEqual(new RangeError('enough'))
    expect((await alice.messenger.unfinishedUploads()).length).toBe(1)
  })

  test('is forgotten when they have moved to another relay meanwhile', async () => {
    const [alice, , forAlice] = await couple()
    world.relay.pieces.mischief = { fails: refusing(5) }
    await failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    await moveTo('https://other.example', alice, forAlice)
    const [unfinished] = await alice.messenger.unfinishedUploads()
    const { asked } = world.relay.pieces
    const resumed = alice.messenger.resumeUpload(unfinished?.id ?? '', source)
    await expect(resumed).rejects.toMatchObject({ code: 'attachment-gone' })
    expect(world.relay.pieces.asked).toBe(asked)
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
  })

  test('is forgotten when the relay has dropped some of it', async () => {
    const [alice, , forAlice] = await couple()
    world.relay.pieces.lifeMillis = 1000
    world.relay.pieces.mischief = { fails: refusing(5) }
    await failureOf(alice.messenger.attach(forAlice, { ...text, source }))
    await world.clock.advance(1000)
    const [unfinished] = await alice.messenger.unfinishedUploads()
    const resumed = alice.messenger.resumeUpload(unfinished?.id ?? '', source)
    await expect(resumed).rejects.toMatchObject({ code: 'attachment-gone' })
    expect(await alice.messenger.unfinishedUploads()).toEqual([])
  })
})

/** As if they had said so. */
async function moveTo(relay: string, person: Person, contact: string): Promise<void> {
  await new State(person.records).change(async (work) => {
    const found = await contacts.get(work, contact)
    if (found !== undefined) contacts.put(work, contact, { ...found, relay })
  })
}

test('a file lies at the relay of whoever shall have it, and no relay is asked that somebody names', async () => {
  const [alice, bob, forAlice, forBob] = await couple()
  const other = 'https://other.example'
  const asked: string[] = []
  const open = (person: Person): Promise<Messenger> =>
    Messenger.open({
      ...{ primitives, random: world.random, clock: world.clock },
      profile: {
        identity: person.identity,
        registrationId: 1,
        records: person.records,
        hide: (each) => each,
      },
      lines: {
        deposits: (relay) => {
          asked.push(relay)
          return world.relay.deposits()
        },
      },
    })
  await moveTo(other, alice, forAlice)
  await alice.messenger.close()
  await using messenger = await open(alice)
  const file = fileOf(100)
  const sent = await messenger.attach(forAlice, { ...text, source: bytesSource(file) })
  expect(pointerIn(sent).relay).toBe(other)
  await Array.fromAsync(messenger.fetchAttachment(pointerIn(sent)))
  expect(new Set(asked)).toEqual(new Set([other]))

  const pointer = { ...pointerIn(sent), relay: 'https://theirs.example' }
  const said = await bob.messenger.send(forBob, { body: 'back', attachments: [pointer] })
  await world.settle()
  const received = await bob.messenger.message(forBob, said.id)
  expect(pointerIn(received).relay).toBe(pointer.relay)
  expect(attachmentPointer(attachmentContent(pointer))).not.toHaveProperty('relay')
  asked.length = 0
  const { relay: _, ...own } = pointer
  expect(await Array.fromAsync(messenger.fetchAttachment(own))).toEqual([file])
  expect(asked).toEqual(['https://relay.example'])
})

test('a relay that is asked directly takes no files, and says so', async () => {
  world = new World()
  const [alice, bob] = [await world.person('Alice'), await world.person('Bob')]
  people.push(bob)
  const [forAlice] = await alice.meet(bob)
  const { records, identity } = alice
  await alice.messenger.close()
  const relay = relayOrigin('https://relay.example')
  if (relay === undefined) throw new Error('no origin')
  const { clock, random } = world
  const network = { fetch: () => Promise.reject(new Error('asked')) }
  await using messenger = await Messenger.open({
    ...{ primitives, random, clock },
    profile: { identity, registrationId: 1, records, hide: (each) => each },
    lines: {
      deposits: () =>
        createObliviousRelay({
          network,
          clock,
          randomness: random,
          primitives,
          relay,
          mode: 'direct',
        }),
    },
  })
  const attached = messenger.attach(forAlice, { ...text, source: bytesSource(fileOf(5)) })
  await expect(attached).rejects.toMatchObject({
    code: 'relay-refused',
    message: 'Attachments travel sealed: this relay is asked directly, required its gateway',
  })
  expect((await openMemoryShelf().names()).length).toBe(0)
})
