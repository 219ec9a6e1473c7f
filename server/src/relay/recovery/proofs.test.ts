import { describe, expect, test } from 'vitest'
import { expireProofs } from '#relay/recovery/proofs.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const now = 1_800_000_000_000
const clock = { now: () => now }

async function withExpired(count: number) {
  const { recovery } = openMemoryStore()
  for (let i = 0; i < count; i++) {
    const hash = new Uint8Array(32)
    new DataView(hash.buffer).setUint32(0, i)
    await recovery.put({ hash, data: new Uint8Array(), expiresAtMillis: now })
  }
  return recovery
}

describe('Expired recovery proofs', () => {
  test('go all, however many there are', async () => {
    const recovery = await withExpired(1200)
    expect(await expireProofs(recovery, clock, new AbortController().signal)).toBe(1200)
  })

  test('stay where they are when the sweep was called off', async () => {
    const recovery = await withExpired(3)
    expect(await expireProofs(recovery, clock, AbortSignal.abort())).toBe(0)
    expect(await recovery.expire(now, 10)).toBe(3)
  })
})
