import { describe, expect, test } from 'vitest'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'

const drawHash = drawToken

const error = (text: string) => ({ status: 'error', error: text })

const store = (door: OpenDoor, key_hash: string, proof: string, from = '192.0.2.1') =>
  door.post(
    '/v2/recovery/store',
    { key_hash, proof_data: base64(proof) },
    { 'x-forwarded-for': from },
  )

async function query(door: OpenDoor, key_hashes: readonly string[]) {
  const { status, body } = await door.post('/v2/recovery/query', { key_hashes })
  return [status, body]
}

describe('A recovery proof', () => {
  test('vauchi 39: is found under its hash for ninety days', async () => {
    await using door = await OpenDoor.open()
    const hash = drawHash()
    const stored = await store(door, hash.toUpperCase(), 'proof')
    expect([stored.status, stored.body]).toEqual([200, { status: 'ok' }])
    const created_at = door.nowMillis / 1000
    const proof = {
      key_hash: hash,
      proof_data: base64('proof'),
      created_at,
      expires_at: created_at + 7_776_000,
    }
    expect(await query(door, [hash])).toEqual([200, { status: 'ok', proofs: [proof] }])
    door.nowMillis += 7_776_000_000 - 1
    expect(await query(door, [hash])).toEqual([200, { status: 'ok', proofs: [proof] }])
  })

  test('vauchi 40: takes the place of the one before', async () => {
    await using door = await OpenDoor.open()
    const hash = drawHash()
    await store(door, hash, 'first')
    await store(door, hash, 'second')
    expect(await query(door, [hash])).toMatchObject([
      200,
      { proofs: [{ proof_data: base64('second') }] },
    ])
  })

  test('vauchi 41: comes alone: of other hashes nothing is said', async () => {
    await using door = await OpenDoor.open()
    const hash = drawHash()
    await store(door, hash, 'proof')
    const [, body] = await query(door, [drawHash(), hash, drawHash(), hash])
    expect(body).toMatchObject({ proofs: [{ key_hash: hash }] })
    expect(body).toHaveProperty('proofs.length', 1)
  })

  test('vauchi 42: up to fifty hashes are asked for at once', async () => {
    await using door = await OpenDoor.open()
    const some = (count: number) => Array.from({ length: count }, drawHash)
    const nothing = [200, { status: 'ok', proofs: [] }]
    expect(await query(door, [])).toEqual(nothing)
    expect(await query(door, some(50))).toEqual(nothing)
    expect(await query(door, some(51))).toEqual([400, error('too many key_hashes (max 50)')])
  })

  test('vauchi 43: a hash that is none is refused, and not repeated', async () => {
    await using door = await OpenDoor.open()
    expect(await query(door, [drawHash(), 'my secret'])).toEqual([400, error('invalid key_hash')])
    const stored = await store(door, 'my secret', '')
    expect([stored.status, stored.body]).toEqual([
      400,
      error('key_hash must be 64 hex characters (32 bytes)'),
    ])
  })

  test('vauchi 44: may have 4096 bytes, in base64', async () => {
    await using door = await OpenDoor.open()
    expect((await store(door, drawHash(), 'x'.repeat(4096))).status).toBe(200)
    expect((await store(door, drawHash(), '')).status).toBe(200)
    const over = await store(door, drawHash(), 'x'.repeat(4097))
    expect([over.status, over.body]).toEqual([400, error('proof_data exceeds 4096 byte limit')])
    const body = { key_hash: drawHash(), proof_data: 'no base64!' }
    const bad = await door.post('/v2/recovery/store', body)
    expect([bad.status, bad.body]).toEqual([400, error('invalid base64 in proof_data')])
  })

  test('vauchi 45: is out of reach when it expired, and is swept', async () => {
    await using door = await OpenDoor.open()
    const hash = drawHash()
    await store(door, hash, 'old')
    door.nowMillis += 7_776_000_000
    expect(await query(door, [hash])).toEqual([200, { status: 'ok', proofs: [] }])
    const { signal } = new AbortController()
    expect(await door.vauchi.expire(signal)).toEqual({ proofs: 1, offers: 0 })
    expect(await door.vauchi.expire(signal)).toEqual({ proofs: 0, offers: 0 })
  })

  test('vauchi 46: may be stored ten times a minute under one hash, from wherever it comes', async () => {
    await using door = await OpenDoor.open()
    const hash = drawHash()
    for (let i = 0; i < 10; i++) {
      expect((await store(door, hash, 'x', `192.0.2.${i}`)).status).toBe(200)
    }
    const refused = await store(door, hash, 'x', '192.0.2.99')
    expect([refused.status, refused.body]).toEqual([429, error('rate limit exceeded')])
    expect((await store(door, drawHash(), 'x', '192.0.2.99')).status).toBe(200)
  })

  test('and ten times a minute from one address, whatever the hash', async () => {
    await using door = await OpenDoor.open()
    const own = '127.0.0.1'
    for (let i = 0; i < 10; i++) await store(door, drawHash(), 'x', own)
    expect((await store(door, drawHash(), 'x', own)).status).toBe(429)
    // Questions are counted apart.
    expect((await query(door, []))[0]).toBe(200)
  })

  test('vauchi 46: may be asked for ten times a minute from one address', async () => {
    await using door = await OpenDoor.open()
    for (let i = 0; i < 10; i++) expect((await query(door, [drawHash()]))[0]).toBe(200)
    expect(await query(door, [drawHash()])).toEqual([429, error('rate limit exceeded')])
    const other = { 'x-forwarded-for': '192.0.2.7' }
    expect((await door.post('/v2/recovery/query', { key_hashes: [] }, other)).status).toBe(200)
    door.nowMillis += 6000
    expect((await query(door, [drawHash()]))[0]).toBe(200)
  })

  test('sealed questions, which have no address, are bounded together', async () => {
    await using door = await OpenDoor.open()
    const ask = () => door.vauchi.actions.recovery_query({ key_hashes: [] })
    for (let i = 0; i < 300; i++) expect((await ask()).status).toBe(200)
    expect((await ask()).status).toBe(429)
    expect((await query(door, []))[0]).toBe(200)
  })
})
