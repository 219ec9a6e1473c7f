/**
 * @module POST /v1/keys as a refill, and GET /v1/keys/{userId} (obscura reference §1.9, §1.10, behaviours 26–30 and
 * 36–40). What a takeover does stands in `takeover.test.ts`.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import {
  base64,
  drawDevice,
  drawIdentity,
  drawOneTimeKeys,
  drawSignedKey,
  oneTimeToJson,
  signedToJson,
} from '#door/obscura/contract/keys-for-tests.ts'
import { refill } from '#door/obscura/contract/refill-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

/** Every one-time key that is left, oldest first. */
async function drain(
  at: RunningRelay,
  id: string,
): Promise<readonly { keyId: number; publicKey: string }[]> {
  const keys = []
  for (;;) {
    const { oneTimePreKey } = await at.bundle(id)
    if (oneTimePreKey === null) return keys
    keys.push(oneTimePreKey)
  }
}

describe('Refills', () => {
  test('obscura 26: what is too much goes from the oldest', async () => {
    await using small = await RunningRelay.start({ flags: { 'max-pre-keys': '50' } })
    const person = await small.join({ oneTime: 40 })
    const answer = await refill(small, person, {
      signedId: 2,
      identityKey: person.device.identity.publicKey,
      oneTime: drawOneTimeKeys(20, 101),
    })
    expect(answer.status).toBe(200)
    const left = (await drain(small, person.id)).map((key) => key.keyId)
    expect(left).toEqual([...range(11, 40), ...range(101, 120)])
  })

  test('keys that are there already push nothing out', async () => {
    await using small = await RunningRelay.start({
      database: 'memory',
      flags: { 'max-pre-keys': '10' },
    })
    const person = await small.join({ oneTime: 10 })
    const answer = await refill(small, person, { signedId: 2, oneTime: drawOneTimeKeys(10) })
    expect(answer.status).toBe(200)
    const left = await drain(small, person.id)
    expect(left).toEqual(person.device.oneTime.map(oneTimeToJson))
  })

  test('a refill of more than fits at once is 400 and changes nothing', async () => {
    const person = await relay.join({ oneTime: 2 })
    const answer = await refill(relay, person, { signedId: 2, oneTime: drawOneTimeKeys(101, 500) })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Batch too large. Limit is 100' }])
    expect((await relay.bundle(person.id)).signedPreKey.keyId).toBe(1)
    expect((await drain(relay, person.id)).map((key) => key.keyId)).toEqual([2])
  })

  test('obscura 28: ids of signed keys only grow', async () => {
    const person = await relay.join({ device: drawDevice({ signedId: 10 }) })
    const upload = (signedId: number) => refill(relay, person, { signedId })
    expect((await upload(11)).status).toBe(200)
    for (const stale of [10, 11]) {
      const answer = await upload(stale)
      expect([answer.status, answer.json]).toEqual([
        400,
        { error: `Signed Pre-Key ID ${stale} must be greater than current ID 11` },
      ])
    }
    expect((await upload(12)).status).toBe(200)
  })

  test('ids of signed keys may be negative', async () => {
    const person = await relay.join({ device: drawDevice({ signedId: -5 }) })
    expect((await refill(relay, person, { signedId: -6 })).status).toBe(400)
    expect((await refill(relay, person, { signedId: -4 })).status).toBe(200)
  })

  test('obscura 29: after a rotation the new signed key is served', async () => {
    const person = await relay.join()
    const signed = drawSignedKey(person.device.identity, 10)
    expect((await refill(relay, person, { signedId: 10, signed })).status).toBe(200)
    expect((await relay.bundle(person.id)).signedPreKey).toEqual(signedToJson(signed))
  })

  test('obscura 29: no other signed key is ever served while keys rotate', async () => {
    const person = await relay.join({ oneTime: 0 })
    const served: number[] = []
    for (let signedId = 2; signedId < 12; signedId++) {
      const [answer, bundle] = await Promise.all([
        refill(relay, person, { signedId }),
        relay.bundle(person.id),
      ])
      expect(answer.status).toBe(200)
      served.push(bundle.signedPreKey.keyId)
    }
    expect(served).toEqual(served.toSorted((a, b) => a - b))
  })

  test('obscura 30: the same identity and a new one-time key', async () => {
    const person = await relay.join({ oneTime: 0 })
    const oneTime = drawOneTimeKeys(1, 77)
    const answer = await refill(relay, person, {
      signedId: 2,
      identityKey: person.device.identity.publicKey,
      registrationId: 9999,
      oneTime,
    })
    expect(answer.status).toBe(200)
    expect(await relay.bundle(person.id)).toMatchObject({
      identityKey: base64(person.device.identity.publicKey),
      // A refill does not change it.
      registrationId: person.device.registrationId,
      oneTimePreKey: oneTime.map(oneTimeToJson)[0],
    })
  })

  test('an empty list is a pure rotation', async () => {
    const person = await relay.join({ oneTime: 3 })
    expect((await refill(relay, person, { signedId: 2 })).status).toBe(200)
    expect(await drain(relay, person.id)).toHaveLength(3)
  })

  test('obscura 36: an id that stands twice is 400 and names it', async () => {
    const person = await relay.join({ oneTime: 0 })
    const oneTime = [...drawOneTimeKeys(3, 5), ...drawOneTimeKeys(1, 6)]
    const answer = await refill(relay, person, { signedId: 2, oneTime })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Duplicate prekey ID: 6' }])
    expect(await drain(relay, person.id)).toEqual([])
  })

  test('obscura 37: an id that is stored keeps its key', async () => {
    const person = await relay.join({ oneTime: 1 })
    const answer = await refill(relay, person, { signedId: 2, oneTime: drawOneTimeKeys(2) })
    expect(answer.status).toBe(200)
    const left = await drain(relay, person.id)
    expect(left.map((key) => key.keyId)).toEqual([1, 2])
    expect(left[0]).toEqual(person.device.oneTime.map(oneTimeToJson)[0])
  })

  test.each([undefined, null])(
    'obscura 38: without an identity key (%s) the stored one verifies',
    async (identityKey) => {
      const person = await relay.join()
      const changes = identityKey === undefined ? {} : { identityKey }
      expect((await refill(relay, person, { ...changes, signedId: 2 })).status).toBe(200)
      const strange = drawSignedKey(drawIdentity(), 3)
      const answer = await refill(relay, person, { ...changes, signedId: 3, signed: strange })
      expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid signature' }])
    },
  )

  test('the same upload twice is refused the second time', async () => {
    const person = await relay.join()
    const signed = drawSignedKey(person.device.identity, 2)
    expect((await refill(relay, person, { signedId: 2, signed })).status).toBe(200)
    expect((await refill(relay, person, { signedId: 2, signed })).status).toBe(400)
  })
})

