/**
 * @module Forty people in one channel of a relay that was started as the README says, under its default limits: keys, text,
 * voice, people who leave, and one who stops reading.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LiveClient } from '#clients/live.ts'
import { LiveIdentity } from '#clients/live-identity.ts'
import type { Form, LiveMessage } from '#clients/live-message.ts'
import { errorsIn } from '#relay-errors.ts'
import { LiveStage, until } from '#scenarios/live-stage.ts'

const count = 40
const textsEach = 5
/** Under one message in 300 ms, which is what one identity may send in the long run. */
const restMillis = 320
const framesEach = 30
const frameMillis = 100
const leavers = 10
const pictures = 30
const pictureBytes = 200_000
const pictureMillis = 180
const testTimeoutMillis = 120_000

let stage: LiveStage

beforeAll(async () => {
  stage = await LiveStage.open()
})

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

/** A message of the channel as somebody saw it; the number only where the relay tells it. */
interface Text {
  readonly sender: string
  readonly payload: string
  readonly id: number | undefined
}

class Member {
  readonly identity = new LiveIdentity()
  readonly exchangeKey = Uint8Array.from(randomBytes(32))
  readonly form: Form
  readonly client: LiveClient
  /** Others tell original clients apart by what they do not get. */
  readonly isOurs: boolean
  readonly texts: Text[] = []
  /** Numbers of frames by sender, in the order in which they came. */
  readonly frames = new Map<string, number[]>()
  readonly left: string[] = []
  readonly leftVoice: string[] = []
  /** The relay's numbers of what this member said. */
  readonly ownIds: number[] = []
  readonly refusals: string[] = []

  private constructor(client: LiveClient, form: Form, isOurs: boolean) {
    this.client = client
    this.form = form
    this.isOurs = isOurs
    client.on('channel_message', (message) => this.texts.push(textOf(message, isOurs)))
    client.on('voice_data', (message) => this.#frame(message))
    // Only there to fill the line.
    client.on('screen_data', () => {})
    client.on('member_left', (message) => this.left.push(message.hex('member')))
    client.on('voice_left', (message) => this.leftVoice.push(message.hex('pubkey')))
    client.on('error', (message) => this.refusals.push(message.text('message')))
  }

  static async enter(form: Form, isOurs: boolean): Promise<Member> {
    const member = new Member(await LiveClient.open(stage.relay), form, isOurs)
    const capabilities = isOurs ? { capabilities: [form, 'ack', 'history'] } : {}
    const { exchangeKey } = member
    await member.client.logIn(member.identity, { form, exchangeKey, ...capabilities })
    return member
  }

  get name(): string {
    return this.identity.name
  }

  async post(channel: Uint8Array, payload: Uint8Array): Promise<void> {
    const own = this.isOurs ? { client_id: randomBytes(16) } : {}
    this.client.send({
      type: 'channel_message',
      channel_id: channel,
      payload,
      bucket_size: 1,
      ...own,
    })
    const ack = await this.client.next('ack')
    if (this.isOurs) this.ownIds.push(ack.integer('id'))
  }

  framesFrom({ name }: Member): readonly number[] {
    return this.frames.get(name) ?? []
  }

  #frame(message: LiveMessage): void {
    const sender = message.hex('sender')
    const numbers = this.frames.get(sender) ?? []
    this.frames.set(sender, numbers)
    numbers.push(message.integer('seq'))
  }
}

function textOf(message: LiveMessage, isOurs: boolean): Text {
  return {
    sender: message.hex('sender'),
    payload: message.hex('payload'),
    id: isOurs ? message.integer('id') : undefined,
  }
}

type Cast = (i: number) => readonly [form: Form, isOurs: boolean]

const casts: readonly (readonly [string, Cast])[] = [
  ['forty original clients', () => ['array', false]],
  ['forty clients of ours', () => ['bin', true]],
  ['original clients and ours together', (i) => (i % 2 === 0 ? ['array', false] : ['bin', true])],
]

describe.each(casts)('%s', (_, cast) => {
  test(
    'share keys, text and voice, and neither a slow one nor those who leave disturb the others',
    async () => {
      const channel = randomBytes(32)
      const members = await Promise.all(
        Array.from({ length: count }, (_each, i) => Member.enter(...cast(i))),
      )
      try {
        await gather(channel, members)
        await shareKeys(channel, members)
        await talk(channel, members)
        await speak(channel, members)
        await goOnBesideASlowOne(channel, members)
        await part(channel, members)
        for (const member of members) {
          expect(member.client.isOpen).toBe(true)
          expect(member.refusals).toEqual([])
        }
      } finally {
        // Not politely: one that does not read would never hear the answer.
        for (const { client } of members) client.terminate()
      }
      expect(errorsIn(stage.output())).toEqual([])
    },
    testTimeoutMillis,
  )
})

