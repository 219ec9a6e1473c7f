/**
 * @module What leaves the machine: two people do all that people do, a relay in the middle writes down all that a relay
 * sees, and then it is searched for what nobody should have learned. What it did learn is printed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPrimitives } from '@sotto/primitives/provider'
import { bytesSource, readAddress, type Settings } from '@sotto/sdk'
import { webRandomness } from '@sotto/sdk/adapters/web'
import { type InnerRequest, RecordingRelay } from '#clients/recording-relay.ts'
import { tableOf } from '#clients/recorded-table.ts'
import { isIn } from '#clients/traces.ts'
import { type SdkPerson, SdkStage } from '#sdk-stage.ts'

const primitives = await openPrimitives()
/** Of sealed requests (`sdk/src/relay/oblivious/request-sizes.ts`), and of letters (`veil/src/seal`). */
const requestSteps = [8192, 65_536, 131_072]
const letterSteps = Array.from({ length: 14 }, (_, at) => 512 * 2 ** at)

const said = {
  request: 'We sat at one table in Lisbon',
  first: 'Bring the umbrella to the harbour',
  answer: 'The umbrella is broken, sorry',
  wrong: 'Meet me at the lighthose',
  right: 'Meet me at the lighthouse',
  deleted: 'Forget that I ever wrote this',
  withFile: 'Here is the map of the island',
  reaction: '👩🏽‍🔬🏴‍☠️',
  annName: 'Annabel Quillfeather',
  bobName: 'Bobrovnik Zubkov',
  carolName: 'Carolina Wetterstein',
  nickname: 'The sailor from pier nine',
  fileName: 'island-of-the-seals.txt',
  fileText: 'Under the third palm tree, two steps to the left of the rock',
}

