import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IdentityKey } from '@sotto/wire'
import { mailboxOf } from '#door/mobium/address.ts'
import type { HandedOut, HandOut } from '#door/mobium/keys/hand-out.ts'
import { drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError } from '#store/store.ts'

const error = (text: string) => ({ status: 'error', error: text })
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')
const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte)

const identity = drawToken()
// 32 bytes.
const identityBytes = new Uint8Array(Buffer.from(identity, 'hex')) as IdentityKey

const whole: HandedOut = {
  bundle: filled(1000, 1),
  oneTime: filled(33, 2),
  kemOneTime: filled(1569, 3),
  isMetered: false,
}

/** Devices 1 and 127 of the one identity have these keys, and what was asked is written down. */
async function open(handed: HandedOut = whole, settings: Parameters<typeof OpenDoor.open>[0] = {}) {
  const asked: (readonly [identity: string, device: number])[] = []
  const handOut: HandOut = async (whose, device) => {
    const name = Buffer.from(whose).toString('hex')
    asked.push([name, device])
    return name === identity && (device === 1 || device === 127) ? handed : undefined
  }
  const store = openMemoryStore()
  const door = await OpenDoor.open({ store, handOut, ...settings })
  const ask = async (body: unknown) => {
    const answer = await door.post('/v2/keys', body)
    return [answer.status, answer.body]
  }
  return { ask, asked, door, store }
}

describe('POST /v2/keys', () => {
  test('answers with the bundle and a key of each pool', async () => {
    const { ask, asked, door } = await open()
    await using _ = door
    const answer = {
      status: 'ok',
      device: 1,
      bundle: base64(whole.bundle),
      one_time: base64(filled(33, 2)),
      kem_one_time: base64(filled(1569, 3)),
      metered: false,
    }
    expect(await ask({ identity })).toEqual([200, answer])
    expect(await ask({ identity, device: null })).toEqual([200, answer])
    expect(await ask({ identity: identity.toUpperCase(), device: 127, version: 2 })).toEqual([
      200,
      { ...answer, device: 127 },
    ])
    expect(asked).toEqual([
      [identity, 1],
      [identity, 1],
      [identity, 127],
    ])
  })

  test('has no members for keys that did not come', async () => {
    const bare = { ...whole, oneTime: undefined, kemOneTime: undefined, isMetered: true }
    const { ask, door } = await open(bare)
    await using _ = door
    expect(await ask({ identity })).toEqual([
      200,
      { status: 'ok', device: 1, bundle: base64(whole.bundle), metered: true },
    ])
  })

  test('has the list of devices, where the identity signed one', async () => {
    const { ask, door, store } = await open()
    await using _ = door
    await store.identities.enter(identityBytes, mailboxOf(identityBytes, 1), undefined)
    await store.identities.setDevices(identityBytes, filled(300, 7))
    const [status, body] = await ask({ identity })
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ devices: base64(filled(300, 7)) }),
    ])
    // Of a device that has nothing, nothing is told.
    expect(await ask({ identity, device: 2 })).toEqual([404, error('no keys')])
  })

  test('is 404 for nobody, and for a device that published nothing', async () => {
    const { ask, door } = await open()
    await using _ = door
    expect(await ask({ identity: drawToken() })).toEqual([404, error('no keys')])
    expect(await ask({ identity, device: 126 })).toEqual([404, error('no keys')])
  })

  test.each([
    ['no members', {}],
    ['no object', [identity]],
    ['nil', null],
    ['an identity that is no text', { identity: 7 }],
    ['device 0', { identity, device: 0 }],
    ['device 128', { identity, device: 128 }],
    ['half a device', { identity, device: 1.5 }],
    ['a device in digits', { identity, device: '1' }],
  ])('%s is 400, and asks for nobody', async (_, body) => {
    const { ask, asked, door } = await open()
    await using __ = door
    expect(await ask(body)).toEqual([400, error('invalid request')])
    expect(asked).toEqual([])
  })

  test.each([
    ['63 digits', 'a'.repeat(63)],
    ['66 digits', 'a'.repeat(66)],
    ['no hex', 'g'.repeat(64)],
    ['nothing', ''],
  ])('an identity of %s is 400', async (_, text) => {
    const { ask, asked, door } = await open()
    await using __ = door
    expect(await ask({ identity: text })).toEqual([
      400,
      error('identity must be 64 hex characters'),
    ])
    expect(asked).toEqual([])
  })

  test('whatever comes is answered in the envelope', async () => {
    const { door } = await open()
    await using _ = door
    const anything = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }))
    await fc.assert(
      fc.asyncProperty(anything, anything, async (whose, device) => {
        const { status, body } = await door.post('/v2/keys', { identity: whose, device })
        expect([status, body['status']]).toEqual([400, 'error'])
      }),
      { numRuns: 200 },
    )
    for (const body of ['', '{', '['.repeat(10_000), '\uFEFF{}', 'null']) {
      expect((await door.post('/v2/keys', body)).body).toEqual(error('invalid request'))
    }
    const long = await door.post('/v2/keys', { identity, more: 'x'.repeat(131_072) })
    expect([long.status, long.body]).toEqual([413, error('request body too large')])
    const text = await door.post('/v2/keys', '{}', { 'content-type': 'text/plain' })
    expect(text.status).toBe(415)
    const get = await door.ask('/v2/keys')
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  })

  test('counts with what else its address asks for', async () => {
    const rates = { address: { burst: 2, count: 1, perMillis: 1000 } }
    const { asked, door } = await open(whole, { rates })
    await using _ = door
    const from = (address: string, path: string, body: unknown) =>
      door.post(path, body, { 'x-forwarded-for': address })
    await from('192.0.2.1', '/v2/fetch', { mailbox_tokens: [drawToken()] })
    expect((await from('192.0.2.1', '/v2/keys', { identity })).status).toBe(200)
    const refused = await from('192.0.2.1', '/v2/keys', { identity })
    expect([refused.status, refused.body]).toEqual([429, error('rate limit exceeded')])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('192.0.2.2', '/v2/keys', { identity })).status).toBe(200)
    expect(asked).toHaveLength(2)
  })

  test('asks for no version that the operator does not let in', async () => {
    const { ask, asked, door } = await open(whole, { version: { minimum: 3, graceMillis: 0 } })
    await using _ = door
    expect(await ask({ identity })).toEqual([
      426,
      { status: 'error', error: 'upgrade_required', min_version: 3 },
    ])
    expect(asked).toEqual([])
  })

  test('takes no key when the store fails before, and says nothing of what went wrong', async () => {
    const { ask, asked, door, store } = await open()
    await using _ = door
    store.identities.devices = () => Promise.reject(new StoreError('busy', 'Cannot read'))
    expect(await ask({ identity })).toEqual([503, error('server busy')])
    store.identities.devices = () => Promise.reject(new TypeError(`Cannot find ${identity}`))
    expect(await ask({ identity })).toEqual([500, error('internal error')])
    expect(asked).toEqual([])
    const log = door.lines.join('\n')
    expect(log).toContain('"request.failed","route":"/v2/keys"')
    expect(log).not.toContain(identity)
  })

  test('is no action: an envelope of Vauchi cannot name it', async () => {
    const { door } = await open()
    await using _ = door
    expect(Object.keys(door.vauchi.actions)).not.toContain('keys')
  })
})
