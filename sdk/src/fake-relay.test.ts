import { openPrimitives } from '@sotto/primitives/provider'
import { expect, test } from 'vitest'
import { isSottoError } from '#errors.ts'
import { FakeRelay, type Mischief } from '#fake-relay.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'

const primitives = await openPrimitives()
const never = new AbortController().signal
const address = new Uint8Array(32).fill(1)
const payloads = [1, 2, 3].map((byte) => Uint8Array.of(byte))

function open(mischief: Mischief = {}) {
  const relay = new FakeRelay(primitives, new FakeClock(), fakeRandomness('relay'))
  relay.mischief = mischief
  const waiting = () => relay.waitingAt(address.toHex()).map(({ payload }) => payload[0])
  return { relay, waiting, deposits: relay.deposits() }
}

test('several messages are stored in their order', async () => {
  const { deposits, waiting } = open()
  const outcome = await deposits.sendMany(address, payloads, never)
  expect([outcome, waiting()]).toEqual([{ kind: 'all', accepted: 3 }, [1, 2, 3]])
})

test('a mailbox takes those from the front that it has room for', async () => {
  const { deposits, relay, waiting } = open()
  relay.maxWaiting = 2
  const send = () => deposits.sendMany(address, payloads, never)
  expect(await send()).toEqual({ kind: 'mailbox-full', accepted: 2 })
  expect(await send()).toEqual({ kind: 'mailbox-full', accepted: 0 })
  expect(await deposits.send(address, Uint8Array.of(4), never)).toEqual({ kind: 'mailbox-full' })
  expect(waiting()).toEqual([1, 2])
})

test('what fits into one request is taken, and no more', async () => {
  const { deposits } = open()
  const large = [new Uint8Array(32_768), new Uint8Array(32_768)]
  expect(await deposits.sendMany(address, large, never)).toEqual({ kind: 'all', accepted: 1 })
})

test.each([
  ['loses the request', { losesRequest: () => true }, []],
  ['loses the answer', { losesAnswer: () => true }, [1, 2, 3]],
] as const)('a network that %s does so with all of them', async (_, mischief, stored) => {
  const { deposits, waiting } = open(mischief)
  const sent = deposits.sendMany(address, payloads, never)
  expect(await sent.catch((error: unknown) => isSottoError(error, 'offline'))).toBe(true)
  expect(waiting()).toEqual(stored)
})

test('a request that is handed in twice is stored twice', async () => {
  const { deposits, waiting } = open({ duplicates: () => true })
  await deposits.sendMany(address, payloads, never)
  expect(waiting()).toEqual([1, 2, 3, 1, 2, 3])
})
