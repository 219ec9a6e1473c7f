/**
 * @module The relay as a program: options, assemble, run until a signal.
 */
import process from 'node:process'
import { assemble, runtimeName, type Relay } from '#assemble.ts'
import { listenPolicy, parseOptions, type Options } from '#options.ts'
import { version } from '#version.ts'
import { createEvents, type Events } from '#watch/events.ts'
import { lineWriter } from '#watch/line-writer.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

const startedAt = performance.now()
// Whatever the relay writes is its owner's alone, also in a data folder that was there before.
process.umask(0o077)
const parsed = parseOptions(process.argv.slice(2), process.env)
switch (parsed.kind) {
  case 'help':
  case 'version':
    process.stdout.write(`${parsed.text}\n`)
    break
  case 'refused':
    process.stderr.write(`${parsed.text}\n`)
    process.exitCode = 2
    break
  case 'run':
    await run(parsed.options, parsed.warnings)
    break
}

async function run(options: Options, warnings: readonly string[]): Promise<void> {
  const policy = listenPolicy(options)
  if (policy.kind === 'refused') {
    process.stderr.write(`${policy.text}\n`)
    process.exitCode = 2
    return
  }
  const metrics = createMetrics()
  const log = createLog({
    format: options.logFormat,
    level: options.logLevel,
    color: process.stdout.isTTY,
    now: Date.now,
    write: lineWriter(process.stdout),
  })
  const events = createEvents({ log, metrics, now: () => performance.now() })
  events.relayStarting(version, runtimeName())
  for (const warning of warnings) events.optionWarning(warning)

  const stopped = Promise.withResolvers<string>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // The second one means it: the default handler ends the process.
    process.once(signal, () => stopped.resolve(signal))
  }
  let relay: Relay
  try {
    relay = await assemble(options, policy, { events, metrics })
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
    return
  }
  events.relayReady(performance.now() - startedAt)
  await stop(relay, await stopped.promise, events)
}

async function stop(relay: Relay, reason: string, events: Events): Promise<void> {
  const since = performance.now()
  events.relayStopping(reason)
  try {
    await relay.stop()
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
  }
  events.relayStopped(performance.now() - since)
}

/** An error with its causes, in one line. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${sentenceOf(error.cause)}`
}
