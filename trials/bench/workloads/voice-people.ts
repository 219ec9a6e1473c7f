/**
 * @module A voice room: `voice-people.ts PORT CHANNEL PEOPLE FORM`. It prints `ready`, takes `go SECONDS`, and answers with
 * what came. Everybody speaks 50 frames a second, each at a moment of their own, as people do.
 */
import { createInterface } from 'node:readline'
import { Histogram } from '#bench/load/histogram.ts'
import { channelOf, enterAll } from '#bench/live-people.ts'
import { encodeMessage, type Form } from '#clients/live-message.ts'
import { encodeClientFrame, Opcode } from '#clients/websocket-frames.ts'
import { percentiles } from '#bench/system.ts'

export interface VoiceResult {
  readonly seconds: number
  readonly sent: number
  readonly received: number
  readonly missing: number
  readonly lost: number
  /** How late the speakers were themselves. */
  readonly latenessMillis: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly p999Millis: number
}

const framesPerSecond = 50
const audioBytes = 160
const drainMillis = 5000
/** In a number of 32 bits from the first frame on, so that all have the same length. */
const firstSeq = 0x10000

const [portText, channelName, peopleText, formText] = process.argv.slice(2)
const people = Number(peopleText)
const form: Form = formText === 'array' ? 'array' : 'bin'
const channel = channelOf(channelName ?? '')
let latencies = new Histogram()
let lateness = new Histogram()
let received = 0
let lost = 0
let isSpeaking = false
/** When each frame went out, by number. */
let sentAt = new Float64Array()

/** Numbers above 127 alone, which are two bytes as integers, so that the length never changes. */
const audio = new Uint8Array(audioBytes).fill(0xa5)
const message = encodeMessage(
  { type: 'voice_data', channel_id: channel, seq: firstSeq, audio },
  form,
)
const frame = Buffer.from(encodeClientFrame(Opcode.binary, message))
const headBytes = frame.length - message.length
const seqAt = frame.indexOf('seq') + 'seq'.length + 1

const sockets = await enterAll(Number(portText), 0, people, form, () => ({
  onFrame: (bytes, start) => {
    if (!isSpeaking) return
    received++
    if (bytes !== undefined) record(bytes, start)
  },
  onClose: () => void lost++,
}))
for (const socket of sockets) socket.send({ type: 'join_voice', channel_id: channel }, form)
// Notices of all who came in are behind us.
await new Promise((resolve) => setTimeout(resolve, 1000))
console.log('ready')

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await run(Number(line.split(' ')[1]))))
}

async function run(seconds: number): Promise<VoiceResult> {
  const total = seconds * framesPerSecond * people
  sentAt = new Float64Array(total)
  latencies = new Histogram()
  lateness = new Histogram()
  received = 0
  isSpeaking = true
  const began = performance.now()
  const perMilli = (framesPerSecond * people) / 1000
  let sent = 0
  while (sent < total) {
    const due = Math.min(Math.floor((performance.now() - began) * perMilli), total)
    for (; sent < due; sent++) {
      frame.writeUInt32BE(firstSeq + sent, seqAt)
      const now = performance.now()
      sentAt[sent] = now
      lateness.record(now - began - sent / perMilli)
      sockets[sent % people]?.write(frame)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const ended = performance.now()
  const wanted = total * (people - 1)
  while (received < wanted && performance.now() - ended < drainMillis) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  isSpeaking = false
  return {
    seconds: (ended - began) / 1000,
    sent,
    received,
    missing: wanted - received,
    lost,
    latenessMillis: lateness.percentileMillis(0.99),
    ...percentiles(latencies),
  }
}

/** The entries come out as they went in, behind a head of one byte. */
function record(bytes: Uint8Array, start: number): void {
  const at = start + seqAt - headBytes
  const number = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0) - firstSeq
  const sent = sentAt[number]
  if (sent !== undefined) latencies.record(performance.now() - sent)
}
