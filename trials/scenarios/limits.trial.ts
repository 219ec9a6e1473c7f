/**
 * @module Rate limits, seen from outside. The trial stands on loopback, which is a trusted proxy by default, so it can say
 * whom it speaks for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStage, raw, type Stage } from '#scenarios/stage.ts'

const limits = [
  ...['--rate-limit-per-second', '1', '--rate-limit-burst', '2'],
  ...['--auth-rate-limit-per-second', '1', '--auth-rate-limit-burst', '2'],
]
const enough = 1100

describe.each(['bun', 'node'] as const)('limits on %s', (runtime) => {
  let stage: Stage

  beforeAll(async () => {
    stage = await openStage(runtime, [], limits)
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  const ask = async (address: string, path = `/v1/keys/${crypto.randomUUID()}`) =>
    await raw(stage, path, { headers: { 'x-forwarded-for': address } })
  const statuses = async (addresses: readonly string[]): Promise<readonly number[]> => {
    const answers: number[] = []
    for (const address of addresses) answers.push((await ask(address)).status)
    return answers
  }

  test('each address has its own bucket, which fills again', async () => {
    expect(await statuses(['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2'])).toEqual([
      404, 404, 429, 404,
    ])
    await sleep(enough)
    expect(await statuses(['1.1.1.1', '1.1.1.1'])).toEqual([404, 429])
  })

  test('a refusal says when to come again', async () => {
    await statuses(['3.3.3.3', '3.3.3.3'])
    const refused = await ask('3.3.3.3')
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(JSON.parse(refused.text)).toEqual({ error: expect.any(String) })
  })

  test('what a client writes on the left of its address changes nothing', async () => {
    const spoofed = ['9.9.9.9, 4.4.4.4', '8.8.8.8, 4.4.4.4', 'nonsense, 4.4.4.4', '9.9.9.9']
    expect(await statuses(spoofed)).toEqual([404, 404, 429, 404])
  })

  test('the tier of the accounts is apart from the rest', async () => {
    const login = async () => {
      const headers = { 'x-forwarded-for': '5.5.5.5', 'content-type': 'application/json' }
      const body = JSON.stringify({ username: 'nobody', password: 'nothing' })
      return (await raw(stage, '/v1/sessions', { method: 'POST', headers, body })).status
    }
    expect([await login(), await login(), await login()]).toEqual([401, 401, 429])
    expect((await ask('5.5.5.5')).status).toBe(404)
  })

  test('twenty addresses at once all pass', async () => {
    const addresses = Array.from({ length: 20 }, (_, i) => `7.7.7.${i}`)
    const answers = await Promise.all(addresses.map(async (address) => await ask(address)))
    expect(answers.map(({ status }) => status)).toEqual(addresses.map(() => 404))
  })

  test('the API document and unknown paths are not limited', async () => {
    const paths = Array.from({ length: 5 }, () => '/openapi.yaml')
    const answers = await Promise.all(paths.map(async (path) => await ask('6.6.6.6', path)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect((await ask('6.6.6.6', '/v1/nowhere')).status).toBe(404)
  })
})
