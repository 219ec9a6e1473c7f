import { describe, expect, test } from 'vitest'
import { createReplays } from '#door/ohttp/replays.ts'
import { createKeyedHash } from '#guard/keyed-hash.ts'

const hash = createKeyedHash(new Uint8Array(8))
const key = (number: number): Uint8Array => {
  const bytes = new Uint8Array(32)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

describe('the memory for replays', () => {
  test('takes each request once, as long as its key is accepted', () => {
    const replays = createReplays({ hash, maxEntriesPerKey: 100 })
    expect(replays.isFirst(5, 5, key(1))).toBe(true)
    for (const now of [5, 5, 6, 6]) expect(replays.isFirst(5, now, key(1))).toBe(false)
    expect(replays.isFirst(5, 5, key(2))).toBe(true)
  })

  test('knows a request for a key of the next window when that has come, and one later', () => {
    const replays = createReplays({ hash, maxEntriesPerKey: 100 })
    expect(replays.isFirst(6, 5, key(1))).toBe(true)
    for (const now of [5, 6, 7]) expect(replays.isFirst(6, now, key(1))).toBe(false)
  })

  test('when full refuses nobody: the older half goes, the newer stays', () => {
    const replays = createReplays({ hash, maxEntriesPerKey: 100 })
    for (let number = 0; number < 150; number++) {
      expect(replays.isFirst(5, 5, key(number))).toBe(true)
    }
    for (let number = 101; number < 150; number++) {
      expect(replays.isFirst(5, 5, key(number))).toBe(false)
    }
    expect(replays.isFirst(5, 5, key(0))).toBe(true)
  })

  test('of one key is not filled by requests for another', () => {
    const replays = createReplays({ hash, maxEntriesPerKey: 10 })
    expect(replays.isFirst(5, 5, key(0))).toBe(true)
    for (let number = 1; number < 100; number++) replays.isFirst(6, 5, key(number))
    expect(replays.isFirst(5, 5, key(0))).toBe(false)
  })

  test('lets go of keys that are no more accepted', () => {
    const replays = createReplays({ hash, maxEntriesPerKey: 10 })
    replays.isFirst(5, 5, key(0))
    replays.isFirst(7, 7, key(1))
    expect(replays.isFirst(5, 7, key(0))).toBe(true)
  })
})
