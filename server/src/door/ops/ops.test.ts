import { describe, expect, test } from 'vitest'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

const token = 'ab'.repeat(32)

async function statusOf(relay: RunningRelay, path: string, init: RequestInit = {}) {
  return (await fetch(`http://127.0.0.1:${relay.opsPort}${path}`, init)).status
}

describe('The management port', () => {
  test('shows its metrics to whoever has the token, where there is one', async () => {
    await using relay = await RunningRelay.start({ flags: { 'metrics-token': 'seven words' } })
    expect(await statusOf(relay, '/metrics')).toBe(401)
    expect(await statusOf(relay, '/metrics', { headers: { authorization: 'Bearer no' } })).toBe(401)
    const headers = { authorization: 'Bearer seven words' }
    expect(await statusOf(relay, '/metrics', { headers })).toBe(200)
    expect(await statusOf(relay, '/readyz')).toBe(200)
  })

  test('knows nothing of /v2', async () => {
    await using relay = await RunningRelay.start()
    expect(await statusOf(relay, '/v2/health')).toBe(404)
  })

  test('answers /v2 as the other port does, where it is told to', async () => {
    await using relay = await RunningRelay.start({ flags: { 'oblivious-on-mgmt': 'true' } })
    const sent = await statusOf(relay, '/v2/send', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ recipient_id: token, ciphertext: 'aGk=' }),
    })
    expect(sent).toBe(200)
    const there = await relay.ask('POST', '/v2/fetch', { json: { mailbox_tokens: [token] } })
    expect(there.json).toMatchObject({ blobs: [{ ciphertext: 'aGk=' }] })
    expect(await statusOf(relay, '/v2/ohttp-key')).toBe(200)
    expect(await statusOf(relay, '/v1/keys/x')).toBe(404)
  })
})