async function gather(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  const [first, ...others] = members
  await first?.client.ask(
    { type: 'create_channel', channel_id: channel, encrypted_metadata: randomBytes(32) },
    'channel_created',
  )
  await Promise.all(
    others.map(({ client }) =>
      client.ask({ type: 'join_channel', channel_id: channel }, 'channel_joined'),
    ),
  )
  for (const { client } of members) {
    const answer = await client.ask(
      { type: 'get_members', channel_id: channel },
      'members_response',
    )
    expect(answer.hexList('members').toSorted()).toEqual(names(members))
    const keys = answer.maps('members_with_keys')
    const exchangeKeys = new Map(keys.map((each) => [each.hex('ed25519'), each.hex('x25519')]))
    for (const { name, exchangeKey } of members) {
      expect(exchangeKeys.get(name)).toBe(Buffer.from(exchangeKey).toString('hex'))
    }
  }
  // Whoever joined later was announced to everybody who was there: the first heard of all.
  const announced = new Set<string>()
  for (const _ of others)
    announced.add((await first?.client.next('member_joined'))?.hex('member') ?? '')
  expect([...announced].toSorted()).toEqual(names(others))
}

/** Every member leaves the key of its chain for every other. */
async function shareKeys(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  const keyFor = (sender: Member, recipient: Member): Uint8Array =>
    Buffer.from(sender.name.slice(0, 32) + recipient.name.slice(0, 32), 'hex')
  for (const sender of members) {
    sender.client.send({
      type: 'sender_key_distribution',
      channel_id: channel,
      sender_x25519_pub: sender.exchangeKey,
      distributions: members
        .filter((other) => other !== sender)
        .map((other) => ({
          recipient: other.identity.publicKey,
          encrypted_dist: keyFor(sender, other),
        })),
    })
  }
  for (const recipient of members) {
    await recipient.client.next('ack')
    const received = new Map<string, string>()
    for (const _ of members.slice(1)) {
      const message = await recipient.client.next('sender_key_distribution')
      expect(message.hex('channel_id')).toBe(Buffer.from(channel).toString('hex'))
      received.set(message.hex('sender_ed25519_pub'), message.hex('encrypted_distribution'))
    }
    for (const sender of members) {
      if (sender === recipient) continue
      const expected = Buffer.from(keyFor(sender, recipient)).toString('hex')
      expect(received.get(sender.name)).toBe(expected)
    }
  }
}

async function talk(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  const sayAll = async (member: Member): Promise<void> => {
    for (let i = 0; i < textsEach; i++) {
      if (i > 0) await sleep(restMillis)
      await member.post(channel, randomBytes(100))
    }
  }
  await Promise.all(members.map(sayAll))
  const fromOthers = (members.length - 1) * textsEach
  await until(
    () => members.every(({ texts }) => texts.length >= fromOthers),
    () => `${fromOthers} texts each; ${String(members.map(({ texts }) => texts.length))} came`,
  )
  const all = await history(channel, members)
  expect(all).toHaveLength(members.length * textsEach)
  for (const member of members) {
    const others = all.filter(({ sender }) => sender !== member.name)
    const own = all.filter(({ sender }) => sender === member.name)
    const seen = member.texts.map(({ sender, payload }) => ({ sender, payload }))
    // In the order of the channel, which is the same for all.
    expect(seen).toEqual(others.map(({ sender, payload }) => ({ sender, payload })))
    if (!member.isOurs) continue
    expect(member.texts.map(({ id }) => id)).toEqual(others.map(({ id }) => id))
    expect(member.ownIds).toEqual(own.map(({ id }) => id))
  }
}

/** What the channel keeps, page by page, asked by the one who has been there from the beginning. */
async function history(channel: Uint8Array, members: readonly Member[]): Promise<readonly Text[]> {
  const all: Text[] = []
  const client = members[0]?.client
  for (;;) {
    const page = await client?.ask(
      { type: 'get_history', channel_id: channel, after_id: all.at(-1)?.id ?? 0, limit: 150 },
      'history_response',
    )
    const messages = page?.maps('messages') ?? []
    if (messages.length === 0) return all
    all.push(...messages.map((message) => textOf(message, true)))
  }
}