describe.each(['sealed', 'direct'] as const)('in mode %s', { timeout: 60_000 }, (mode) => {
  const stack = new AsyncDisposableStack()
  let middle: RecordingRelay
  let ann: SdkPerson
  let bob: SdkPerson
  let carol: SdkPerson
  let link = ''
  let toBob = ''
  let toAnn = ''

  beforeAll(async () => {
    const stage = stack.use(await SdkStage.open(mode === 'sealed' ? 'bun' : 'node'))
    middle = stack.use(await RecordingRelay.start(primitives, webRandomness, stage.url))
    const person = async (name: string): Promise<SdkPerson> => {
      const more: Partial<Settings> = { sendsTyping: true, sendsReadReceipts: true }
      return await stage.person(name.slice(0, 3), { relay: middle.url, mode, name, ...more })
    }
    ann = stack.use(await person(said.annName))
    bob = stack.use(await person(said.bobName))
    carol = stack.use(await person(said.carolName))
    await Promise.all([ann, bob, carol].map((one) => one.online()))
  })
  afterAll(async () => await stack.disposeAsync())

  /** Whose a connection of the live door is, it says itself. */
  function connectionsOf({ messenger }: SdkPerson): ReadonlySet<number> {
    const own = middle.frames.filter(
      ({ message }) => message.type === 'auth' && message.pubkey.toHex() === messenger.identity,
    )
    return new Set(own.map(({ connection }) => connection))
  }

  function asked(): readonly InnerRequest[] {
    return middle.requests.flatMap(({ inner }) => (inner === undefined ? [] : [inner]))
  }

  test('people meet, write, send a file and change their minds', async () => {
    ;({ link } = await ann.messenger.invite({ nickname: said.nickname }))
    await bob.messenger.acceptInvitation(link)
    toBob = await ann.contactOf(bob, 'contact')
    toAnn = await bob.contactOf(ann, 'contact')
    expect(await ann.messenger.contact(toBob)).toMatchObject({ nickname: said.nickname })
    await carol.messenger.sendRequest(ann.messenger.address, said.request)
    const { id } = { id: await ann.contactOf(carol, 'request') }
    await ann.messenger.acceptRequest(id)
    await carol.contactOf(ann, 'contact')

    await ann.messenger.typing(toBob, true)
    const first = await ann.messenger.send(toBob, said.first)
    await bob.hear(toAnn, 1)
    await bob.messenger.markRead(toAnn)
    await bob.messenger.send(toAnn, { body: said.answer, replyTo: first.id })
    await bob.messenger.react(toAnn, first.id, said.reaction)
    const changed = await ann.messenger.send(toBob, said.wrong)
    await ann.messenger.edit(toBob, changed.id, said.right)
    const gone = await ann.messenger.send(toBob, said.deleted)
    await ann.messenger.deleteForAll(toBob, gone.id)
    await bob.until('all of it', async () => {
      const read = await bob.read(toAnn)
      return (read[1] === said.right && read[2] === '') || undefined
    })
    if (mode === 'sealed') {
      const bytes = new TextEncoder().encode(said.fileText.repeat(500))
      const source = bytesSource(bytes)
      const file = { source, name: said.fileName, mediaType: 'text/plain' }
      await ann.messenger.attach(toBob, file, { text: said.withFile })
      await bob.hear(toAnn, 4)
      const pointer = (await bob.messages(toAnn)).at(-1)?.attachments?.[0]
      if (pointer === undefined) throw new Error('No file came')
      const fetched = await Array.fromAsync(bob.messenger.fetchAttachment(pointer))
      expect(Buffer.concat(fetched).equals(Buffer.from(bytes))).toBe(true)
    }

    const offered = await bob.messenger.offerMeeting()
    const joined = await carol.messenger.joinMeeting(offered.digits ?? '')
    await Promise.all([(await offered.met).confirm(), (await joined.met).confirm()])
    await Promise.all([bob.contactOf(carol, 'contact'), carol.contactOf(bob, 'contact')])
    await bob.messenger.markRead(toAnn)
    await ann.until('it to be read', async () => {
      return (await ann.messenger.message(toBob, first.id))?.status === 'read' || undefined
    })
    expect([ann, bob, carol].flatMap(({ failures }) => failures)).toEqual([])
    expect(middle.failures).toEqual([])
  })

  test('nothing of what was said, or of what anything is called, is in what has left', async () => {
    const everything = everythingOf(middle)
    expect(everything.length).toBeGreaterThan(300_000)
    for (const [what, secret] of Object.entries(said)) {
      expect([what, isIn(everything, secret)]).toEqual([what, false])
    }
    // What has to be there is found.
    const { address = '' } = (await ann.messenger.contact(toBob)) ?? {}
    expect(isIn(everything, Uint8Array.fromHex(address))).toBe(true)
  })

  test('neither is an invitation, a phrase, or a secret of anybody', () => {
    const everything = everythingOf(middle)
    const fragment = link.slice(link.indexOf('#i.') + 3)
    const card = Buffer.from(fragment, 'base64url')
    // The card names the address, which is written to, and ends with the signature.
    const secrets = [fragment, card, card.subarray(-64)]
    for (const one of [ann, bob, carol]) {
      secrets.push(one.phrase, one.phrase.split(' ').slice(0, 6).join(' '))
    }
    for (const secret of secrets) expect(isIn(everything, secret)).toBe(false)
    expect(isIn(Buffer.concat([everything, card]), card.subarray(-64))).toBe(true)
  })

  test('an identity is in its own login and with its own keys, and where its keys are asked for', () => {
    for (const one of [ann, bob, carol]) {
      const { identity, address } = one.messenger
      const read = readAddress(address)
      if (read.kind !== 'address') throw new Error('No address')
      const signalKey = primitives.x25519PublicKeyOfEd25519(read.identity) ?? read.identity
      const forms = [read.identity, signalKey, address.slice(0, address.indexOf('@'))]
      const own = connectionsOf(one)
      expect(own.size).toBe(1)
      for (const { connection, bytes, message } of middle.frames) {
        if (!forms.some((form) => isIn(bytes, form))) continue
        expect(own.has(connection)).toBe(true)
        expect(['auth', 'publish_keys']).toContain(message.type)
      }
      for (const request of middle.requests) {
        const outside = Buffer.from(JSON.stringify([request.path, request.headers]))
        const { inner } = request
        const isTarget = inner?.path === '/v2/keys' && inner.content.includes(identity)
        if (isTarget) expect(JSON.parse(inner.content.toString())).toEqual({ identity, device: 1 })
        const content = isTarget ? [] : [inner === undefined ? request.body : wholeOf(inner)]
        const text = Buffer.concat([outside, ...content])
        expect(forms.some((form) => isIn(text, form))).toBe(false)
      }
    }
  })

  test('what is sent has one of few sizes, outside and inside', () => {
    const letters = asked().flatMap(lettersOf)
    expect(letters.length).toBeGreaterThan(15)
    for (const { length } of letters) expect(letterSteps).toContain(length)
    const sealed = middle.requests.filter(({ path }) => path === '/v2/ohttp')
    expect(sealed.length > 0).toBe(mode === 'sealed')
    for (const { body } of sealed) expect(requestSteps).toContain(body.length)
    const others = middle.requests.filter(({ path }) => !path.startsWith('/v2/ohttp'))
    expect(others.length > 0).toBe(mode === 'direct')
  })

  test('nobody is told apart by a header: they are the platform’s, and all have the same', async () => {
    await fetch(`${middle.url}/v2/ohttp`, {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req', accept: 'message/ohttp-res' },
      body: Uint8Array.of(1),
      cache: 'no-store',
    })
    const plain = middle.requests.pop()?.headers.filter(([name]) => name !== 'content-length')
    const posted = middle.requests.filter(({ path }) => path === '/v2/ohttp')
    for (const { headers } of posted) {
      expect(headers.filter(([name]) => name !== 'content-length')).toEqual(plain)
    }
    const telling = ['cookie', 'authorization', 'origin', 'referer', 'x-forwarded-for', 'forwarded']
    for (const { headers } of [...middle.requests, ...middle.upgrades]) {
      expect(headers.filter(([name]) => telling.includes(name))).toEqual([])
    }
    const sets = new Set(
      middle.requests.map(({ method, path, headers }) =>
        JSON.stringify([
          `${method} ${path.replace(/[0-9a-f-]{36}$/, '…')}`,
          headers.filter(([name]) => name !== 'content-length'),
        ]),
      ),
    )
    const places = new Set([...sets].map((each) => each.slice(0, each.indexOf('",'))))
    expect(sets.size).toBe(places.size)
    if (mode === 'sealed') {
      for (const { headers } of asked()) {
        expect(headers.map(([name]) => name).filter((name) => name !== 'content-type')).toEqual([])
      }
    }
  })

  test('a message is on no connection of a login, and makes no frame there', async () => {
    const live = new Set(middle.upgrades.map(({ connection }) => connection))
    expect(live.size).toBe(3)
    expect(middle.requests.filter(({ connection }) => live.has(connection))).toEqual([])
    const [own] = connectionsOf(ann)
    // Nobody answers, so that all that Ann's line could say comes of her sending.
    await Promise.all([bob.close(), carol.close()])
    await ann.sent(toBob, ({ status }) => status !== 'queued')
    await untilSilent(() => middle.frames.filter(({ connection }) => connection === own).length)
    const before = { requests: middle.requests.length, frames: middle.frames.length }
    for (let i = 0; i < 5; i++) {
      await ann.messenger.send(toBob, `Nobody is here ${i}`)
      await ann.sent(toBob, ({ status }) => status !== 'queued')
    }
    expect(middle.requests.length - before.requests).toBeGreaterThanOrEqual(5)
    const frames = middle.frames.slice(before.frames)
    const told = frames.filter(({ connection, message }) => {
      return connection === own && message.type !== 'ping'
    })
    expect(told.map(({ message }) => message.type)).toEqual([])
    // Where it comes from is what the mode is about: nobody carried these.
    const addresses = new Set([...middle.requests, ...middle.upgrades].map((each) => each.address))
    expect(addresses.size).toBe(1)
  })

  test('this is what the relay has learned', () => {
    console.log(`In mode ${mode}:\n\n${tableOf(middle)}`)
    expect(tableOf(middle)).toContain('/v2/send')
  })
})

