import { describe, expect, test } from 'vitest'
import type { GatewayKey, KeyForm } from '#forward/gateway.ts'
import { createKeyCache } from '#forward/key-cache.ts'

function stage(
  settings: { readonly ttlSeconds?: number; readonly maxAgeSeconds?: number; fails?: boolean } = {},
) {
  let nowMillis = 1000
  const fetched: KeyForm[] = []
  const cache = createKeyCache({
    fetchKey: async (form): Promise<GatewayKey | undefined> => {
      fetched.push(form)
      if (settings.fails === true) return undefined
      return {
        body: new Uint8Array([fetched.length]),
        fingerprint: undefined,
        maxAgeSeconds: settings.maxAgeSeconds,
      }
    },
    ttlSeconds: settings.ttlSeconds ?? 300,
    nowMillis: () => nowMillis,
  })
  return { cache, fetched, settings, pass: (seconds: number) => (nowMillis += seconds * 1000) }
}

const number = async ({ cache }: ReturnType<typeof stage>) => (await cache.get('bare'))?.key.body[0]

describe('the copy of the key', () => {
  test('is kept for its time and then fetched again', async () => {
    const at = stage()
    expect(await number(at)).toBe(1)
    at.pass(299)
    expect(await number(at)).toBe(1)
    expect((await at.cache.get('bare'))?.maxAgeSeconds).toBe(1)
    at.pass(1)
    expect(await number(at)).toBe(2)
  })

  test('is kept for less where the gateway says so, and never for more', async () => {
    const short = stage({ maxAgeSeconds: 10 })
    await number(short)
    short.pass(10)
    expect(await number(short)).toBe(2)
    const long = stage({ maxAgeSeconds: 100_000 })
    await number(long)
    long.pass(300)
    expect(await number(long)).toBe(2)
  })

  test('is fetched each time where it may not be kept, but once for all who wait', async () => {
    const at = stage({ ttlSeconds: 0 })
    expect(await number(at)).toBe(1)
    expect(await number(at)).toBe(2)
    expect(await Promise.all([number(at), number(at), number(at)])).toEqual([3, 3, 3])
  })

  test('is fetched again when it is in doubt, but not for each doubt', async () => {
    const at = stage()
    await number(at)
    at.pass(4)
    at.cache.doubt()
    expect(await number(at)).toBe(1)
    at.pass(1)
    at.cache.doubt()
    expect(await number(at)).toBe(2)
    at.cache.doubt()
    expect(await number(at)).toBe(2)
  })

  test('is not there when it cannot be had, and asked for again the next time', async () => {
    const at = stage({ fails: true })
    expect(await number(at)).toBeUndefined()
    at.settings.fails = false
    expect(await number(at)).toBe(2)
  })
})