describe('Bundles', () => {
  test('obscura 39: each fetch takes another one-time key, then there is null', async () => {
    const person = await relay.join({ oneTime: 5 })
    const keys = await drain(relay, person.id)
    expect(keys).toEqual(person.device.oneTime.map(oneTimeToJson))
    expect((await relay.bundle(person.id)).oneTimePreKey).toBeNull()
  })

  test('obscura 39: many at once get different keys, as long as there are any', async () => {
    const person = await relay.join({ oneTime: 40 })
    const bundles = await Promise.all(range(1, 50).map(() => relay.bundle(person.id)))
    const ids = bundles.flatMap((bundle) => bundle.oneTimePreKey?.keyId ?? [])
    expect(ids.toSorted((a, b) => a - b)).toEqual(range(1, 40))
  })

  test('obscura 40: an unknown user is 404, and what is no id is 400', async () => {
    const unknown = await relay.ask('GET', `/v1/keys/${randomUUID()}`)
    expect([unknown.status, unknown.json]).toEqual([404, { error: 'Not found' }])
    const wrong = await relay.ask('GET', '/v1/keys/somebody')
    expect([wrong.status, wrong.json]).toEqual([400, { error: 'Invalid user id' }])
  })

  test('members come in the contract’s order, and nothing keeps them', async () => {
    const person = await relay.join()
    const answer = await relay.ask('GET', `/v1/keys/${person.id}`)
    expect(Object.keys(answer.json as object)).toEqual([
      'registrationId',
      'identityKey',
      'signedPreKey',
      'oneTimePreKey',
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  test('past the target’s budget a bundle comes without a one-time key, and keeps the stock', async () => {
    await using strict = await RunningRelay.start({
      database: 'memory',
      flags: { 'prekey-burst': '3', 'prekey-refill-per-minute': '1' },
    })
    const [target, other] = await Promise.all([strict.join(), strict.join()])
    const ids = []
    for (let i = 0; i < 6; i++) ids.push((await strict.bundle(target.id)).oneTimePreKey?.keyId)
    expect(ids).toEqual([1, 2, 3, undefined, undefined, undefined])
    // The budget is the target's, whoever asks: another account has its own.
    expect((await strict.bundle(other.id)).oneTimePreKey?.keyId).toBe(1)
  })

  test('keys outlive a restart', async () => {
    await using first = await RunningRelay.start()
    const person = await first.join({ oneTime: 3 })
    await first.bundle(person.id)
    await first.stop()
    await using second = await RunningRelay.start({ folder: first.folder })
    expect((await drain(second, person.id)).map((key) => key.keyId)).toEqual([2, 3])
  })
})

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}
