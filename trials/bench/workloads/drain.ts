/**
 * @module W4: many full mailboxes are drained at once. The clock runs from the first connection until every envelope has
 * been received and its acknowledgement written; afterwards a second look at the mailboxes must find nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from '#bench/accounts.ts'
import { runClosedLoop } from '#bench/load/closed-loop.ts'
import { GatewaySocket } from '#bench/load/gateway-socket.ts'
import { Histogram } from '#bench/load/histogram.ts'
import { sendRequest } from '#bench/load/requests.ts'
import { BenchRelay, contentBytes, relayDurability, type Rig } from '#bench/rig.ts'
import { percentiles } from '#bench/system.ts'

const fillInFlight = 256
const fillSeconds = 1800
const drainTimeoutMillis = 600_000
const stallMillis = 15_000
/** Acknowledgements are gathered before they are written. */
const emptyTimeoutMillis = 30_000
const secondLookMillis = 1000

export async function runDrain(rig: Rig): Promise<void> {
  const { report, options } = rig
  const { mailboxes, perMailbox } = options
  const total = mailboxes * perMailbox
  report.heading(`W4  drain ${mailboxes} mailboxes of ${perMailbox} envelopes`)
  await using relay = await BenchRelay.start(rig, { accounts: 1 + mailboxes })
  const [sender, ...owners] = relay.accounts
  if (sender === undefined) return
  await fill(rig, relay, sender, owners, perMailbox)
  const before = relay.usage()
  const drained = await drain(rig, relay, owners, perMailbox)
  const emptyAfterMillis = await untilEmpty(rig, relay)
  const after = relay.usage()
  const perSecond = drained.received / drained.seconds
  report.row({
    workload: 'W4',
    system: 'relay',
    load: `${mailboxes} x ${perMailbox}`,
    perSecond,
    failed: 0,
    ...percentiles(drained.perMailbox),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    writtenBytes: after.writtenBytes - before.writtenBytes,
    rssBytes: after.rssBytes,
    durability: relayDurability,
  })
  report.note(
    `all of it in ${drained.seconds.toFixed(2)} s; latencies are of whole mailboxes; ` +
      `the store was empty ${emptyAfterMillis.toFixed(0)} ms later`,
  )
  if (drained.received < total) {
    report.fault('W4', `${total - drained.received} of ${total} envelopes never came`)
  }
  if (drained.repeated > 0) report.fault('W4', `${drained.repeated} envelopes came twice`)
  if (drained.disordered > 0) report.fault('W4', `${drained.disordered} came out of order`)
  if (drained.lost > 0) report.fault('W4', `${drained.lost} sockets were closed by the relay`)
  const left = await secondLook(rig, relay, owners)
  if (left > 0) report.fault('W4', `${left} envelopes came again after they were acknowledged`)
  const text = `${perSecond.toFixed(0)}/s`
  report.target('W4', 'at least 50,000 envelopes/s', text, perSecond >= 50_000)
}

/** So many envelopes into each mailbox, each with its number in the first four bytes. */
export async function fill(
  rig: Rig,
  relay: BenchRelay,
  sender: Account,
  owners: readonly Account[],
  perMailbox: number,
): Promise<void> {
  const requests = owners.map(({ userId }) => sendRequest(sender.token, userId, contentBytes))
  let next = 0
  const total = owners.length * perMailbox
  const load = await runClosedLoop({
    ...relay.asSendSystem('relay', [sender], owners),
    inFlight: fillInFlight,
    next: () => {
      const request = next < total ? requests[next % owners.length] : undefined
      // One envelope of each mailbox after the other: a mailbox has at most one in flight.
      request?.bytes.writeUInt32BE(Math.floor(next / owners.length), request.contentAt)
      next++
      return request?.bytes
    },
    warmUpSeconds: 0,
    seconds: fillSeconds,
    signal: rig.signal,
  })
  if (load.answered !== total) {
    throw new Error(`Cannot fill mailboxes: ${load.answered} of ${total} sends were accepted`)
  }
  rig.report.note(
    `filled with ${total} envelopes at ${(total / load.seconds).toFixed(0)}/s, ${fillInFlight} in flight`,
  )
}

/** Resolves to how long the last acknowledgements took to reach the store. */
async function untilEmpty(rig: Rig, relay: BenchRelay): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < emptyTimeoutMillis) {
    if ((await relay.waiting()) === 0) return performance.now() - began
    await sleep(20, undefined, { signal: rig.signal })
  }
  rig.report.fault('W4', `${await relay.waiting()} envelopes are still in the store`)
  return emptyTimeoutMillis
}

interface Drained {
  readonly seconds: number
  readonly received: number
  readonly repeated: number
  readonly disordered: number
  readonly lost: number
  /** How long each mailbox took, from the start of all. */
  readonly perMailbox: Histogram
}

async function drain(
  rig: Rig,
  relay: BenchRelay,
  owners: readonly Account[],
  perMailbox: number,
): Promise<Drained> {
  const sockets: GatewaySocket[] = []
  const perMailboxTimes = new Histogram()
  const total = owners.length * perMailbox
  let received = 0
  let repeated = 0
  let disordered = 0
  let lost = 0
  let lastAt = performance.now()
  const began = lastAt
  const open = async ({ token }: Account): Promise<void> => {
    const seen = new Set<string>()
    let expected = 0
    const socket = await GatewaySocket.open(relay.port, token, true, {
      onEnvelope: ({ id, message }) => {
        if (seen.has(id)) return void repeated++
        seen.add(id)
        const { content } = message
        const number = new DataView(content.buffer, content.byteOffset, 4).getUint32(0)
        if (number !== expected) disordered++
        expected = number + 1
        received++
        lastAt = performance.now()
        if (seen.size === perMailbox) perMailboxTimes.record(lastAt - began)
      },
      onClose: () => void lost++,
    })
    sockets.push(socket)
  }
  try {
    await Promise.all(owners.map(open))
    while (received < total && performance.now() - began < drainTimeoutMillis) {
      if (performance.now() - lastAt > stallMillis) break
      await sleep(5, undefined, { signal: rig.signal })
    }
  } finally {
    for (const socket of sockets) socket.end()
  }
  const seconds = (lastAt - began) / 1000
  return { seconds, received, repeated, disordered, lost, perMailbox: perMailboxTimes }
}

async function secondLook(
  rig: Rig,
  relay: BenchRelay,
  owners: readonly Account[],
): Promise<number> {
  let found = 0
  const sockets = await Promise.all(
    owners.map(({ token }) =>
      GatewaySocket.open(relay.port, token, false, {
        onEnvelope: () => void found++,
        onClose: () => {},
      }),
    ),
  )
  await sleep(secondLookMillis, undefined, { signal: rig.signal })
  for (const socket of sockets) socket.end()
  return found
}
