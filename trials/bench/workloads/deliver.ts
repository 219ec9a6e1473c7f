/**
 * @module W2: send, receive, acknowledge. Requests arrive at a fixed rate; every envelope carries the time at which its
 * request was due, and its latency ends when the recipient's socket has it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { GatewaySocket } from '#bench/load/gateway-socket.ts'
import { Histogram } from '#bench/load/histogram.ts'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { runOpenLoop } from '#bench/load/open-loop.ts'
import { inRandomOrder, sendRequest } from '#bench/load/requests.ts'
import { BenchRelay, contentBytes, relayDurability, type Rig } from '#bench/rig.ts'
import { toRow } from '#bench/system.ts'

const rates = [1000, 5000] as const
const senders = 32
const receivers = 100
const arrivalTimeoutMillis = 10_000

export async function runDeliver(rig: Rig): Promise<void> {
  rig.report.heading(
    'W2  send, receive, acknowledge at a fixed rate, from the moment a request was due',
  )
  await using relay = await BenchRelay.start(rig, { accounts: senders + receivers })
  for (const rate of rates) await deliverAt(rig, relay, rate)
}

async function deliverAt(rig: Rig, relay: BenchRelay, ratePerSecond: number): Promise<void> {
  const { report, options, signal } = rig
  const seen = new Set<string>()
  const delivery = new Histogram()
  const sockets: GatewaySocket[] = []
  let measureFrom = Number.POSITIVE_INFINITY
  let repeated = 0
  let lost = 0
  const onEnvelope = ({ id, message }: Parameters<GatewayHandler>[0]): void => {
    if (seen.has(id)) repeated++
    seen.add(id)
    const { content } = message
    const due = new DataView(content.buffer, content.byteOffset, 8).getFloat64(0)
    if (due >= measureFrom) delivery.record(performance.now() - due)
  }
  try {
    for (const { token } of relay.accounts.slice(senders, senders + receivers)) {
      const onClose = (): void => void lost++
      sockets.push(await GatewaySocket.open(relay.port, token, true, { onEnvelope, onClose }))
    }
    const requests = relay.accounts
      .slice(0, senders)
      .flatMap((sender) =>
        relay.accounts
          .slice(senders, senders + receivers)
          .map((receiver) => sendRequest(sender.token, receiver.userId, contentBytes)),
      )
    const choose = inRandomOrder(requests)
    const before = relay.usage()
    let sent = 0
    const warmUpSeconds = 1
    const result = await runOpenLoop({
      port: relay.port,
      connections: senders,
      createReader: () => new HttpReplyReader(),
      next: (due) => {
        if (sent++ === 0) measureFrom = due + warmUpSeconds * 1000
        const { bytes, contentAt } = choose()
        bytes.writeDoubleBE(due, contentAt)
        return bytes
      },
      ratePerSecond,
      warmUpSeconds,
      seconds: options.seconds,
      signal,
    })
    const deadline = performance.now() + arrivalTimeoutMillis
    while (seen.size < sent && performance.now() < deadline) await sleep(10, undefined, { signal })
    const load = `${ratePerSecond}/s`
    const relayed = { name: 'relay', durability: relayDurability, usage: () => relay.usage() }
    report.row(toRow({ ...relayed, name: 'answered' }, 'W2', load, result, before))
    const arrived = { ...result, latencies: delivery, answered: delivery.count, failed: 0 }
    const row = toRow({ ...relayed, name: 'received' }, 'W2', load, arrived, before)
    report.row(row)
    report.note(
      `the generator itself was late by p50 ${result.lateness.percentileMillis(0.5).toFixed(2)} ms, ` +
        `p99 ${result.lateness.percentileMillis(0.99).toFixed(2)} ms, which is in the figures`,
    )
    if (seen.size < sent) report.fault('W2', `${sent - seen.size} of ${sent} envelopes never came`)
    if (repeated > 0) report.fault('W2', `${repeated} envelopes came twice on a live socket`)
    if (lost > 0) report.fault('W2', `${lost} sockets were closed by the relay`)
    if (ratePerSecond !== 5000) return
    const { p50Millis: p50, p99Millis: p99 } = row
    report.target('W2', 'p50 at most 2 ms at 5,000/s', `${p50.toFixed(2)} ms`, p50 <= 2)
    report.target('W2', 'p99 at most 10 ms at 5,000/s', `${p99.toFixed(2)} ms`, p99 <= 10)
  } finally {
    for (const socket of sockets) socket.end()
  }
}

type GatewayHandler = Parameters<typeof GatewaySocket.open>[3]['onEnvelope']
