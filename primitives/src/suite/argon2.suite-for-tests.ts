/**
 * @module What every Argon2id must do.
 */
import { argon2id as byNoble } from '@noble/hashes/argon2.js'
import { describe, expect, test } from 'vitest'
import type { Argon2id } from '#argon2.ts'
import { hex, text } from '#suite/bytes-for-tests.ts'

const password = text('password')
const salt = text('somesalt')
const cost = { memoryKib: 64, passes: 2, parallelism: 1, length: 32 }

export function describeArgon2(name: string, argon2id: Argon2id): void {
  describe(`Argon2id by ${name}`, () => {
    test('gives the vectors of the reference implementation', async () => {
      // phc-winner-argon2, test.c, version 0x13: m = 2^8 and t = 2, with one lane and with two.
      const costs = { memoryKib: 256, passes: 2, length: 32 }
      expect(hex(await argon2id(password, salt, { ...costs, parallelism: 1 }))).toBe(
        '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
      )
      expect(hex(await argon2id(password, salt, { ...costs, parallelism: 2 }))).toBe(
        '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
      )
    })

    test('is what noble calculates, for other lengths and costs too', async () => {
      for (const [memoryKib, passes, parallelism, length] of [
        [8, 1, 1, 4],
        [64, 3, 2, 64],
        [100, 1, 4, 100],
      ] as const) {
        const expected = byNoble(password, salt, {
          m: memoryKib,
          t: passes,
          p: parallelism,
          dkLen: length,
        })
        const made = await argon2id(password, salt, { memoryKib, passes, parallelism, length })
        expect(hex(made)).toBe(hex(expected))
        expect(made.constructor).toBe(Uint8Array)
      }
    })

    test('refuses costs and sizes that RFC 9106 does not allow', async () => {
      const wrong = [
        { ...cost, memoryKib: 7 },
        { ...cost, memoryKib: 15, parallelism: 2 },
        { ...cost, memoryKib: 2 ** 22 },
        { ...cost, passes: 0 },
        { ...cost, passes: 1.5 },
        { ...cost, parallelism: 0 },
        { ...cost, length: 3 },
        { ...cost, length: 1025 },
      ]
      for (const each of wrong) {
        await expect(argon2id(password, salt, each)).rejects.toThrow(RangeError)
      }
      await expect(argon2id(password, salt.subarray(1), cost)).rejects.toThrow(RangeError)
      await expect(argon2id(new Uint8Array(0), salt, cost)).rejects.toThrow(RangeError)
    })

    test('leaves password and salt as they were', async () => {
      const [p, s] = [password.slice(), salt.slice()]
      await argon2id(p, s, cost)
      expect([p, s]).toEqual([password, salt])
    })
  })
}
