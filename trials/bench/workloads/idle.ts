/**
 * @module W5: what an idle socket costs in memory. The sockets are held by a second process.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bytesText } from '#bench/report.ts'
import { BenchRelay, type Rig } from '#bench/rig.ts'
import { Child } from '#child.ts'
import { runtimePath, temporaryDirectory } from '#relay-process.ts'

export const allCounts = [1000, 5000, 10_000] as const
const quietMillis = 4000
/** After so long, two heartbeats, Bun has given back what opening the sockets took. */
export const idleMillis = 75_000
const settleTimeoutMillis = 20_000
const holder = fileURLToPath(new URL('./idle-holder.ts', import.meta.url))
/** Sockets, and some files of the process itself. */
export const spareFiles = 200

export async function runIdle(rig: Rig): Promise<void> {
  const { report, options } = rig
  report.heading('W5  memory of idle sockets')
  const counts = allCounts.filter((count) => count + spareFiles <= maxOpenFiles())
  if (counts.length < allCounts.length) {
    report.skip(`W5 with more sockets: ${maxOpenFiles()} open files are allowed (ulimit -n)`)
  }
  const most = counts.at(-1)
  if (most === undefined) return
  if (options.runtime === 'bun') await judgeBase(rig)
  await using directory = await temporaryDirectory('bench-idle')
  await using relay = await BenchRelay.start(rig, { accounts: most })
  const tokens = join(directory.path, 'tokens')
  writeFileSync(tokens, relay.accounts.map(({ token }) => token).join('\n'))
  const base = await settledRss(rig, relay)
  report.note(`with ${relay.accounts.length} accounts and no socket: ${bytesText(base)}`)
  let answer = Promise.withResolvers<string>()
  await using child = await Child.start({
    command: runtimePath('bun'),
    arguments: [holder, String(relay.port), tokens],
    onLine: (line) => answer.resolve(line),
    wantsInput: true,
  })
  for (const count of counts) {
    answer = Promise.withResolvers<string>()
    child.writeLine(String(count))
    const line = await Promise.race([answer.promise, child.stopped().then(() => 'it ended')])
    if (line !== `open ${count}`) {
      report.fault('W5', `cannot hold ${count} sockets: ${line}`)
      return
    }
    const rssBytes = await settledRss(rig, relay)
    const each = (rssBytes - base) / count
    report.note(`${count} sockets: ${bytesText(rssBytes)}, ${bytesText(each)} a socket`)
    // With few sockets the code that they warm up weighs more than they do.
    if (count !== most) continue
    await sleep(idleMillis, undefined, { signal: rig.signal })
    const idle = (relay.usage().rssBytes - base) / count
    const wanted = `at most 3 KB a socket with ${count}, idle for ${idleMillis / 1000} s`
    report.target('W5', wanted, bytesText(idle), idle <= 3072)
  }
}

/** A relay that has just been started and has hardly anything to remember. */
async function judgeBase(rig: Rig): Promise<void> {
  await using relay = await BenchRelay.start(rig, { accounts: 1 })
  const rssBytes = await settledRss(rig, relay)
  rig.report.note(`base, without accounts: ${bytesText(rssBytes)}`)
  const text = bytesText(rssBytes)
  rig.report.target('W5', 'base memory at most 60 MB on Bun', text, rssBytes <= 60_000_000)
}

/** Memory after the last burst of work has been given back: when it has not moved for a while. */
export async function settledRss(rig: Rig, relay: Pick<BenchRelay, 'usage'>): Promise<number> {
  let last = relay.usage().rssBytes
  let quietSince = performance.now()
  const deadline = quietSince + settleTimeoutMillis
  while (performance.now() - quietSince < quietMillis && performance.now() < deadline) {
    await sleep(250, undefined, { signal: rig.signal })
    const { rssBytes } = relay.usage()
    if (Math.abs(rssBytes - last) < last / 100) continue
    last = rssBytes
    quietSince = performance.now()
  }
  return relay.usage().rssBytes
}

/** The hard limit: both runtimes raise the soft one to it by themselves. */
export function maxOpenFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1] ?? '0'
  return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}
