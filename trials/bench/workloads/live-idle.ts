/**
 * @module `live-idle`: what a socket costs in memory that is logged in at the live door and says nothing. The sockets are
 * held by a second process.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { LiveRelay, Speaker } from '#bench/live-rig.ts'
import { bytesText } from '#bench/report.ts'
import type { Rig } from '#bench/rig.ts'
import {
  allCounts,
  idleMillis,
  maxOpenFiles,
  settledRss,
  spareFiles,
} from '#bench/workloads/idle.ts'

const maxBytesEach = 3072
const holder = fileURLToPath(new URL('./live-idle-holder.ts', import.meta.url))

export async function runLiveIdle(rig: Rig): Promise<void> {
  const { report } = rig
  report.heading('live-idle  memory of idle sockets that are logged in at the live door')
  const counts = allCounts.filter((count) => count + spareFiles <= maxOpenFiles())
  const most = counts.at(-1)
  if (counts.length < allCounts.length) {
    report.skip(`live-idle with more sockets: ${maxOpenFiles()} open files are allowed (ulimit -n)`)
  }
  if (most === undefined) return
  await using relay = await LiveRelay.start(rig, { people: most })
  const base = await settledRss(rig, relay)
  report.note(`with ${most} identities and no socket: ${bytesText(base)}`)
  await using speaker = await Speaker.start(holder, String(relay.port))
  let last = { count: 0, rssBytes: base }
  for (const count of counts) {
    speaker.tell(String(count))
    const line = await speaker.answer()
    if (line !== `open ${count}`) {
      report.fault('live-idle', `cannot hold ${count} sockets: ${line}`)
      return
    }
    const rssBytes = await settledRss(rig, relay)
    const each = (rssBytes - base) / count
    const further = (rssBytes - last.rssBytes) / (count - last.count)
    report.note(
      `${count} sockets: ${bytesText(rssBytes)}, ${bytesText(each)} a socket, ` +
        `${bytesText(further)} each of the last ${count - last.count}`,
    )
    last = { count, rssBytes }
    // With few sockets the code that they warm up weighs more than they do.
    if (count !== most) continue
    await sleep(idleMillis, undefined, { signal: rig.signal })
    const idle = (relay.usage().rssBytes - base) / count
    const wanted = `at most 3 KB a socket with ${count}, idle for ${idleMillis / 1000} s`
    report.target('live-idle', wanted, bytesText(idle), idle <= maxBytesEach)
  }
}
