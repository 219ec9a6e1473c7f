/**
 * @module From what is valid to what attacks: wrong types, flipped bits, lengths that lie, values without an end.
 */
import { encodeMessage, type Form, type Outgoing } from '#clients/live-message.ts'
import type { Chance } from '#crash/random.ts'

const maxSmallNesting = 40
const maxNesting = 50_000

/** A frame made from one message, or from two. */
export function hostileFrame(
  message: Outgoing,
  other: Outgoing,
  form: Form,
  chance: Chance,
): Uint8Array {
  const isConfused = chance.percent(35)
  const said = isConfused ? confused(message, chance) : message
  const frame = Uint8Array.from(encodeMessage(said, form))
  if (chance.percent(isConfused ? 70 : 30)) return frame
  const changes = chance.percent(80) ? 1 : chance.integer(2, 4)
  let changed: Uint8Array = frame
  for (let i = 0; i < changes; i++) {
    changed = chance.pick(byteChanges)(changed, chance, () => encodeMessage(other, form))
  }
  return changed
}

// ------------------------------------------------------------------------------------- before it is encoded

/** One field is of another kind, or gone, or there are others. */
function confused(message: Outgoing, chance: Chance): Outgoing {
  const names = Object.keys(message)
  const name = chance.percent(10) ? 'type' : chance.pick(names)
  if (chance.percent(15)) {
    return { ...message, [chance.pick(strangeNames)]: strangeValue(chance), type: message.type }
  }
  if (chance.percent(10)) {
    const { type, ...rest } = message
    return name === 'type' ? { ...rest, type: '' } : { type, ...without(rest, name) }
  }
  const old = message[name]
  const listed: readonly unknown[] | undefined = Array.isArray(old) ? old : undefined
  const isLonger = listed !== undefined && chance.percent(60)
  const value = isLonger ? [...listed, strangeValue(chance)] : strangeValue(chance)
  return { ...message, [name]: value }
}

function without(fields: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name))
}

const strangeNames = [
  'constructor',
  'toString',
  'hasOwnProperty',
  'client_id',
  'sender',
  '',
  'é'.repeat(40),
]

function strangeValue(chance: Chance): unknown {
  return chance.pick<() => unknown>([
    () => null,
    () => true,
    () => -1,
    () => 2 ** 53,
    () => Number.NaN,
    () => Number.NEGATIVE_INFINITY,
    () => 0.5,
    () => '',
    () => 'zz',
    () => 'ab'.repeat(chance.integer(0, 200)),
    () => '\u0000\ud800\u202e',
    () => [],
    () => [256, -1, 1.5],
    () => [[[[]]]],
    () => Array.from({ length: chance.integer(0, 6000) }, () => 0),
    () => ({}),
    () => ({ type: 'ping', recipient: null }),
    () => new Uint8Array(chance.integer(0, 70)),
    () => new Uint8Array(chance.percent(1) ? 1_048_577 : 5000),
    () => nested(chance.integer(1, maxSmallNesting)),
  ])()
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { in: value }
  return value
}

// --------------------------------------------------------------------------------------- when it is encoded

type ByteChange = (frame: Uint8Array, chance: Chance, other: () => Uint8Array) => Uint8Array

const flip: ByteChange = (frame, chance) => {
  const changed = Uint8Array.from(frame)
  for (let i = chance.integer(1, 4); i > 0; i--) {
    const at = chance.integer(0, Math.max(changed.length - 1, 0))
    changed[at] = (changed[at] ?? 0) ^ (1 << chance.integer(0, 7))
  }
  return changed
}

const truncate: ByteChange = (frame, chance) => frame.slice(0, chance.integer(0, frame.length))

const splice: ByteChange = (frame, chance, other) => {
  const second = other()
  return joined(
    frame.subarray(0, chance.integer(0, frame.length)),
    second.subarray(chance.integer(0, second.length)),
  )
}

const insert: ByteChange = (frame, chance) => {
  const at = chance.integer(0, frame.length)
  const bytes = Uint8Array.from({ length: chance.integer(1, 20) }, () => chance.integer(0, 255))
  return joined(frame.subarray(0, at), bytes, frame.subarray(at))
}

const remove: ByteChange = (frame, chance) => {
  const at = chance.integer(0, frame.length)
  return joined(frame.subarray(0, at), frame.subarray(at + chance.integer(1, 20)))
}

const repeat: ByteChange = (frame, chance) => {
  const from = chance.integer(0, frame.length)
  const to = Math.min(frame.length, from + chance.integer(1, 60))
  return joined(frame.subarray(0, to), frame.subarray(from, to), frame.subarray(to))
}

/** A head of a list, a map, a text or bytes says that more follows than there is, or less, or nothing ever ends. */
const lie: ByteChange = (frame, chance) => {
  const heads = [...frame.keys()].filter((at) => isHead(frame[at] ?? 0))
  if (heads.length === 0) return frame
  const at = chance.pick(heads)
  const [head, oldBytes] = chance.pick<readonly [readonly number[], number]>([
    [[0xc6, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xc6, 0x7f, 0xff, 0xff, 0xff], 2],
    [[0xc5, 0xff, 0xff], 1],
    [[0xdb, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xdd, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xdd, 0x00, 0x0f, 0xff, 0xff], 3],
    [[0xdf, 0xff, 0xff, 0xff, 0xff], 1],
    [[0xdf, 0x00, 0x00, 0x00, 0x00], 1],
    [[0xdc, 0x00, 0x00], 1],
    [[0xc9, 0xff, 0xff, 0xff, 0xff, 0x01], 1],
    [[(frame[at] ?? 0) + 1], 1],
    [[(frame[at] ?? 1) - 1], 1],
  ])
  return joined(frame.subarray(0, at), Uint8Array.from(head), frame.subarray(at + oldBytes))
}

/** Lists in lists, or maps in maps, in front of some value, or instead of everything. */
const nest: ByteChange = (frame, chance) => {
  const depth = chance.percent(2) ? maxNesting : chance.integer(1, maxSmallNesting)
  const levels = Buffer.alloc(
    depth * 2,
    Buffer.from(chance.pick(['9191', '81a0', 'dc0001'.repeat(2), 'de0001a0']), 'hex'),
  )
  const at = chance.percent(20) ? 0 : chance.integer(0, frame.length)
  return joined(frame.subarray(0, at), levels, frame.subarray(at))
}

const noise: ByteChange = (_, chance) =>
  Uint8Array.from({ length: chance.integer(0, 200) }, () => chance.integer(0, 255))

const byteChanges = [
  flip,
  flip,
  flip,
  truncate,
  splice,
  splice,
  insert,
  remove,
  repeat,
  lie,
  lie,
  nest,
  noise,
]

function isHead(byte: number): boolean {
  const isFixed = byte >= 0x80 && byte < 0xc0
  return isFixed || (byte >= 0xc4 && byte <= 0xc9) || (byte >= 0xd9 && byte <= 0xdf)
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}
