import { argon2id } from '@sotto/primitives/argon2'
import { describe, expect, test } from 'vitest'
import { backupPassphrase, concatenate, gather, inPieces } from '#backup/backups-for-tests.ts'
import { headerBytes, newHeader, openHeader, splitHeader } from '#backup/header.ts'
import { refuses } from '#storage/contract.ts'
import { argon2Cost } from '#vault/argon2-cost.ts'
import { testDeps } from '#vault/vault-for-tests.ts'

const seed = Uint8Array.from({ length: 32 }, (_, at) => at)
const otherSeed = new Uint8Array(32)

test('a header that was written today is opened for ever, by the real Argon2id', async () => {
  const deps = testDeps('header', { argon2id })
  const { header, key } = await newHeader(deps, backupPassphrase, seed)
  expect(header.toHex()).toBe(
    '736f74746f206261636b757020310a0001000000000003018f601cabe5dca793923fa680931fe5e5e3496393a7b0a8a3bcbd3b2ccd33b853ddb835fdc6fa352d0a07ae18ae45b173',
  )
  expect(key.toHex()).toBe('c6c53f16499f18c1c04ba3f49a8ae61f1252e536bd023c262e0643997d24cc5c')
  expect(await openHeader(deps, header, backupPassphrase, seed)).toEqual({ header, key })
})

describe('a header', () => {
  test('says what it is, costs no less than a vault, and has another salt each time', async () => {
    const deps = testDeps('header')
    const one = await newHeader(deps, backupPassphrase, seed)
    const other = await newHeader(deps, backupPassphrase, seed)
    expect(new TextDecoder().decode(one.header.subarray(0, 15))).toBe('sotto backup 1\n')
    const view = new DataView(one.header.buffer)
    expect(view.getUint32(15)).toBe(argon2Cost.memoryKib)
    expect(view.getUint32(19)).toBe(argon2Cost.passes)
    expect(one.key).not.toEqual(other.key)
    expect(one.header.subarray(24, 40)).not.toEqual(other.header.subarray(24, 40))
  })

  test('opens with the passphrase and the words together, and with neither alone', async () => {
    const deps = testDeps('header')
    const { header, key } = await newHeader(deps, backupPassphrase, seed)
    expect((await openHeader(deps, header, backupPassphrase, seed)).key).toEqual(key)
    const wrong = [
      [backupPassphrase, otherSeed],
      ['not the passphrase', seed],
      ['', seed],
    ] as const
    for (const [passphrase, words] of wrong) {
      await refuses(() => openHeader(deps, header, passphrase, words), 'wrong-passphrase')
    }
  })

  test('with one bit changed opens with nothing', async () => {
    const deps = testDeps('header')
    const { header } = await newHeader(deps, backupPassphrase, seed)
    for (let at = 0; at < headerBytes; at++) {
      const changed = header.with(at, (header[at] ?? 0) ^ 1)
      const opened = openHeader(deps, changed, backupPassphrase, seed)
      await expect(opened).rejects.toMatchObject({
        code: at < 15 ? 'backup-damaged' : expect.stringMatching(/^(wrong-pass|backup-dam)/),
      })
    }
  })

  test('that asks for more memory than it may is refused before anything is computed', async () => {
    let asked = 0
    const deps = testDeps('header', {
      argon2id: async (_password, _salt, { length }) => {
        asked++
        return new Uint8Array(length)
      },
    })
    const { header } = await newHeader(deps, backupPassphrase, seed)
    asked = 0
    for (const at of [15, 19, 23]) {
      await refuses(
        () => openHeader(deps, header.with(at, 0xff), backupPassphrase, seed),
        'backup-damaged',
      )
    }
    expect(asked).toBe(0)
  })

  test('is split from what follows it, in whatever pieces it comes', async () => {
    const bytes = Uint8Array.from({ length: headerBytes + 100 }, (_, at) => at)
    for (const size of [1, 7, headerBytes, headerBytes + 1, 1000]) {
      const { header, rest } = await splitHeader(inPieces(bytes, size))
      expect(concatenate([header, await gather(rest)])).toEqual(bytes)
    }
    const short = bytes.subarray(0, headerBytes - 1)
    await refuses(() => splitHeader(inPieces(short)), 'backup-damaged')
  })
})
