/**
 * @module The members of a channel for W3, all online: `fanout-members.ts PORT CHANNEL MEMBERS`. It prints `ready`, takes
 * `go SECONDS WRITERS`, and answers with what came. So many of the members write, each its next message when the last was answered,
 * and no faster than all the others can read.
 */
import { createInterface } from 'node:readline'
import { Histogram } from '#bench/load/histogram.ts'
import { channelOf, enterAll } from '#bench/live-people.ts'
import type { LiveSocket } from '#bench/load/live-socket.ts'
import { encodeMessage } from '#clients/live-message.ts'
import { encodeClientFrame, Opcode } from '#clients/websocket-frames.ts'
import { percentiles } from '#bench/system.ts'

export interface FanoutResult {
  readonly seconds: number
  readonly messages: number
  readonly delivered: number
  readonly missing: number
  readonly lost: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly p999Millis: number
}

const contentBytes = 1024
/** Messages that may be under way to somebody, so that no reader falls behind for good. */
const maxUnderWay = 32
const drainMillis = 10_000

const [portText, channelName, membersText] = process.argv.slice(2)
const members = Number(membersText)
const channel = channelOf(channelName ?? '')
let latencies = new Histogram()
let delivered = 0
let messages = 0
let answered = 0
let lost = 0
let isOver = true
const resting: number[] = []

/** A float64 in front of the content says when it was sent; it stands at the same place in what comes out. */
const marked = encodeMessage(
  {
    type: 'channel_message',
    channel_id: channel,
    bucket_size: 3,
    payload: new Uint8Array(contentBytes).fill(0xd7),
  },
  'bin',
)
const frame = Buffer.from(encodeClientFrame(Opcode.binary, marked))
const sentAt = frame.length - contentBytes

const sockets = await enterAll(Number(portText), 0, members, 'bin', (index) => ({
  onFrame: (bytes, start, length) => {
    if (length < contentBytes) return onAnswer(index)
    delivered++
    if (bytes !== undefined && delivered % 16 === 0) record(bytes, start, length)
    if (delivered % (members - 1) === 0) wakeWriters()
  },
  onClose: () => void lost++,
}))
console.log('ready')

for await (const line of createInterface({ input: process.stdin })) {
  const [, seconds, writers] = line.split(' ').map(Number)
  console.log(JSON.stringify(await run(seconds ?? 1, writers ?? 1)))
}

async function run(seconds: number, writers: number): Promise<FanoutResult> {
  latencies = new Histogram()
  delivered = messages = answered = 0
  isOver = false
  const began = performance.now()
  for (let i = 0; i < writers; i++) write(i)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  isOver = true
  resting.length = 0
  const inTime = delivered
  const ended = performance.now()
  const wanted = (): number => messages * (members - 1)
  while ((delivered < wanted() || answered < messages) && performance.now() - ended < drainMillis) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return {
    seconds: (ended - began) / 1000,
    messages,
    delivered: inTime,
    missing: wanted() - delivered,
    lost,
    ...percentiles(latencies),
  }
}

function write(index: number): void {
  const socket: LiveSocket | undefined = sockets[index]
  if (isOver || socket === undefined) return
  if (messages - delivered / (members - 1) >= maxUnderWay) return void resting.push(index)
  messages++
  frame.writeDoubleBE(performance.now(), sentAt)
  socket.write(frame)
}

function wakeWriters(): void {
  for (const index of resting.splice(0)) write(index)
}

function onAnswer(index: number): void {
  if (isOver && answered >= messages) return
  answered++
  write(index)
}

/** When it was sent stands in front of its content. */
function record(bytes: Uint8Array, start: number, length: number): void {
  const at = contentAt(bytes, start, length)
  if (at === undefined) return
  const sent = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0)
  latencies.record(performance.now() - sent)
}

/** Where the content begins: the numbers in front of it are of any width. */
function contentAt(bytes: Uint8Array, start: number, length: number): number | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(length, 256))
  const name = head.indexOf('payload')
  // Behind the name: c5 and two bytes of length.
  return name < 0 ? undefined : start + name + 'payload'.length + 3
}
