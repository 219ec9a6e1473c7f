/**
 * @module The relay as a program: options, assemble, run until a signal. SIGHUP has it read its certificate again.
 * `sotto-relay forward` is the forwarder, whose options and life are its own.
 */
import process from 'node:process'
import { assemble, runtimeName, type Relay } from '#assemble.ts'
import { givenEnvironment, readEnvironment, type EnvironmentReading } from '#options/environment.ts'
import { listenPolicy, parseOptions, type Options, type Parsed } from '#options.ts'
import { version } from '#version.ts'
import { createEvents, type Events } from '#watch/events.ts'
import { lineWriter } from '#watch/line-writer.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

const startedAt = performance.now()
// Whatever the relay writes is its owner's alone, also in a data folder that was there before.
process.umask(0o077)
if (process.argv[2] === 'forward') await forward(process.argv.slice(3))
else await relay()

async function relay(): Promise<void> {
  const parsed = await readOptions()
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
}

/** Another program under the same name: it carries sealed requests to somebody's relay. */
async function forward(argv: readonly string[]): Promise<void> {
  const reading = await readOwnEnvironment()
  if (reading.kind === 'refused') {
    process.stderr.write(`${reading.text}\n`)
    process.exitCode = 2
    return
  }
  const { runForwarder } = await import('#forward/run.ts')
  await runForwarder(argv, reading.environment)
}

async function readOptions(): Promise<Parsed> {
  const reading = await readOwnEnvironment()
  return reading.kind === 'refused'
    ? reading
    : parseOptions(process.argv.slice(2), reading.environment)
}

async function readOwnEnvironment(): Promise<EnvironmentReading> {
  const given = await givenEnvironment(process.env, process.versions.bun !== undefined)
  return await readEnvironment(process.cwd(), given)
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
  // A hangup that comes too early waits until the relay stands, and each for the one before it.
  const started = Promise.withResolvers<Relay>()
  let reloaded = Promise.resolve()
  // Of a relay that somebody started by hand, and that has no certificate, it ends the process as it always did.
  if (options.tls !== undefined || !process.stdout.isTTY)
    process.on('SIGHUP', () => {
      reloaded = reloaded.then(async () => reload(await started.promise, options, events))
    })
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
  started.resolve(relay)
  await stop(relay, await stopped.promise, events)
}

async function reload(relay: Relay, options: Options, events: Events): Promise<void> {
  if (options.tls === undefined) return events.relayReloaded('nothing')
  try {
    await relay.reload()
    events.relayReloaded('certificate')
  } catch (error) {
    events.relayReloadFailed(error)
  }
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
