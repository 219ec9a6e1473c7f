/**
 * @module What the events of the hot path cost while their lines are off: `bun server/src/watch/events.bench.ts`, and the
 * same with node. Each must stay well under a microsecond.
 */
import process from 'node:process'
import { createEvents } from '#watch/events.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

const stepsPerRound = 100_000

const log = createLog({ format: 'json', level: 'info', now: Date.now, write: () => true })
const events = createEvents({ log, metrics: createMetrics(), now: Date.now })

const steps: Readonly<Record<string, () => void>> = {
  messageStored: () => events.messageStored(0),
  requestAnswered: () => events.requestAnswered('POST', '/v1/messages/{recipientId}', 201, 1.3),
  committed: () => events.committed(17, 1.3),
  delivered: () => events.delivered(3),
  acknowledged: () => events.acknowledged(3),
  rateLimited: () => events.rateLimited('standard'),
}

for (const [name, step] of Object.entries(steps)) {
  let nanos = Number.POSITIVE_INFINITY
  // The best of some rounds: the others were disturbed by something else on the machine.
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < stepsPerRound; i++) step()
    nanos = Math.min(nanos, ((performance.now() - startedAt) * 1e6) / stepsPerRound)
  }
  process.stdout.write(`${name.padEnd(16)} ${nanos.toFixed(0).padStart(5)} ns\n`)
}
