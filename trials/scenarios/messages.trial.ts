/**
 * @module Sending and receiving in the Obscura protocol, seen from outside.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UpgradeRefused, WebSocketClient } from '#clients/websocket.ts'
import { encodeAckFrame, encodeEnvelopeFrame } from '#clients/protobuf.ts'
import { type Person, openStage, raw, type Stage, text } from '#scenarios/stage.ts'

/** Longer than acknowledgements are gathered. */
const flushedMillis = 900

describe.each(['bun', 'node'] as const)('messages on %s', (runtime) => {
  let stage: Stage
  let ann: Person

  beforeAll(async () => {
    stage = await openStage(runtime)
    ann = await stage.join()
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  const send = async (recipient: Person, content: string, key?: string): Promise<void> =>
    await stage.client.send(ann.session.token, recipient.session.userId, text(content), key)

  test('an envelope says who sent it, when, and what', async () => {
    const ben = await stage.join()
    const before = Date.now()
    await stage.client.send(ann.session.token, ben.session.userId, text('hi', -7))
    const ear = await stage.listen(ben)
    const [envelope] = await ear.envelopes(1)
    expect(envelope).toMatchObject({
      sourceUserId: ann.session.userId,
      message: { type: -7, content: new TextEncoder().encode('hi') },
    })
    expect(envelope?.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(envelope?.timestampMillis).toBeGreaterThanOrEqual(before)
    expect(envelope?.timestampMillis).toBeLessThanOrEqual(Date.now())
    await ear.leave()
  })

  test('125 that waited come in order, without acknowledgements in between', async () => {
    const ben = await stage.join()
    const sent = Array.from({ length: 125 }, (_, i) => `message ${i}`)
    for (const content of sent) await send(ben, content)
    const ear = await stage.listen(ben)
    expect(await ear.texts(125)).toEqual(sent)
    expect(await ear.silence()).toBe(0)
    await ear.leave()
  })

  test('what is not acknowledged comes again on the next connection, and only there', async () => {
    const ben = await stage.join()
    await send(ben, 'one')
    const first = await stage.listen(ben)
    expect(await first.texts(1)).toEqual(['one'])
    await send(ben, 'two')
    const [two] = await first.envelopes(1)
    expect(await first.silence()).toBe(0)
    first.gateway.acknowledge([two?.id ?? ''])
    await first.leave()
    const second = await stage.listen(ben)
    const [one] = await second.envelopes(1)
    expect(new TextDecoder().decode(one?.message.content)).toBe('one')
    second.gateway.acknowledge([one?.id ?? ''])
    await sleep(flushedMillis)
    await second.leave()
    const third = await stage.listen(ben)
    expect(await third.silence()).toBe(0)
    await third.leave()
  })

  test('acknowledgements that wait to be written survive the end of the connection', async () => {
    const ben = await stage.join()
    for (const content of ['a', 'b', 'c']) await send(ben, content)
    const ear = await stage.listen(ben)
    const envelopes = await ear.envelopes(3)
    ear.gateway.acknowledge(envelopes.map(({ id }) => id))
    await ear.ping()
    ear.gateway.terminate()
    await sleep(200)
    const again = await stage.listen(ben)
    expect(await again.silence()).toBe(0)
    await again.leave()
  })

  test('nobody acknowledges for somebody else', async () => {
    const [ben, eve] = [await stage.join(), await stage.join()]
    await send(ben, 'private')
    const first = await stage.listen(ben)
    const [envelope] = await first.envelopes(1)
    await first.leave()
    const thief = await stage.listen(eve)
    thief.gateway.acknowledge([envelope?.id ?? ''])
    await sleep(flushedMillis)
    await thief.leave()
    const second = await stage.listen(ben)
    expect(await second.texts(1)).toEqual(['private'])
    await second.leave()
  })

  test('two connections of one person both get everything', async () => {
    const ben = await stage.join()
    const ears = [await stage.listen(ben), await stage.listen(ben)]
    await send(ben, 'to both')
    for (const ear of ears) expect(await ear.texts(1)).toEqual(['to both'])
    for (const ear of ears) await ear.leave()
  })

  test('a repeated key of the same sender is one envelope, of another sender another', async () => {
    const [ben, eve] = [await stage.join(), await stage.join()]
    const key = randomUUID()
    const ear = await stage.listen(ben)
    await Promise.all([send(ben, 'once', key), send(ben, 'once', key)])
    await send(ben, 'once', key)
    const from = { token: eve.session.token, to: ben.session.userId }
    await stage.client.send(from.token, from.to, text("eve's"), key)
    expect(await ear.texts(2)).toEqual(['once', "eve's"])
    expect(await ear.silence()).toBe(0)
    await ear.leave()
  })

  test('one writes to oneself, and an empty body is a message', async () => {
    const ben = await stage.join()
    const path = `/v1/messages/${ben.session.userId.replaceAll('-', '').toUpperCase()}`
    const headers = { authorization: `Bearer ${ben.session.token}` }
    const body = new Uint8Array()
    expect((await raw(stage, path, { method: 'POST', headers, body })).status).toBe(201)
    const ear = await stage.listen(ben)
    const [envelope] = await ear.envelopes(1)
    expect(envelope?.message).toEqual({ type: 0, content: new Uint8Array() })
    await ear.leave()
  })

  test('what cannot be sent is refused', async () => {
    const post = async (to: string, body: Uint8Array, token = ann.session.token) => {
      const headers = { authorization: `Bearer ${token}` }
      const request = { method: 'POST', headers, body: Buffer.from(body) }
      return await raw(stage, `/v1/messages/${to}`, request)
    }
    const { userId } = ann.session
    expect((await post(randomUUID(), new Uint8Array())).status).toBe(404)
    expect((await post('nobody', new Uint8Array())).status).toBe(400)
    expect((await post(userId, new Uint8Array(), 'bad')).status).toBe(401)
    const garbage = await post(userId, Uint8Array.of(0, 1, 2, 3, 4, 0xff))
    expect(garbage.status).toBe(400)
    expect(JSON.parse(garbage.text)['error']).toMatch(/^Invalid EncryptedMessage protobuf/)
    expect((await post(userId, new Uint8Array(2 * 1024 * 1024 + 1))).status).toBe(413)
  })

  test('two mebibytes pass', async () => {
    const ben = await stage.join()
    // The body is the content and five bytes around it: its type, its tag, its length.
    const content = new Uint8Array(2 * 1024 * 1024 - 7).fill(0x5a)
    await stage.client.send(ann.session.token, ben.session.userId, { type: 2, content })
    const ear = await stage.listen(ben)
    const [envelope] = await ear.envelopes(1)
    expect(Buffer.compare(envelope?.message.content ?? content.subarray(1), content)).toBe(0)
    await ear.leave()
  })

  test('frames that mean nothing are ignored', async () => {
    const ear = await stage.listen(ann)
    ear.gateway.sendRaw(Uint8Array.of(0x99, 0x88, 0x77))
    ear.gateway.sendRaw('text')
    ear.gateway.sendRaw(encodeAckFrame(['not-a-uuid']))
    ear.gateway.sendRaw(encodeAckFrame(Array.from({ length: 30 }, () => randomUUID())))
    const message = text('x')
    const odd = { id: randomUUID(), sourceUserId: randomUUID(), timestampMillis: 1, message }
    ear.gateway.sendRaw(encodeEnvelopeFrame(odd))
    expect(await ear.ping()).toEqual(Uint8Array.of(1, 2, 3))
    expect(ear.isOpen).toBe(true)
    await ear.leave()
  })

  test('a gateway without a good token is refused before it opens', async () => {
    for (const token of ['', 'garbage']) {
      await expect(stage.client.openGateway(token, silent, soon())).rejects.toEqual(
        expect.objectContaining({ status: 401, constructor: UpgradeRefused }),
      )
    }
    const none = new URL('/v1/gateway', stage.relay.url)
    const handler = { onBinary: () => {}, onClose: () => {} }
    await expect(WebSocketClient.open(none, handler, soon())).rejects.toThrow('status is 401')
  })

  test('a ping is answered while a large backlog is on its way', async () => {
    const ben = await stage.join()
    const content = new Uint8Array(500_000)
    for (let i = 0; i < 60; i++) {
      await stage.client.send(ann.session.token, ben.session.userId, { type: 2, content })
    }
    const ear = await stage.listen(ben)
    await ear.envelopes(1)
    expect(await ear.ping()).toEqual(Uint8Array.of(1, 2, 3))
    await ear.envelopes(59)
    await ear.leave()
  })

  test('a slow reader loses nothing', async () => {
    const ben = await stage.join()
    const ear = await stage.listen(ben)
    ear.gateway.pause()
    const sent = Array.from({ length: 300 }, (_, i) => `${i} ${'x'.repeat(20_000)}`)
    for (const content of sent) await send(ben, content)
    ear.gateway.resume()
    expect(await ear.texts(300)).toEqual(sent)
    await ear.leave()
  })
})

const silent = { onEnvelope: () => {}, onPreKeyStatus: () => {}, onClose: () => {} }
const soon = (): AbortSignal => AbortSignal.timeout(5000)
