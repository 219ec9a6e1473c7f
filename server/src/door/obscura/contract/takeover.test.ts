/**
 * @module POST /v1/keys with another identity: the account is taken over (obscura reference §1.9, §2.7, behaviours 27
 * and 31–35).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  base64,
  deviceToJson,
  drawDevice,
  drawIdentity,
  drawSignedKey,
  oneTimeToJson,
  signedToJson,
  type DeviceKeys,
} from '#door/obscura/contract/keys-for-tests.ts'
import { RunningRelay, type Answer } from '#door/obscura/contract/running-relay-for-tests.ts'
import { mint, seconds, tokensOf } from '#door/obscura/contract/tokens-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

const takeOver = (at: RunningRelay, token: string, device: DeviceKeys): Promise<Answer> =>
  at.post('/v1/keys', deviceToJson(device), token)

const takenOver = { code: 4001, reason: 'Account taken over' }

describe('Takeover', () => {
  test('obscura 31: the bundle shows the new device', async () => {
    const person = await relay.join()
    const device = drawDevice({ oneTime: 1 })
    const answer = await takeOver(relay, person.token, device)
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(await relay.bundle(person.id)).toEqual({
      registrationId: device.registrationId,
      identityKey: base64(device.identity.publicKey),
      signedPreKey: signedToJson(device.signed),
      oneTimePreKey: device.oneTime.map(oneTimeToJson)[0],
    })
  })

  test('obscura 32: pending messages and old keys go; what the account sent stays', async () => {
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    await relay.send(friend, person, 'for the old device', 'this too')
    await relay.send(person, friend, 'from the old device')
    const device = drawDevice({ oneTime: 2, signedId: 50 })
    expect((await takeOver(relay, person.token, device)).status).toBe(200)

    expect(await relay.waiting(person)).toEqual([])
    expect(await relay.waiting(friend)).toEqual(['from the old device'])
    const served = [await relay.bundle(person.id), await relay.bundle(person.id)]
    expect(served.map((bundle) => bundle.oneTimePreKey)).toEqual(device.oneTime.map(oneTimeToJson))
    expect((await relay.bundle(person.id)).oneTimePreKey).toBeNull()
  })

  test('obscura 32: messages that come after it arrive', async () => {
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    await relay.send(friend, person, 'before')
    await takeOver(relay, person.token, drawDevice())
    await relay.send(friend, person, 'after')
    expect(await relay.waiting(person)).toEqual(['after'])
  })

  test('obscura 33: all open sockets of the account are closed, and nobody else’s', async () => {
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    const second = await relay.logIn(person)
    const sockets = await Promise.all([person, person, second].map((who) => relay.connect(who)))
    using other = await relay.connect(friend)
    await Promise.all(sockets.map((socket) => socket.ping()))
    await takeOver(relay, second.token, drawDevice())
    for (const socket of sockets) expect(await socket.socket.closed()).toEqual(takenOver)
    await other.ping()
  })

  test('obscura 33: a client that does not read delays nothing, and gets nothing of what comes later', async () => {
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    using gateway = await relay.connect(person)
    await gateway.ping()
    gateway.socket.pause()
    const big = new Uint8Array(400_000)
    for (let i = 0; i < 20; i++) await relay.send(friend, person, big)
    const since = performance.now()
    expect((await takeOver(relay, person.token, drawDevice())).status).toBe(200)
    expect(performance.now() - since).toBeLessThan(2000)
    await relay.send(friend, person, 'for the new device')
    gateway.socket.resume()
    expect(await gateway.socket.closed()).toEqual(takenOver)
    const old = await gateway.during(0)
    expect(old.some((each) => each.kind === 'envelope' && each.content.length < 1000)).toBe(false)
    expect(await relay.waiting(person)).toEqual(['for the new device'])
  })

  test('obscura 33: a refill closes nothing', async () => {
    const person = await relay.join()
    using socket = await relay.connect(person)
    await socket.ping()
    const body = {
      identityKey: base64(person.device.identity.publicKey),
      signedPreKey: signedToJson(drawSignedKey(person.device.identity, 2)),
      oneTimePreKeys: [],
    }
    expect((await relay.post('/v1/keys', body, person.token)).status).toBe(200)
    await socket.ping()
  })

  test('the session that did it goes on, the others end with their tokens', async () => {
    const person = await relay.join()
    const old = await relay.logIn(person)
    const older = tokensOf(await relay.refresh(old.refreshToken), 200)
    expect((await takeOver(relay, person.token, drawDevice())).status).toBe(200)

    using socket = await relay.connect(person)
    await socket.ping()
    expect((await relay.refresh(person.refreshToken)).status).toBe(200)
    for (const ended of [old, older]) {
      expect(await relay.tryConnect(ended.token)).toMatchObject({ status: 401 })
      expect((await relay.refresh(ended.refreshToken)).status).toBe(401)
    }
    // Who knows the password comes back.
    await relay.logIn(person)
  })

  test('a takeover by a token of no session ends all sessions', async () => {
    const person = await relay.join()
    const token = mint({ sub: person.id, exp: seconds() + 60 })
    expect((await takeOver(relay, token, drawDevice())).status).toBe(200)
    expect((await relay.refresh(person.refreshToken)).status).toBe(401)
  })

  test('obscura 27: more one-time keys than fit are 400 and change nothing', async () => {
    await using small = await RunningRelay.start({ flags: { 'max-pre-keys': '10' } })
    const [person, friend] = await Promise.all([
      small.join({ oneTime: 2 }),
      small.join({ oneTime: 2 }),
    ])
    await small.send(friend, person, 'still there')
    using socket = await small.connect(person)
    expect((await socket.status()).oneTimePreKeyCount).toBe(2)
    const answer = await takeOver(small, person.token, drawDevice({ oneTime: 20 }))
    expect([answer.status, answer.json]).toEqual([400, { error: 'Batch too large. Limit is 10' }])
    await socket.ping()
    expect(await small.waiting(person)).toEqual(['still there'])
    expect(await small.bundle(person.id)).toMatchObject({
      identityKey: base64(person.device.identity.publicKey),
      oneTimePreKey: { keyId: 1 },
    })
  })

  test('obscura 34: without a registration id it is 400 and changes nothing', async () => {
    const [person, friend] = await Promise.all([relay.join(), relay.join()])
    await relay.send(friend, person, 'still there')
    for (const registrationId of [undefined, null]) {
      const body = { ...deviceToJson(drawDevice()), registrationId }
      const answer = await relay.post('/v1/keys', body, person.token)
      expect([answer.status, answer.json]).toEqual([
        400,
        { error: 'registrationId required for takeover' },
      ])
    }
    expect(await relay.waiting(person)).toEqual(['still there'])
    expect((await relay.bundle(person.id)).identityKey).toBe(
      base64(person.device.identity.publicKey),
    )
  })

  test('a signature of the old identity takes nothing over', async () => {
    const person = await relay.join()
    const body = {
      ...deviceToJson(drawDevice()),
      identityKey: base64(drawIdentity().publicKey),
      signedPreKey: signedToJson(drawSignedKey(person.device.identity, 2)),
    }
    const answer = await relay.post('/v1/keys', body, person.token)
    expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid signature' }])
  })

  test('obscura 35: the signed key’s id may be lower than before', async () => {
    const person = await relay.join({ device: drawDevice({ signedId: 1000 }) })
    expect((await takeOver(relay, person.token, drawDevice({ signedId: 3 }))).status).toBe(200)
    expect((await relay.bundle(person.id)).signedPreKey.keyId).toBe(3)
  })

  test('the same takeover again is a refill, and needs a higher signed id', async () => {
    const person = await relay.join()
    const device = drawDevice()
    expect((await takeOver(relay, person.token, device)).status).toBe(200)
    const again = await takeOver(relay, person.token, device)
    expect([again.status, again.json]).toEqual([
      400,
      { error: 'Signed Pre-Key ID 1 must be greater than current ID 1' },
    ])
  })

  test('devices that take over at the same time never mix their keys', async () => {
    const person = await relay.join()
    // A token of no session, so that no takeover ends it.
    const token = mint({ sub: person.id, exp: seconds() + 60 })
    const devices = Array.from({ length: 8 }, () => drawDevice({ oneTime: 1 }))
    const watching = (async () => {
      const bundles = []
      for (let i = 0; i < 30; i++) bundles.push(await relay.bundle(person.id))
      return bundles
    })()
    const answers = await Promise.all(devices.map((device) => takeOver(relay, token, device)))
    for (const { status } of answers) expect([200, 409]).toContain(status)
    const pairs = new Map(
      [...devices, person.device].map((device) => [
        base64(device.identity.publicKey),
        base64(device.signed.publicKey),
      ]),
    )
    for (const bundle of [...(await watching), await relay.bundle(person.id)]) {
      expect(pairs.get(bundle.identityKey)).toBe(bundle.signedPreKey.publicKey)
    }
  })
})
