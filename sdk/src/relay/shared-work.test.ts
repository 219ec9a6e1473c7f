import { expect, test } from 'vitest'
import { sharedWork } from '#relay/shared-work.ts'

function work() {
  const signals: AbortSignal[] = []
  const pending: PromiseWithResolvers<number>[] = []
  const share = sharedWork((signal) => {
    signals.push(signal)
    const next = Promise.withResolvers<number>()
    pending.push(next)
    return next.promise
  })
  return { signals, pending, share }
}

test('is done once for all who want it at the same time, and anew afterwards', async () => {
  const { pending, share } = work()
  const results = [share(new AbortController().signal), share(new AbortController().signal)]
  expect(pending).toHaveLength(1)
  pending[0]?.resolve(7)
  expect(await Promise.all(results)).toEqual([7, 7])
  void share(new AbortController().signal)
  expect(pending).toHaveLength(2)
})

test('fails for all who want it, and is tried again by the next', async () => {
  const { pending, share } = work()
  const results = [share(new AbortController().signal), share(new AbortController().signal)]
  const error = new Error('no')
  pending[0]?.reject(error)
  const failed = { status: 'rejected', reason: error }
  expect(await Promise.allSettled(results)).toEqual([failed, failed])
  void share(new AbortController().signal)
  expect(pending).toHaveLength(2)
})

test('goes on while one still waits, and ends with the last', async () => {
  const { pending, share, signals } = work()
  const [first, second] = [new AbortController(), new AbortController()]
  const results = [share(first.signal), share(second.signal)]
  first.abort('enough')
  await expect(results[0]).rejects.toBe('enough')
  expect(signals[0]?.aborted).toBe(false)
  second.abort('of it')
  await expect(results[1]).rejects.toBe('of it')
  expect(signals[0]?.aborted).toBe(true)
  // Whoever comes now does not get what was given up.
  const third = share(new AbortController().signal)
  expect(pending).toHaveLength(2)
  pending[0]?.reject(new Error('late'))
  pending[1]?.resolve(3)
  expect(await third).toBe(3)
})

test('is not begun for who has given up before', async () => {
  const { pending, share } = work()
  await expect(share(AbortSignal.abort('before'))).rejects.toBe('before')
  expect(pending).toHaveLength(0)
})

test('ends when its own beginning makes the only caller give up', async () => {
  const controller = new AbortController()
  const share = sharedWork((signal) => {
    controller.abort('enough')
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('ended')))
    })
  })
  await expect(share(controller.signal)).rejects.toBe('enough')
})
