import { argon2id } from '@sotto/primitives/argon2'
import type { Argon2Cost, Argon2id } from '@sotto/primitives/argon2'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSottoError } from '#errors.ts'
import { refuses } from '#storage/contract.ts'
import { argon2Cost } from '#vault/argon2-cost.ts'
import { unwrapDataKey, wrapDataKey } from '#vault/header.ts'
import { passphrase, primitives, testDeps } from '#vault/vault-for-tests.ts'

const dataKey = Uint8Array.from({ length: 32 }, (_, at) => at)

test('a header that was written today is opened for ever, by the real Argon2id', async () => {
  const deps = testDeps('header', { argon2id })
  const header = await wrapDataKey(deps, dataKey, passphrase)
  expect(header.toHex()).toBe(
    '010001000000000003018f601cabe5dca793923fa680931fe5e58d9b18f9dd064da7' +
      '42800c5a0997e3595c225567d0dd6fc480e66e44d6bb02c53b221c493aca0587893b9afea6d60595',
  )
  expect(await unwrapDataKey(deps, header, passphrase)).toEqual(dataKey)
})

test('the passphrase costs 64 MiB and three passes', async () => {
  const costs: Argon2Cost[] = []
  const noting: Argon2id = async (_password, salt, cost) => {
    costs.push(cost)
    expect(salt.length).toBe(16)
    return new Uint8Array(cost.length)
  }
  const deps = testDeps('cost', { argon2id: noting })
  await unwrapDataKey(deps, await wrapDataKey(deps, dataKey, passphrase), passphrase)
  const cost = { memoryKib: 65_536, passes: 3, parallelism: 1, length: 32 }
  expect(costs).toEqual([cost, cost])
  expect(argon2Cost).toEqual(cost)
})

test('every wrapping has a salt of its own', async () => {
  const deps = testDeps('salts')
  const headers = await Promise.all(
    Array.from({ length: 20 }, () => wrapDataKey(deps, dataKey, passphrase)),
  )
  expect(new Set(headers.map((header) => header.subarray(10, 26).toHex())).size).toBe(20)
})

describe('a passphrase', () => {
  const deps = testDeps('passphrases')
  const opens = async (set: string, typed: string): Promise<boolean> => {
    const header = await wrapDataKey(deps, dataKey, set)
    try {
      return (await unwrapDataKey(deps, header, typed)).length === 32
    } catch (error) {
      if (isSottoError(error, 'wrong-passphrase')) return false
      throw error
    }
  }

  test('opens what it was set for, in whatever form of Unicode it is typed', async () => {
    expect(await opens('Zoë’s cafe\u0301 ﬁne Ⅻ', 'Zoe\u0308’s caf\u00e9 fine XII')).toBe(true)
    expect(await opens('naïve ångström', 'nai\u0308ve a\u030angstro\u0308m')).toBe(true)
  })

  test.each(['Correct horse battery', 'correct horse battery ', 'correct horse batter', 'x', ''])(
    'that is another opens nothing: %j',
    async (typed) => {
      expect(await opens(passphrase, typed)).toBe(false)
    },
  )

  test('that is longer than any can be opens nothing, and is not hashed', async () => {
    const header = await wrapDataKey(deps, dataKey, passphrase)
    const never: Argon2id = () => Promise.reject(new Error('was asked'))
    const unwrap = (): Promise<Uint8Array> =>
      unwrapDataKey({ primitives, argon2id: never }, header, 'x'.repeat(2_000_000))
    await refuses(unwrap, 'wrong-passphrase')
  })
})

describe('a hostile header', () => {
  const deps = testDeps('hostile')

  test('does not open when any bit of it is changed', async () => {
    const header = await wrapDataKey(deps, dataKey, passphrase)
    for (const at of header.keys()) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Uint8Array.from(header)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        const outcome = await unwrapDataKey(deps, changed, passphrase).catch(
          (error: unknown) => error,
        )
        expect(['wrong-passphrase', 'profile-damaged']).toContain(
          isSottoError(outcome) ? outcome.code : outcome,
        )
      }
    }
  })

  test('is damaged when it is missing, cut, longer, of another version or of chance', async () => {
    const header = await wrapDataKey(deps, dataKey, passphrase)
    const wrong = [undefined, Uint8Array.of(...header, 0), header.with(0, 2), header.with(0, 0)]
    for (let length = 0; length < header.length; length++) wrong.push(header.slice(0, length))
    for (const each of wrong) {
      await refuses(() => unwrapDataKey(deps, each, passphrase), 'profile-damaged')
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), (bytes) =>
        refuses(() => unwrapDataKey(deps, bytes, passphrase), 'profile-damaged'),
      ),
    )
  })

  test.each<[what: string, memoryKib: number, passes: number, parallelism: number]>([
    ['100 GB of memory', 100_000_000, 3, 1],
    ['more than 256 MiB', 256 * 1024 + 1, 3, 1],
    ['less memory than there is', 7, 3, 1],
    ['less memory than its lanes need', 31, 3, 4],
    ['four billion passes', 65_536, 0xffffffff, 1],
    ['17 passes', 65_536, 17, 1],
    ['no pass', 65_536, 0, 1],
    ['no lane', 65_536, 3, 0],
    ['five lanes', 65_536, 3, 5],
  ])('may not ask for %s', async (_, memoryKib, passes, parallelism) => {
    const asked: Argon2Cost[] = []
    const noting: Argon2id = async (_password, _salt, cost) => {
      asked.push(cost)
      return new Uint8Array(cost.length)
    }
    const header = await asking(memoryKib, passes, parallelism)
    const hostile = { primitives, argon2id: noting }
    await refuses(() => unwrapDataKey(hostile, header, passphrase), 'profile-damaged')
    expect(asked).toEqual([])
  })

  test.each([
    [256 * 1024, 16, 4],
    [8, 1, 1],
    [32, 1, 4],
  ])('may ask for %d KiB, %d passes and %d lanes', async (memoryKib, passes, parallelism) => {
    const header = await asking(memoryKib, passes, parallelism)
    await refuses(() => unwrapDataKey(deps, header, passphrase), 'wrong-passphrase')
  })

  async function asking(
    memoryKib: number,
    passes: number,
    parallelism: number,
  ): Promise<Uint8Array> {
    const header = await wrapDataKey(deps, dataKey, passphrase)
    const view = new DataView(header.buffer)
    view.setUint32(1, memoryKib)
    view.setUint32(5, passes)
    view.setUint8(9, parallelism)
    return header
  }
})
