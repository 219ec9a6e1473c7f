import {
  generateKeyPairSync,
  randomBytes,
  sign,
  createPrivateKey,
  type KeyObject,
} from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { drawToken, OpenDoor, startMillis } from '#door/vauchi/door-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError } from '#store/store.ts'

interface Key {
  readonly secret: KeyObject
  readonly hex: string
}

function keyOf(secret: KeyObject): Key {
  const x = secret.export({ format: 'jwk' }).x ?? ''
  return { secret, hex: Buffer.from(x, 'base64url').toString('hex') }
}

const drawKey = (): Key => keyOf(generateKeyPairSync('ed25519').privateKey)

/** PKCS #8 in front of a seed. */
const seeded = (seed: Uint8Array): Key =>
  keyOf(
    createPrivateKey({
      key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]),
      format: 'der',
      type: 'pkcs8',
    }),
  )

const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

const unhex = (text: string): Buffer => Buffer.from(text, 'hex')

function purgeOf(
  recipient: string,
  {
    key = drawKey(),
    token = recipient,
    timestamp = startMillis / 1000,
  }: { readonly key?: Key; readonly token?: string; readonly timestamp?: number } = {},
) {
  const message = Buffer.concat([unhex(key.hex), unhex(token), u64(timestamp)])
  return {
    message,
    body: {
      recipient_id: recipient,
      public_key: key.hex,
      purge_token: token,
      signature: sign(null, message, key.secret).toString('hex'),
      timestamp,
    },
  }
}

const error = (text: string) => [401, { status: 'error', error: text }]
const purged = (blobs: number) => [200, { status: 'ok', blobs_deleted: blobs }]

async function purge(door: OpenDoor, body: unknown) {
  const answer = await door.post('/v2/purge', body)
  return [answer.status, answer.body]
}

