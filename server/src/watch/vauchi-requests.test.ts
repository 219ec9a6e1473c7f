import { expect, test } from 'vitest'
import { createMetrics } from '#watch/metrics.ts'
import { samplesOf } from '#watch/samples-for-tests.ts'
import { createVauchiRequests } from '#watch/vauchi-requests.ts'

const counters = {
  received: 'relay_messages_received_total',
  rejected: 'relay_messages_rejected_total',
  limited: 'relay_rate_limited_total',
  timed: 'relay_message_duration_seconds_count',
}

const requests: readonly (readonly [
  what: string,
  method: string,
  route: string,
  status: number,
  counts: readonly (keyof typeof counters)[],
])[] = [
  ['a POST that was accepted', 'POST', '/v2/recovery/store', 200, ['received', 'timed']],
  ['one that was refused', 'POST', '/v2/send', 400, ['rejected', 'timed']],
  ['one too many', 'POST', '/v2/send', 429, ['rejected', 'limited', 'timed']],
  ['one for no route', 'POST', '/v2/*', 404, ['rejected', 'timed']],
  ['one that failed here is our own fault', 'POST', '/v2/send', 507, ['timed']],
  ['a seal that was opened counts by what was in it', 'POST', '/v2/ohttp', 200, []],
  ['a seal that was not opened', 'POST', '/v2/ohttp', 400, ['rejected', 'timed']],
  ['a probe is no message', 'GET', '/v2/health', 200, []],
  ['nor is what other doors do', 'POST', '/v1/messages/{recipientId}', 429, []],
]

for (const [what, method, route, status, counts] of requests) {
  test(`${what}: ${counts.join(', ')}`, async () => {
    const metrics = createMetrics()
    createVauchiRequests(metrics.instruments)(method, route, status, 3)
    const samples = samplesOf(await metrics.text())
    for (const [key, name] of Object.entries(counters)) {
      expect(`${key} ${samples.get(name)}`).toBe(
        `${key} ${counts.some((each) => each === key) ? 1 : 0}`,
      )
    }
  })
}
