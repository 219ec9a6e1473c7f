/**
 * @module `logins`: everybody comes back at once, as after a restart of the relay, and something waits for each of them.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LiveRelay } from '#bench/live-rig.ts'
import { livePerson } from '#bench/live-people.ts'
import { Histogram } from '#bench/load/histogram.ts'
import { LiveSocket } from '#bench/load/live-socket.ts'
import type { Rig } from '#bench/rig.ts'
import { percentiles } from '#bench/system.ts'

const people = 5000
const waitingEach = 10
const atOnce = 128
const wantedSeconds = 10
const arrivalTimeoutMillis = 10_000

export async function runLogins(rig: Rig): Promise<void> {
  const { report, signal } = rig
  report.heading(`logins  ${people} at once, ${waitingEach} messages of 1 KB waiting for each`)
  await using relay = await LiveRelay.start(rig, { people, waitingEach })
  const identities = Array.from({ length: people }, (_, i) => livePerson(i))
  const welcomes = new Histogram()
  const sockets: LiveSocket[] = []
  let frames = 0
  let lost = 0
  let failed = 0
  let next = 0
  const enter = async (index: number): Promise<void> => {
    const identity = identities[index]
    if (identity === undefined) return
    const began = performance.now()
    const handler = { onFrame: () => void frames++, onClose: () => void lost++ }
    const socket = await LiveSocket.open(relay.port, handler)
    sockets.push(socket)
    // Half of them are original clients, who are welcomed behind what waited.
    const isOurs = index % 2 === 0
    await socket.logIn(identity, isOurs ? 'bin' : 'array', isOurs ? ['bin', 'ack'] : [])
    welcomes.record(performance.now() - began)
  }
  const enterOneAfterAnother = async (): Promise<void> => {
    while (next < people) {
      signal.throwIfAborted()
      await enter(next++).catch(() => void failed++)
    }
  }
  const before = relay.usage()
  const began = performance.now()
  await Promise.all(Array.from({ length: atOnce }, enterOneAfterAnother))
  const seconds = (performance.now() - began) / 1000
  const wanted = people * waitingEach
  const deadline = performance.now() + arrivalTimeoutMillis
  while (frames < wanted && performance.now() < deadline) await sleep(10, undefined, { signal })
  const after = relay.usage()
  report.row({
    workload: 'logins',
    system: 'relay',
    load: `${atOnce} in flight`,
    perSecond: people / seconds,
    failed,
    ...percentiles(welcomes),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    writtenBytes: after.writtenBytes - before.writtenBytes,
    rssBytes: after.rssBytes,
    durability: 'known before welcomed',
  })
  for (const socket of sockets) socket.end()
  if (frames < wanted) report.fault('logins', `${wanted - frames} of ${wanted} messages never came`)
  if (lost > 0) report.fault('logins', `${lost} sockets were closed by the relay`)
  const text = `${seconds.toFixed(1)} s`
  report.target('logins', `${people} welcomed in 10 s`, text, seconds <= wantedSeconds)
}
