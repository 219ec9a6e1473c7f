/**
 * @module Several messages at once, at a whole relay: over SQLite, through the gateway, read by who watches.
 */
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, text, unhex } from '#door/mobium/contract/person-for-tests.ts'
import { binaryPost, exchange } from '#door/ohttp/exchange-for-tests.ts'
import { bodyOf, padded, responseOf, textOf } from '#door/ohttp/served-for-tests.ts'
import { base64, drawToken } from '#door/vauchi/door-for-tests.ts'

const path = '/v2/send_many'
const lettersTo = (address: string, texts: readonly string[]) => ({
  address,
  ciphertexts: texts.map(base64),
})
const textsOf = (count: number): readonly string[] => Array.from({ length: count }, String)

/** What the owner of a key gives away. The test hashes for itself. */
function addressOf(key: string): string {
  return createHash('sha256').update('sotto/address/1').update(unhex(key)).digest('hex')
}

test('They are read in the order in which they were sent, what waits and what comes', async () => {
  await using relay = await startLive({ flags: { 'oblivious-per-minute': '1000' } })
  const key = draw()
  const letters = lettersTo(addressOf(key), textsOf(64))
  expect((await relay.post(path, letters)).json).toEqual({ status: 'ok', accepted: 64 })
  using owner = await arrive(relay, { caps: ['ack', 'watch', 'bin', 'addresses'] })
  owner.send({ type: 'watch', keys: [key] })
  const waiting = (await owner.take(65)).filter(({ type }) => type === 'envelope')
  expect(waiting.map(({ payload }) => payload)).toEqual(textsOf(64).map(text))
  await relay.post(path, letters)
  const coming = await owner.take(64)
  expect(coming.map(({ payload }) => payload)).toEqual(textsOf(64).map(text))
  expect(new Set([...waiting, ...coming].map(({ id }) => id)).size).toBe(128)
})

test('They share one commit', async () => {
  await using relay = await startLive({ flags: { 'oblivious-per-minute': '1000' } })
  // The first deposit of all reserves numbers.
  await relay.post(path, lettersTo(drawToken(), ['first']))
  const measured = async () => ({
    commits: await relay.metric('sotto_commit_batch_operations_count'),
    operations: await relay.metric('sotto_commit_batch_operations_sum'),
    stored: await relay.metric('sotto_messages_total{outcome="stored"}'),
  })
  const before = await measured()
  await relay.post(path, lettersTo(drawToken(), textsOf(64)))
  const after = await measured()
  expect(after).toEqual({
    commits: before.commits + 1,
    operations: before.operations + 64,
    stored: before.stored + 64,
  })
})

test('None is stored behind one that has no room', async () => {
  await using relay = await startLive({ flags: { 'oblivious-max-bytes': '10' } })
  const address = drawToken()
  const answer = await relay.post(path, lettersTo(address, ['12345', '123456', '1', '']))
  expect(answer.json).toEqual({ status: 'ok', accepted: 1, full: true })
  expect(await relay.stored()).toBe(1)
  // The small one would have found room, and does now.
  expect((await relay.post(path, lettersTo(address, ['1']))).json).toEqual({
    status: 'ok',
    accepted: 1,
  })
})

test('They come sealed by binary HTTP, and in no envelope of Vauchi', async () => {
  await using relay = await startLive({ flags: { 'oblivious-max-blobs': '3' } })
  const address = drawToken()
  const ask = async (texts: readonly string[]) => {
    const request = binaryPost(path, lettersTo(address, texts))
    const answer = responseOf(await exchange(relay, request))
    const said: unknown = JSON.parse(textOf(answer))
    return [answer.status, said]
  }
  expect(await ask(['one', 'two'])).toEqual([200, { status: 'ok', accepted: 2 }])
  expect(await ask(['three', 'four'])).toEqual([200, { status: 'ok', accepted: 1, full: true }])
  const full = { status: 'error', error: 'quota exceeded for recipient' }
  expect(await ask(['four', 'five'])).toEqual([429, full])
  expect(await ask([])).toEqual([400, { status: 'error', error: 'invalid request' }])

  const action = { version: 2, action: 'send_many', ...lettersTo(drawToken(), ['one']) }
  expect(bodyOf(await exchange(relay, padded(action)))).toMatchObject({ status: 'error' })
  expect(await relay.stored()).toBe(3)
})
