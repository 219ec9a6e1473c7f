/**
 * @module What all mailboxes of this door hold together has a bound: whoever draws tokens cannot fill the disk.
 */
import { describe, expect, test } from 'vitest'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { binaryPost, exchange } from '#door/ohttp/exchange-for-tests.ts'
import { bodyOf, padded, responseOf, textOf } from '#door/ohttp/served-for-tests.ts'
import { base64, drawToken, OpenDoor } from '#door/vauchi/door-for-tests.ts'
import { envelopeOverheadBytes } from '#store/store.ts'

const full = { status: 'error', error: 'storage full' }
const text = 'ten bytes.'
const roomFor = (count: number): number => count * (text.length + envelopeOverheadBytes)
const letterTo = (recipient_id: string) => ({ recipient_id, ciphertext: base64(text) })

describe('All mailboxes together', () => {
  const open = () => OpenDoor.open({ deposits: { maxTotalBytes: roomFor(2), ttlMillis: 60_000 } })
  const send = (door: OpenDoor, token: string) => door.post('/v2/send', letterTo(token))

  test('refuse what is beyond their bound with 507, and keep nothing of it', async () => {
    await using door = await open()
    const [one, other] = [drawToken(), drawToken()]
    for (const token of [one, other]) expect((await send(door, token)).status).toBe(200)
    for (const token of [one, other, drawToken()]) {
      const refused = await send(door, token)
      expect([refused.status, refused.body]).toEqual([507, full])
      expect(refused.headers.get('retry-after')).toBe('60')
      expect(refused.headers.get('cache-control')).toBe('no-store')
    }
    expect(await door.texts(one, other)).toEqual([text, text])
    expect(door.lines.filter((line) => line.includes('message.refused'))).toHaveLength(3)
  })

  test('have room again when a message is acknowledged', async () => {
    await using door = await open()
    const token = drawToken()
    const id = await door.send(token, text)
    await door.send(token, text)
    expect((await send(door, drawToken())).status).toBe(507)
    await door.post('/v2/ack', { recipient_id: token, blob_id: id })
    expect((await send(door, drawToken())).status).toBe(200)
    expect((await send(door, drawToken())).status).toBe(507)
  })

  test('have room again when messages expired that nobody fetched', async () => {
    await using door = await open()
    for (const token of [drawToken(), drawToken()]) await door.send(token, text)
    expect((await send(door, drawToken())).status).toBe(507)
    door.nowMillis += 60_000
    expect((await send(door, drawToken())).status).toBe(200)
    expect((await send(door, drawToken())).status).toBe(200)
    expect((await send(door, drawToken())).status).toBe(507)
  })

  test('hold the bound when many send at the same time', async () => {
    await using door = await open()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(door, drawToken())))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2)
    expect(answers.filter(({ status }) => status === 507)).toHaveLength(18)
  })
})

test('A whole relay holds it for what comes in clear and for what comes sealed, in either form', async () => {
  await using relay = await RunningRelay.start({
    flags: { 'oblivious-max-total-bytes': String(roomFor(3)) },
  })
  const envelope = async () =>
    bodyOf(await exchange(relay, padded({ version: 2, action: 'send', ...letterTo(drawToken()) })))
  const binary = async () =>
    responseOf(await exchange(relay, binaryPost('/v2/send', letterTo(drawToken()))))
  const direct = () => relay.post('/v2/send', letterTo(drawToken()))

  expect(await envelope()).toMatchObject({ status: 'ok' })
  expect((await binary()).status).toBe(200)
  expect((await direct()).status).toBe(200)
  expect(await envelope()).toEqual(full)
  const refused = await binary()
  expect([refused.status, JSON.parse(textOf(refused))]).toEqual([507, full])
  expect((await direct()).status).toBe(507)
  const { text: metrics } = await relay.askOps('/metrics')
  expect(metrics).toContain('sotto_envelopes_waiting 3')
  expect(metrics).toContain('sotto_messages_total{outcome="storage-full"} 3')
})
