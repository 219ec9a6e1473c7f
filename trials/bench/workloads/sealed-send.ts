/**
 * @module `sealed`: sends that come sealed, by binary HTTP and in the padded envelope of Vauchi's clients, next to the same
 * ones in clear, in turns. The seals are made beforehand, since none can be used twice. What the gateway adds is told by
 * the processor time of the relay: all kinds are counted, so that nothing but the seal is between them.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runClosedLoop } from '#bench/load/closed-loop.ts'
import { inRandomOrder } from '#bench/load/requests.ts'
import { median } from '#bench/report.ts'
import type { Rig } from '#bench/rig.ts'
import { type System, toRow } from '#bench/system.ts'
import {
  httpPost,
  mailboxRequest,
  mailboxes,
  ObliviousRelay,
} from '#bench/workloads/oblivious-send-relay.ts'
import { Child } from '#child.ts'
import type { Aead } from '#clients/oblivious.ts'
import { runtimePath } from '#relay-process.ts'

interface Seal {
  readonly name: string
  readonly form: 'bhttp' | 'envelope'
  readonly aead: Aead
}

/** An envelope of 1 KB of content is padded to 4,096 bytes. The clients that send it know one cipher. */
const seals: readonly Seal[] = [
  { name: 'bhttp, aes-128-gcm', form: 'bhttp', aead: 'aes-128-gcm' },
  { name: 'bhttp, chacha20', form: 'bhttp', aead: 'chacha20-poly1305' },
  { name: 'envelope, chacha20', form: 'envelope', aead: 'chacha20-poly1305' },
]
const clearName = 'in clear'
const inFlight = 64
const batch = 10_000
/** Of every kind, before anything is counted: code that is not compiled yet is another relay. */
const warmUp = 3000
const wantedPerSecond = 4000
const wantedMillis = 0.4
/** An upper bound; the batch ends it. */
const maxSeconds = 300

const makerScript = fileURLToPath(new URL('sealed-send-maker.ts', import.meta.url))

interface Figures {
  readonly perSecond: number[]
  readonly cpuMillis: number[]
}

export async function runSealedSend(rig: Rig): Promise<void> {
  const { report, options } = rig
  report.heading('sealed  durable send through the gateway, 1 KB, next to the same in clear')
  await using relay = await ObliviousRelay.start(rig)
  const sends: readonly { readonly name: string; readonly requests: Requests }[] = [
    { name: clearName, requests: inClear() },
    ...(await Promise.all(
      seals.map(async (each) => ({
        name: each.name,
        requests: await sealed(relay, each, warmUp + batch * options.rounds),
      })),
    )),
  ]
  const figures = new Map<string, Figures>()
  for (let round = -1; round < options.rounds; round++) {
    for (const { name, requests } of sends) {
      const next = requests(round < 0 ? warmUp : batch)
      const measured = await send(rig, { ...relay.asMailboxes(), name }, next)
      if (round < 0) continue
      const known = figures.get(name) ?? { perSecond: [], cpuMillis: [] }
      known.perSecond.push(measured.perSecond)
      known.cpuMillis.push(measured.cpuMillis)
      figures.set(name, known)
    }
  }
  const sent = sends.length * (warmUp + batch * options.rounds)
  const kept = await relay.waiting()
  if (kept !== sent) report.fault('sealed', `${kept} of ${sent} messages were kept`)
  judge(rig, figures)
}

async function send(
  { report, signal }: Rig,
  system: System,
  next: () => Uint8Array | undefined,
): Promise<{ readonly perSecond: number; readonly cpuMillis: number }> {
  const before = system.usage()
  const run = { inFlight, warmUpSeconds: 0, seconds: maxSeconds, signal }
  const load = await runClosedLoop({ ...system, next, ...run })
  const row = toRow(system, 'sealed', `${inFlight} in flight`, load, before)
  report.row(row)
  const cpuMillis = ((row.cpuSeconds ?? 0) * 1000) / Math.max(load.answered, 1)
  return { perSecond: row.perSecond, cpuMillis }
}

function judge({ report }: Rig, figures: ReadonlyMap<string, Figures>): void {
  const of = (name: string) => {
    const { perSecond = [], cpuMillis = [] } = figures.get(name) ?? {}
    return { rate: median(perSecond), cpu: median(cpuMillis) }
  }
  const clear = of(clearName)
  report.note(`${clearName}: ${clear.cpu.toFixed(3)} ms of processor time each`)
  for (const { name } of seals) {
    const { rate, cpu } = of(name)
    const added = cpu - clear.cpu
    report.note(
      `${name}: ${(rate / clear.rate).toFixed(2)} of the rate in clear, ` +
        `${(cpu / clear.cpu).toFixed(2)} times the processor time`,
    )
    const wanted = `${wantedPerSecond} sealed sends a second (${name})`
    report.target('sealed', wanted, `${rate.toFixed(0)}/s`, rate >= wantedPerSecond)
    report.target(
      'sealed',
      `at most ${wantedMillis} ms of processor time added (${name})`,
      `${added.toFixed(3)} ms`,
      added <= wantedMillis,
    )
  }
}

/** Hands out so many requests, and then no more. */
type Requests = (count: number) => () => Uint8Array | undefined

function inClear(): Requests {
  const any = inRandomOrder(Array.from({ length: mailboxes }, (_, i) => mailboxRequest(i)))
  return (count) => {
    let left = count
    return () => (left-- > 0 ? any() : undefined)
  }
}

async function sealed(
  relay: ObliviousRelay,
  { form, aead }: Seal,
  count: number,
): Promise<Requests> {
  const file = join(relay.directory, `${form}-${aead}`)
  await using maker = await Child.start({
    command: runtimePath('node'),
    arguments: [makerScript, relay.url.href, form, aead, String(count), file],
  })
  const { code } = await maker.stopped()
  if (code !== 0) throw new Error(`Cannot seal requests\n${maker.output()}`)
  const bytes = await readFile(file)
  await rm(file)
  let at = 0
  return (wanted) => {
    let left = wanted
    return () => {
      if (left-- <= 0 || at >= bytes.length) return undefined
      const from = at + 4
      at = from + bytes.readUInt32BE(at)
      return httpPost('/v2/ohttp', 'message/ohttp-req', bytes.subarray(from, at))
    }
  }
}
