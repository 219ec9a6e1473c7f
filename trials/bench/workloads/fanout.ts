/**
 * @module W3: one message to a channel whose members are all online, and what it costs on disk when they are not.
 */
import { fileURLToPath } from 'node:url'
import { LiveRelay, Speaker } from '#bench/live-rig.ts'
import { relayDurability, type Rig } from '#bench/rig.ts'
import type { FanoutResult } from '#bench/workloads/fanout-members.ts'

const memberCounts = [10, 100, 1000] as const
const most = 1000
const maxWriters = 16
const wantedPerSecond = 150_000
const offlineTolerance = 1.5
const script = fileURLToPath(new URL('./fanout-members.ts', import.meta.url))

export async function runFanout(rig: Rig): Promise<void> {
  const { report } = rig
  report.heading('W3  one message to a channel, 1 KB, durable before it goes out: deliveries')
  for (const members of memberCounts) {
    const name = `of ${members}`
    const seed = { people: members, channels: { [name]: members } }
    await using relay = await LiveRelay.start(rig, seed)
    await using speaker = await gather(relay, name, members)
    await deliver(rig, relay, speaker, { members, writers: 1 })
    const { perSecond } = await deliver(rig, relay, speaker, {
      members,
      writers: Math.min(maxWriters, members),
    })
    if (members !== most) continue
    const text = `${perSecond.toFixed(0)}/s`
    const wanted = `at least 150,000 deliveries/s to ${most} members`
    report.target('W3', wanted, text, perSecond >= wantedPerSecond)
  }
  await judgeOffline(rig)
}

async function gather(relay: LiveRelay, channel: string, members: number): Promise<Speaker> {
  const speaker = await Speaker.start(script, String(relay.port), channel, String(members))
  await speaker.answer()
  // Code that has not run yet is slow.
  speaker.tell('go 1 2')
  await speaker.answer()
  return speaker
}

interface Load {
  /** Who are online. */
  readonly members: number
  readonly writers: number
  readonly system?: string
}

async function deliver(
  rig: Rig,
  relay: LiveRelay,
  speaker: Speaker,
  { members, writers, system = 'relay' }: Load,
): Promise<{ readonly perSecond: number; readonly writtenEach: number }> {
  const { report, options } = rig
  const before = relay.usage()
  speaker.tell(`go ${options.seconds} ${writers}`)
  // The script prints what `FanoutResult` says.
  const result = JSON.parse(await speaker.answer()) as FanoutResult
  const after = relay.usage()
  const perSecond = result.delivered / result.seconds
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const writtenBytes = after.writtenBytes - before.writtenBytes
  const { p50Millis, p99Millis, p999Millis } = result
  report.row({
    workload: 'W3',
    system,
    load: `${members} on, ${writers} write`,
    perSecond,
    failed: result.missing,
    ...{ p50Millis, p99Millis, p999Millis, cpuSeconds, writtenBytes },
    rssBytes: after.rssBytes,
    durability: relayDurability,
  })
  const messages = Math.max(result.messages, 1)
  report.note(
    `${(result.messages / result.seconds).toFixed(0)} messages/s; ` +
      `${((cpuSeconds * 1e6) / messages).toFixed(0)} µs of CPU a message, ` +
      `${((cpuSeconds * 1e6) / messages / (members - 1)).toFixed(1)} µs a delivery`,
  )
  if (result.lost > 0) report.fault('W3', `${result.lost} sockets were closed by the relay`)
  return { perSecond, writtenEach: writtenBytes / messages }
}

/** The same two people online, in a channel of two and in one of a thousand. */
async function judgeOffline(rig: Rig): Promise<void> {
  const written = async (members: number): Promise<number> => {
    const seed = { people: members, channels: { away: members } }
    await using relay = await LiveRelay.start(rig, seed)
    await using speaker = await gather(relay, 'away', 2)
    const load = { members: 2, writers: 2, system: `relay, ${members - 2} away` }
    return (await deliver(rig, relay, speaker, load)).writtenEach
  }
  const few = await written(2)
  const many = await written(most)
  const text = `${many.toFixed(0)} bytes a message, ${few.toFixed(0)} with nobody away`
  const wanted = `${most - 2} members who are away cost no second body`
  // How many share a commit differs from run to run. A body for each of them would be a million bytes.
  rig.report.target('W3', wanted, text, many < few * offlineTolerance)
}