/** What came before may still be acknowledged, a second later at most (`relay/live/acknowledgements.ts`). */
async function untilSilent(count: () => number): Promise<void> {
  for (let before = -1; before !== count();) {
    before = count()
    await sleep(2500)
  }
}

/** The letters in a request that sends some. */
function lettersOf({ path, content }: InnerRequest): readonly Buffer[] {
  if (!path.startsWith('/v2/send')) return []
  const body: unknown = JSON.parse(content.toString())
  if (typeof body !== 'object' || body === null) return []
  const { ciphertext, ciphertexts }: { ciphertext?: unknown; ciphertexts?: unknown } = body
  const texts = Array.isArray(ciphertexts) ? ciphertexts : [ciphertext]
  return texts.map((text: unknown) => Buffer.from(String(text), 'base64'))
}

function wholeOf(inner: InnerRequest): Buffer {
  const head = JSON.stringify([inner.method, inner.path, inner.headers])
  return Buffer.concat([Buffer.from(head), inner.content, ...lettersOf(inner)])
}

/** All bytes in all forms in which a relay has them. */
function everythingOf({ requests, upgrades, frames }: RecordingRelay): Buffer {
  return Buffer.concat([
    ...[...requests, ...upgrades].flatMap(({ path, headers, body, inner }) => [
      Buffer.from(JSON.stringify([path, headers])),
      body,
      ...(inner === undefined ? [] : [wholeOf(inner)]),
    ]),
    ...frames.map(({ bytes }) => bytes),
  ])
}