async function speak(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  for (const { client } of members) {
    client.send({ type: 'join_voice', channel_id: channel })
  }
  for (const { client } of members) await client.next('voice_state')
  const [first] = members
  const state = await first?.client.ask({ type: 'join_voice', channel_id: channel }, 'voice_state')
  expect(state?.hexList('participants').toSorted()).toEqual(names(members))
  await sendFrames(channel, members, framesEach)
  await untilFramesCame(members, members)
}

async function sendFrames(
  channel: Uint8Array,
  speakers: readonly Member[],
  frames: number,
): Promise<void> {
  const audio = randomBytes(160)
  for (let seq = 0; seq < frames; seq++) {
    for (const { client } of speakers) {
      client.send({ type: 'voice_data', channel_id: channel, audio, seq })
    }
    await sleep(frameMillis)
  }
}

/** Everybody has every frame of everybody else, in order. */
async function untilFramesCame(
  speakers: readonly Member[],
  listeners: readonly Member[],
): Promise<void> {
  const expected = Array.from({ length: framesEach }, (_, i) => i)
  const total = (member: Member): number =>
    speakers.reduce((sum, speaker) => sum + member.framesFrom(speaker).length, 0)
  const wanted = (member: Member): number =>
    framesEach * speakers.filter((speaker) => speaker !== member).length
  await until(
    () => listeners.every((member) => total(member) >= wanted(member)),
    () => `frames; missing are ${String(listeners.map((each) => wanted(each) - total(each)))}`,
  )
  for (const listener of listeners) {
    for (const speaker of speakers) {
      if (speaker !== listener) expect(listener.framesFrom(speaker)).toEqual(expected)
    }
  }
}

/** One stops reading while text, voice and pictures go on. */
async function goOnBesideASlowOne(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  const [slow, painter, otherPainter, writer, ...rest] = members
  if (!slow || !painter || !otherPainter || !writer) return
  const others = members.filter((member) => member !== slow)
  for (const member of members) {
    member.frames.clear()
    member.texts.splice(0)
  }
  slow.client.pause()
  // First its line is full: more than kernels hold for a socket that nobody reads.
  await Promise.all([paint(channel, painter), paint(channel, otherPainter)])
  // Whoever reads has no pictures before them any more.
  await Promise.all(others.map(({ client }) => client.settled()))
  const sayings = Array.from({ length: 10 }, () => randomBytes(50))
  const say = async (): Promise<void> => {
    for (const saying of sayings) {
      await writer.post(channel, saying)
      await sleep(restMillis)
    }
  }
  const speakers = rest.slice(0, 10)
  await Promise.all([say(), sendFrames(channel, speakers, framesEach)])
  await untilFramesCame(speakers, others)
  const expected = sayings.map((saying) => saying.toString('hex'))
  const listeners = others.filter((member) => member !== writer)
  await until(
    () => listeners.every(({ texts }) => texts.length >= sayings.length),
    () => 'texts beside a slow one',
  )
  for (const { texts } of listeners) expect(texts.map(({ payload }) => payload)).toEqual(expected)
  slow.client.resume()
  await until(
    () => slow.texts.length >= sayings.length,
    () => `texts of the slow one; ${slow.texts.length} came, open: ${slow.client.isOpen}`,
  )
  // Frames may be lost to it, text may not.
  expect(slow.texts.map(({ payload }) => payload)).toEqual(expected)
}

/** At a rate that one identity may send. */
async function paint(channel: Uint8Array, { client }: Member): Promise<void> {
  const chunk = randomBytes(pictureBytes)
  for (let seq = 0; seq < pictures; seq++) {
    client.send({ type: 'screen_data', channel_id: channel, chunk, seq })
    await sleep(pictureMillis)
  }
}

async function part(channel: Uint8Array, members: readonly Member[]): Promise<void> {
  const gone = members.slice(-leavers)
  const rest = members.slice(0, -leavers)
  for (const member of members) member.texts.splice(0)
  for (const { client } of gone) client.send({ type: 'leave_channel', channel_id: channel })
  for (const { client } of gone) await client.next('channel_left')
  await until(
    () => rest.every(({ left, leftVoice }) => left.length + leftVoice.length >= 2 * leavers),
    () => 'notices of those who left',
  )
  for (const { left, leftVoice } of rest) {
    expect(left.toSorted()).toEqual(names(gone))
    expect(leftVoice.toSorted()).toEqual(names(gone))
  }
  await rest[0]?.post(channel, randomBytes(10))
  await until(
    () => rest.slice(1).every(({ texts }) => texts.length === 1),
    () => 'a text among those who stayed',
  )
  for (const { client, texts } of gone) {
    await client.settled()
    expect(texts).toEqual([])
  }
}

function names(members: readonly Member[]): readonly string[] {
  return members.map(({ name }) => name).toSorted()
}
