/**
 * @module `npm run bench:sdk`: two people in processes of their own, a relay in a third. How long from `send` to
 * shown on the other side, with everything on; how long until 5,000 messages that waited are through. Everything ends
 * by itself and leaves nothing behind.
 *
 * `--runtime bun|node`, `--messages N` (300), `--queued N` (5000)
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Puppet } from '#bench-sdk/puppet.ts'
import { freePorts, RelayProcess, temporaryDirectory } from '#relay-process.ts'

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'bun' },
    messages: { type: 'string', default: '300' },
    queued: { type: 'string', default: '5000' },
  },
})
const runtime = values.runtime === 'node' ? 'node' : 'bun'
const messages = Number(values.messages)
const queued = Number(values.queued)
/** The relay's own limits are for one person's habits, and not for this. */
const openLimits = [
  ...['--oblivious-per-minute', '1000000', '--ohttp-per-second', '1000000'],
  ...['--ohttp-burst', '1000000', '--oblivious-max-blobs', '100000', '--log-level', 'warn'],
]

await using directory = await temporaryDirectory('bench-sdk')
await using relay = await RelayProcess.start(
  {
    runtime,
    dataDirectory: `${directory.path}/relay`,
    ...(await freePorts()),
    arguments: openLimits,
  },
  AbortSignal.timeout(60_000),
)
await using ann = await Puppet.start(runtime, `${directory.path}/ann`, relay.url.origin, 'ann')
await using bob = await Puppet.start(runtime, `${directory.path}/bob`, relay.url.origin, 'bob')
await ann.tell({ do: 'open' })
await bob.tell({ do: 'open' })
const { link } = await ann.tell({ do: 'invite' })
await bob.tell({ do: 'accept', link: String(link) })
await sleep(2000)

for (let i = 1; i <= messages; i++) {
  const { promise, resolve } = Promise.withResolvers<void>()
  bob.onShown = ({ count }) => count === i && resolve()
  await ann.tell({ do: 'send', count: 1 })
  await promise
}
bob.onShown = () => {}
const latencies = bob.shown.map(({ millis }) => millis).sort((a, b) => a - b)
const at = (share: number): string =>
  (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(1)
console.log(`${runtime}, ${messages} messages, one after the other, from send to shown:`)
console.log(`  p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms (asked: p50 15 ms)`)

await bob.tell({ do: 'close' })
await ann.tell({ do: 'close' })
await ann.tell({ do: 'open', isOffline: true })
const written = await ann.tell({ do: 'send', count: queued })
const wroteSeconds = (Number(written['ended']) - Number(written['began'])) / 1e6
console.log(`${queued} messages, written without a network, for somebody who is away:`)
console.log(`  written and sealed in ${wroteSeconds.toFixed(1)} s`)
await ann.tell({ do: 'close' })
const connected = performance.now()
await ann.tell({ do: 'open' })
for (;;) {
  const { waiting } = await ann.tell({ do: 'await', count: 0 })
  if (Number(waiting) === 0) break
  await sleep(100)
}
const outSeconds = (performance.now() - connected) / 1000
console.log(`  all accepted ${outSeconds.toFixed(1)} s after the profile was opened (asked: 5 s)`)
const began = performance.now()
await bob.tell({ do: 'open' })
await bob.tell({ do: 'await', count: messages + queued })
console.log(
  `  read, decrypted and kept in ${((performance.now() - began) / 1000).toFixed(1)} s from the opening of the profile (asked: 5 s)`,
)
await ann.tell({ do: 'close' })
await bob.tell({ do: 'close' })
