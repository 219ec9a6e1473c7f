/**
 * @module Prekeys of the Obscura protocol, seen from outside.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isSignedBy } from '#clients/curve25519.ts'
import {
  createDevice,
  createOneTimePreKeys,
  createSignedPreKey,
  type OneTimePreKey,
} from '#clients/device.ts'
import { openStage, raw, type Stage, text } from '#scenarios/stage.ts'

describe.each(['bun', 'node'] as const)('keys on %s', (runtime) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage(runtime, ['--max-pre-keys', '50'])
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  const served = async (userId: string): Promise<readonly OneTimePreKey[]> => {
    const keys: OneTimePreKey[] = []
    for (;;) {
      const { oneTimePreKey } = await stage.client.fetchBundle(userId)
      if (oneTimePreKey === null) return keys
      keys.push(oneTimePreKey)
    }
  }
  const ids = (keys: readonly OneTimePreKey[]): readonly number[] =>
    keys.map(({ keyId }) => keyId).sort((a, b) => a - b)

  test('a bundle is what was uploaded, and each one-time key comes once', async () => {
    const { session, device } = await stage.join(3)
    const bundle = await stage.client.fetchBundle(session.userId)
    expect(bundle.registrationId).toBe(device.registrationId)
    expect(bundle.identityKey).toEqual(device.identity.publicKey)
    const { publicKey, signature } = bundle.signedPreKey
    expect(isSignedBy(bundle.identityKey, publicKey, signature)).toBe(true)
    const keys = [...(await served(session.userId)), ...[bundle.oneTimePreKey ?? []].flat()]
    expect(ids(keys)).toEqual([1, 2, 3])
  })

  test('many fetchers at once get as many different keys', async () => {
    const { session } = await stage.join(40)
    const fetches = Array.from({ length: 40 }, () => stage.client.fetchBundle(session.userId))
    const keys = (await Promise.all(fetches)).map(({ oneTimePreKey }) => oneTimePreKey?.keyId)
    expect(new Set(keys).size).toBe(40)
    expect(keys).not.toContain(undefined)
  })

  test('nobody, and no id, have no bundle', async () => {
    expect((await raw(stage, `/v1/keys/${crypto.randomUUID()}`)).status).toBe(404)
    expect((await raw(stage, '/v1/keys/nobody')).status).toBe(400)
  })

  test('a refill keeps the newest fifty', async () => {
    const { session, device } = await stage.join(40)
    await stage.client.uploadKeys(session.token, {
      identityKey: device.identity.publicKey,
      signedPreKey: createSignedPreKey(device.identity, 2),
      oneTimePreKeys: createOneTimePreKeys(101, 20),
    })
    const kept = ids(await served(session.userId))
    expect(kept.length).toBe(50)
    expect(kept.filter((id) => id > 100).length).toBe(20)
  })

  test('a refill keeps the first key of an id', async () => {
    const { session, device } = await stage.join(1)
    await stage.client.uploadKeys(session.token, {
      signedPreKey: createSignedPreKey(device.identity, 2),
      oneTimePreKeys: createOneTimePreKeys(1, 1),
    })
    expect(await served(session.userId)).toEqual(device.oneTimePreKeys)
  })

  test('a signed prekey is replaced by one of a higher id only', async () => {
    const { session, device } = await stage.join(0)
    const rotate = async (keyId: number): Promise<void> =>
      await stage.client.uploadKeys(session.token, {
        signedPreKey: createSignedPreKey(device.identity, keyId),
        oneTimePreKeys: [],
      })
    await rotate(10)
    await expect(rotate(10)).rejects.toThrow(
      /400.*Signed Pre-Key ID 10 must be greater than current ID 10/,
    )
    await expect(rotate(9)).rejects.toThrow('400')
    await rotate(11)
    expect((await stage.client.fetchBundle(session.userId)).signedPreKey.keyId).toBe(11)
  })

  test('more keys than fit into a bundle of uploads are refused', async () => {
    const { session, device } = await stage.join(0)
    const tooMany = stage.client.uploadKeys(session.token, {
      signedPreKey: createSignedPreKey(device.identity, 2),
      oneTimePreKeys: createOneTimePreKeys(1, 51),
    })
    await expect(tooMany).rejects.toThrow(/400.*Batch too large. Limit is 50/)
    expect(await served(session.userId)).toEqual([])
  })

  test('a takeover replaces keys, drops what waits, and closes the open socket', async () => {
    const { session } = await stage.join(5)
    const friend = await stage.join(0)
    const ear = await stage.listen({ session, device: createDevice(0), username: '', password: '' })
    await stage.client.send(friend.session.token, session.userId, text('to the old device'))
    await ear.envelopes(1)
    const next = createDevice(2)
    const keys = { ...next, identityKey: next.identity.publicKey }
    const { registrationId: _, ...withoutId } = keys
    await expect(stage.client.uploadKeys(session.token, withoutId)).rejects.toThrow(
      /400.*registrationId required for takeover/,
    )
    expect(ear.isOpen).toBe(true)
    await stage.client.uploadKeys(session.token, keys)
    await ear.closed()
    const bundle = await stage.client.fetchBundle(session.userId)
    expect(bundle.identityKey).toEqual(next.identity.publicKey)
    expect(bundle.registrationId).toBe(next.registrationId)
    expect(
      ids([...(await served(session.userId)), ...[bundle.oneTimePreKey ?? []].flat()]),
    ).toEqual([1, 2])
  })

  test('what waits is gone after a takeover', async () => {
    const { session, device, ...rest } = await stage.join(0)
    const friend = await stage.join(0)
    await stage.client.send(friend.session.token, session.userId, text('unread'))
    const next = createDevice(30)
    await stage.client.uploadKeys(session.token, { ...next, identityKey: next.identity.publicKey })
    const again = await stage.client.login(rest)
    await stage.client.send(friend.session.token, session.userId, text('new'))
    const ear = await stage.listen({ session: again, device, ...rest })
    expect(await ear.texts(1)).toEqual(['new'])
    await ear.leave()
  })

  test('a few keys left are announced when the socket opens, enough are not', async () => {
    const few = await stage.join(19)
    const low = await stage.listen(few)
    expect(await low.status()).toEqual({ oneTimePreKeyCount: 19, minThreshold: 20 })
    await low.leave()
    const none = await stage.join(0)
    const empty = await stage.listen(none)
    expect(await empty.status()).toEqual({ oneTimePreKeyCount: 0, minThreshold: 20 })
    await empty.leave()
    const enough = await stage.listen(await stage.join(20))
    expect(await enough.silence()).toBe(0)
    await enough.leave()
  })
})
