import { describe, expect, test } from 'vitest'
import { diskError } from '#store/blobs/disk-error.ts'
import { StoreError } from '#store/store.ts'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, open '/srv/blobs/c0ffee'`), {
    code,
    path: '/srv/blobs/c0ffee',
  })
}

describe('The error of a disk', () => {
  test.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EMFILE', 'busy'],
    ['ENFILE', 'busy'],
    ['EIO', 'unusable'],
    ['EROFS', 'unusable'],
  ])('%s is %s, and loses its path', (code, expected) => {
    const error = diskError('store attachment', systemError(code))
    if (!(error instanceof StoreError)) throw new Error('No StoreError')
    expect([error.code, error.message, error.cause]).toEqual([
      expected,
      `Cannot store attachment: ${code}`,
      undefined,
    ])
  })

  test('is left alone when it is one already, or none of the system', () => {
    for (const error of [
      new StoreError('closed', 'Closed'),
      new TypeError('A mistake of ours'),
      'text',
    ]) {
      expect(diskError('read attachment', error)).toBe(error)
    }
  })
})
