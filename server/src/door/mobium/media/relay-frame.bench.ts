/**
 * @module What relaying a frame costs: `bun server/src/door/mobium/media/relay-frame.bench.ts`, and the same with node. Forty
 * participants who all speak are 2,000 frames and 78,000 deliveries a second: at 12.8 µs a delivery one core is busy with
 * nothing else. Measured is everything from the frame as it came to the bytes that each socket is handed.
 */
import process from 'node:process'
import { readMediaFrame } from '@sotto/wire/live'
import type { Client } from '#door/mobium/client.ts'
import { fakeClient } from '#door/mobium/client-for-tests.ts'
import { frameOf, openMedia } from '#door/mobium/media/media-for-tests.ts'

const framesPerRound = 2000
const generous = { burst: 2 ** 40, count: 1_000_000, perMillis: 1 }

type Form = Client['form']

interface Case {
  readonly participants: number
  /** What the speaker writes. */
  readonly form: Form
  readonly body: Uint8Array
  readonly formOf: (i: number) => Form
}

const voice = new Uint8Array(160).fill(0xa5)
const screen = new Uint8Array(75_000).fill(0xa5)

const array = (): Form => 'array'
const bin = (): Form => 'bin'
const mixed = (i: number): Form => (i % 2 === 0 ? 'array' : 'bin')

const cases: Readonly<Record<string, Case>> = {
  'voice, 2, all array': { participants: 2, form: 'array', body: voice, formOf: array },
  'voice, 40, all array': { participants: 40, form: 'array', body: voice, formOf: array },
  'voice, 40, all bin': { participants: 40, form: 'bin', body: voice, formOf: bin },
  'voice, 40, mixed': { participants: 40, form: 'bin', body: voice, formOf: mixed },
  'screen, 40, all array': { participants: 40, form: 'array', body: screen, formOf: array },
  'screen, 40, all bin': { participants: 40, form: 'bin', body: screen, formOf: bin },
}

async function room({ participants, formOf }: Case) {
  const { limit } = openMedia()
  const { join, media } = openMedia({ frames: limit(generous), kibibytes: limit(generous) })
  const clients = Array.from({ length: participants }, (_, i): Client => {
    const client = fakeClient({ identity: i + 1, form: formOf(i) })
    return { ...client, sendMedia: (frame) => void frame.bytes(client.form) }
  })
  for (const client of clients) await join(client)
  return { media, speaker: clients[0] }
}

for (const [name, each] of Object.entries(cases)) {
  const { participants, form, body } = each
  const { media, speaker } = await room(each)
  if (speaker === undefined) continue
  const { frame } = frameOf({ form, body })
  const frames = body === voice ? framesPerRound : 20
  let nanos = Number.POSITIVE_INFINITY
  // The best of some rounds: the others were disturbed by something else on the machine.
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < frames; i++) {
      const read = readMediaFrame(frame)
      if (read !== undefined) media.relayFrame(speaker, read)
    }
    nanos = Math.min(nanos, ((performance.now() - startedAt) * 1e6) / frames)
  }
  const perDelivery = nanos / (participants - 1)
  process.stdout.write(
    `${name.padEnd(22)} ${(nanos / 1000).toFixed(1).padStart(8)} µs a frame ${perDelivery.toFixed(0).padStart(6)} ns a delivery\n`,
  )
}
