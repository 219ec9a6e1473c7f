/**
 * @module What admitting a request costs: `bun server/src/guard/rate-limit.bench.ts`, and the same with node. The allowed
 * path of the limiter must stay under half a microsecond.
 */
import process from 'node:process'
import { parseCidr } from '#guard/cidr.ts'
import { clientAddress } from '#guard/client-address.ts'
import { createKeyedHash } from '#guard/keyed-hash.ts'
import { createRateLimit, type RateLimit } from '#guard/rate-limit.ts'

const stepsPerRound = 100_000
const hash = createKeyedHash(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]))
const generous = { burst: 1_000_000, count: 1_000_000, perMillis: 1 }
const strict = { burst: 1, count: 1, perMillis: 1_000_000 }

const limiter = (rate: typeof generous): RateLimit =>
  createRateLimit({ rate, now: () => performance.now(), hash })

const addresses = Array.from({ length: 65_536 }, (_, i) => `192.168.${i >> 8}.${i & 255}`)
const ids = addresses.map((_, i) => new Uint8Array(32).fill(i))
const proxy = parseCidr('127.0.0.1')
const client = clientAddress(proxy === undefined ? [] : [proxy])
const [one, many, byId, refusing] = [generous, generous, generous, strict].map(limiter)

const steps: Readonly<Record<string, (i: number) => unknown>> = {
  'allowed, one address': () => one?.take('192.0.2.1'),
  'allowed, 65,536 addresses': (i) => many?.take(addresses[i & 65_535] ?? ''),
  'allowed, 65,536 mailboxes': (i) => byId?.take(ids[i & 65_535] ?? ''),
  'allowed, costs of 1 to 64': (i) => many?.take(addresses[i & 65_535] ?? '', 1 + (i & 63)),
  'refused, one address': () => refusing?.take('192.0.2.1'),
  'client address, direct': () => client('192.0.2.1', null),
  'client address, one hop': () => client('127.0.0.1', '192.0.2.1'),
}

for (const [name, step] of Object.entries(steps)) {
  let nanos = Number.POSITIVE_INFINITY
  // The best of some rounds: the others were disturbed by something else on the machine.
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < stepsPerRound; i++) step(i)
    nanos = Math.min(nanos, ((performance.now() - startedAt) * 1e6) / stepsPerRound)
  }
  process.stdout.write(`${name.padEnd(26)} ${nanos.toFixed(0).padStart(5)} ns\n`)
}
