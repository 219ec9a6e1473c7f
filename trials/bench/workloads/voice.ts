/**
 * @module `voice`: forty people in a room, all of whom speak.
 */
import { fileURLToPath } from 'node:url'
import { LiveRelay, Speaker } from '#bench/live-rig.ts'
import type { Rig } from '#bench/rig.ts'
import type { VoiceResult } from '#bench/workloads/voice-people.ts'

const people = 40
const maxAddedMillis = 5
const maxCores = 0.6
const script = fileURLToPath(new URL('./voice-people.ts', import.meta.url))

export async function runVoice(rig: Rig): Promise<void> {
  rig.report.heading(
    'voice  40 people, 50 frames of 160 bytes a second each, from write to arrival',
  )
  for (const form of ['bin', 'array'] as const) await speak(rig, form)
}

async function speak(rig: Rig, form: 'array' | 'bin'): Promise<void> {
  const { report, options } = rig
  const channels = { voice: people }
  await using relay = await LiveRelay.start(rig, { people, channels })
  await using speaker = await Speaker.start(
    script,
    ...[String(relay.port), 'voice', String(people), form],
  )
  await speaker.answer()
  speaker.tell('go 1')
  await speaker.answer()
  const before = relay.usage()
  speaker.tell(`go ${options.seconds}`)
  // The script prints what `VoiceResult` says.
  const result = JSON.parse(await speaker.answer()) as VoiceResult
  const after = relay.usage()
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const cores = cpuSeconds / result.seconds
  const { p50Millis, p99Millis, p999Millis } = result
  report.row({
    workload: 'voice',
    system: `relay, ${form}`,
    load: `${people} x 50/s`,
    perSecond: result.received / result.seconds,
    failed: result.missing,
    ...{ p50Millis, p99Millis, p999Millis, cpuSeconds },
    writtenBytes: after.writtenBytes - before.writtenBytes,
    rssBytes: after.rssBytes,
    durability: 'none: never stored',
  })
  report.note(`the speakers themselves were late by p99 ${result.latenessMillis.toFixed(2)} ms`)
  if (result.lost > 0) report.fault('voice', `${result.lost} sockets were closed by the relay`)
  const added = `${p99Millis.toFixed(2)} ms`
  report.target('voice', `${form}: no frame lost`, `${result.missing} lost`, result.missing === 0)
  report.target('voice', `${form}: p99 at most 5 ms`, added, p99Millis <= maxAddedMillis)
  const share = `${(cores * 100).toFixed(0)} %`
  report.target('voice', `${form}: at most 60 % of one core`, share, cores <= maxCores)
}