describe('A purge', () => {
  test('is signed over the key, the token and the time, as the published example is', () => {
    const key = seeded(new Uint8Array(32).fill(7))
    const { body } = purgeOf('42'.repeat(32), { key, timestamp: 1_767_225_600 })
    expect(body.public_key).toBe('ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c')
    expect(body.signature).toBe(
      '594625dd1c91e716d3b44071776ce9a74eae6702779345589340f50a4de28db2' +
        '0f2cd917e9384b6f3a974282647790c9c0e8f8b8a675a829b45c62a02524570f',
    )
  })

  test('vauchi 30 and 31: empties the mailbox whose token it names, and no other', async () => {
    await using door = await OpenDoor.open()
    const [token, other] = [drawToken(), drawToken()]
    await door.send(token, 'a')
    await door.send(token, 'b')
    await door.send(other, 'stays')
    expect(await purge(door, purgeOf(token).body)).toEqual(purged(2))
    expect(await door.texts(token, other)).toEqual(['stays'])
    expect(await purge(door, purgeOf(drawToken()).body)).toEqual(purged(0))
  })

  test('may name the mailbox by the key that signs, in either case', async () => {
    await using door = await OpenDoor.open()
    const key = drawKey()
    await door.send(key.hex, 'own')
    const { body } = purgeOf(key.hex, { key, token: drawToken() })
    expect(await purge(door, { ...body, recipient_id: key.hex.toUpperCase() })).toEqual(purged(1))
  })

  test('that names another mailbox needs a second signature over it', async () => {
    await using door = await OpenDoor.open()
    const [token, other] = [drawToken(), drawToken()]
    await door.send(token, 'stays until it is named')
    const key = drawKey()
    const { body, message } = purgeOf(token, { key, token: drawToken() })
    const refused = error('purge does not name recipient_id')
    expect(await purge(door, body)).toEqual(refused)
    const over = (recipient: string) =>
      sign(
        null,
        Buffer.concat([Buffer.from('sotto/vauchi/purge/1'), unhex(recipient), message]),
        key.secret,
      ).toString('hex')
    expect(await purge(door, { ...body, recipient_signature: over(other) })).toEqual(refused)
    expect(await purge(door, { ...body, recipient_signature: 'no hex' })).toEqual(refused)
    expect(await purge(door, { ...body, recipient_signature: body.signature })).toEqual(refused)
    expect(await door.blobs(token)).toHaveLength(1)
    expect(await purge(door, { ...body, recipient_signature: over(token) })).toEqual(purged(1))
  })

  test('vauchi 32: without one of its members is no request', async () => {
    await using door = await OpenDoor.open()
    const { body } = purgeOf(drawToken())
    for (const name of Object.keys(body)) {
      const [status] = await purge(door, { ...body, [name]: undefined })
      expect([name, status]).toEqual([name, 400])
    }
  })

  test('vauchi 33: with anything in it changed is refused', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    const { body } = purgeOf(token)
    for (const change of [
      { signature: '00'.repeat(64) },
      { public_key: drawKey().hex },
      { timestamp: body.timestamp + 1 },
      { purge_token: drawToken() },
    ]) {
      expect(await purge(door, { ...body, ...change })).toEqual(error('invalid purge signature'))
    }
    expect((await purge(door, body))[0]).toBe(200)
  })

  test('vauchi 34: is good for a minute before and after its time', async () => {
    await using door = await OpenDoor.open()
    const late = error('purge timestamp outside acceptable window')
    const now = startMillis / 1000
    for (const [offset, isGood] of [
      [-61, false],
      [61, false],
      [-60, true],
      [60, true],
    ] as const) {
      const answer = await purge(door, purgeOf(drawToken(), { timestamp: now + offset }).body)
      expect([offset, answer]).toEqual([offset, isGood ? purged(0) : late])
    }
  })

  test('vauchi 35 and 38: is good once, also with a new time and signature', async () => {
    await using door = await OpenDoor.open()
    const key = drawKey()
    const token = drawToken()
    const { body } = purgeOf(token, { key })
    expect(await purge(door, body)).toEqual(purged(0))
    const replayed = error('purge token replay detected')
    expect(await purge(door, body)).toEqual(replayed)
    const again = purgeOf(token, { key, timestamp: body.timestamp + 5 })
    expect(await purge(door, again.body)).toEqual(replayed)
    expect(await purge(door, purgeOf(drawToken(), { key }).body)).toEqual(purged(0))
  })

  test('nobody uses up the token of another key', async () => {
    await using door = await OpenDoor.open()
    const token = drawToken()
    expect(await purge(door, purgeOf(token).body)).toEqual(purged(0))
    expect(await purge(door, purgeOf(token).body)).toEqual(purged(0))
  })

  test('that was refused has not used its token up', async () => {
    await using door = await OpenDoor.open()
    const key = drawKey()
    const { body } = purgeOf(key.hex, { key, token: drawToken() })
    expect((await purge(door, { ...body, recipient_id: drawToken() }))[0]).toBe(401)
    expect(await purge(door, body)).toEqual(purged(0))
  })

  test('that the store could not do can be sent again', async () => {
    const store = openMemoryStore()
    const { purge: done } = store.mailboxes
    store.mailboxes.purge = () => Promise.reject(new StoreError('busy', 'Cannot write'))
    await using door = await OpenDoor.open({ store })
    const { body } = purgeOf(drawToken())
    expect((await purge(door, body))[0]).toBe(503)
    store.mailboxes.purge = done
    expect(await purge(door, body)).toEqual(purged(0))
    expect((await purge(door, body))[0]).toBe(401)
  })

  test.each(['public_key', 'signature', 'purge_token'])(
    'vauchi 36: of a %s that is no hex, or of another length, says so',
    async (name) => {
      await using door = await OpenDoor.open()
      const { body } = purgeOf(drawToken())
      const length = name === 'signature' ? 64 : 32
      const [status, answer] = await purge(door, { ...body, [name]: 'zz' })
      expect([status, answer]).toEqual([
        401,
        { status: 'error', error: expect.stringMatching(new RegExp(`^invalid ${name} hex: `)) },
      ])
      expect(await purge(door, { ...body, [name]: 'abcd' })).toEqual(
        error(`${name} must be ${length} bytes, got 2`),
      )
    },
  )

  test('vauchi 37: that is refused uses nothing of the rate up', async () => {
    await using door = await OpenDoor.open({ rates: { perMinute: 1 } })
    const token = drawToken()
    const bad = { ...purgeOf(token).body, signature: '00'.repeat(64) }
    for (let i = 0; i < 3; i++) expect((await purge(door, bad))[0]).toBe(401)
    expect((await purge(door, purgeOf(token).body))[0]).toBe(200)
    expect((await purge(door, purgeOf(token).body))[0]).toBe(429)
  })

  test('a time that no clock shows is no request, or out of the window', async () => {
    await using door = await OpenDoor.open()
    const { body } = purgeOf(randomBytes(32).toString('hex'))
    for (const timestamp of [-1, 1.5, 2 ** 64, '1', null]) {
      expect((await purge(door, { ...body, timestamp }))[0]).toBe(400)
    }
    expect((await purge(door, { ...body, timestamp: Number.MAX_SAFE_INTEGER }))[0]).toBe(401)
  })
})
