/**
 * @module `sotto-relay forward`: options, open, run until a signal. SIGHUP has it read its certificate again.
 */
import process from 'node:process'
import { openForwarder, type Forwarder } from '#forward/forwarder.ts'
import { parseForwardOptions, type ForwardOptions } from '#forward/options.ts'
import { isLoopbackIp, parseIp } from '#guard/ip.ts'
import { listenPolicy } from '#options.ts'
import { version } from '#version.ts'
import { createEvents, type Events } from '#watch/events.ts'
import { lineWriter } from '#watch/line-writer.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

/** `argv` is what follows `forward`. Sets the exit code, and resolves when the process may end. */
export async function runForwarder(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const parsed = parseForwardOptions(argv, environment)
  if (parsed.kind === 'help') {
    process.stdout.write(`${parsed.text}\n`)
    return
  }
  if (parsed.kind === 'refused') return refuse(parsed.text, 2)
  const { options } = parsed
  const policy = listenPolicy({ ...options, host: options.listen.host })
  if (policy.kind === 'refused') return refuse(policy.text, 2)
  const startedAt = performance.now()
  const log = createLog({
    format: options.logFormat,
    level: options.logLevel,
    color: process.stdout.isTTY,
    now: Date.now,
    write: lineWriter(process.stdout),
  })
  const events = createEvents({ log, metrics: createMetrics(), now: () => performance.now() })
  const { bun, node } = process.versions
  events.relayStarting(version, bun === undefined ? `node ${node}` : `bun ${bun}`)
  warnOfClearWay(options, events)
  const stopped = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // The second one means it: the default handler ends the process.
    process.once(signal, () => stopped.resolve(signal))
  }
  let forwarder: Forwarder
  try {
    forwarder = await openForwarder(options, policy, events)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error), 1)
  }
  if (options.tls !== undefined) reloadOnHangup(forwarder, events)
  events.relayReady(performance.now() - startedAt)
  events.relayStopping(await stopped.promise)
  const since = performance.now()
  await forwarder.stop()
  events.relayStopped(performance.now() - since)
}

function refuse(text: string, exitCode: number): void {
  process.stderr.write(`${text}\n`)
  process.exitCode = exitCode
}

function warnOfClearWay({ gateway }: ForwardOptions, events: Events): void {
  const { protocol, hostname } = new URL(gateway)
  const ip = parseIp(hostname.replaceAll(/^\[|\]$/g, ''))
  const isNear = hostname === 'localhost' || (ip !== undefined && isLoopbackIp(ip))
  if (protocol === 'https:' || isNear) return
  events.optionWarning(
    'The gateway is reached without TLS: who sees both sides of this forwarder can tell who sends what size when',
  )
}

function reloadOnHangup(forwarder: Forwarder, events: Events): void {
  let reloaded = Promise.resolve()
  process.on('SIGHUP', () => {
    reloaded = reloaded.then(async () => {
      try {
        await forwarder.reload()
        events.relayReloaded('certificate')
      } catch (error) {
        events.relayReloadFailed(error)
      }
    })
  })
}
