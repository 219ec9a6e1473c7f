/**
 * @module Two people at the live door of a relay that was started as the README says, under its default limits: what they
 * say to each other arrives once, whoever was away, and whatever became of the relay meanwhile.
 */
import { randomBytes } from 'node:crypto'
import { encode } from '@msgpack/msgpack'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LiveClient, type LoginChoices } from '#clients/live.ts'
import { LiveIdentity } from '#clients/live-identity.ts'
import type { Form } from '#clients/live-message.ts'
import { LivePerson } from '#clients/live-person.ts'
import { errorsIn } from '#relay-errors.ts'
import { LiveStage, until } from '#scenarios/live-stage.ts'

let stage: LiveStage

beforeAll(async () => {
  stage = await LiveStage.open()
})

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

interface Speaker extends AsyncDisposable {
  readonly identity: LiveIdentity
  readonly client: LiveClient
}

async function enter(choices: LoginChoices, identity = new LiveIdentity()): Promise<Speaker> {
  const client = await LiveClient.open(stage.relay)
  await client.logIn(identity, choices)
  return { identity, client, [Symbol.asyncDispose]: () => client.leave() }
}

const couples: readonly (readonly [Form, Form])[] = [
  ['array', 'array'],
  ['bin', 'bin'],
  ['array', 'bin'],
]

/** Every value that a byte can have. */
const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i)

describe.each(couples)('one writes %s, the other %s', (oneForm, otherForm) => {
  test('both hear each other', async () => {
    await using ann = await enter({ form: oneForm })
    await using ben = await enter({ form: otherForm })
    for (const [from, to] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      from.client.send({ type: 'message', recipient: to.identity.publicKey, payload: allBytes })
      const ack = await from.client.next('ack')
      expect(ack.hex('recipient')).toBe(to.identity.name)
      const message = await to.client.next('message')
      expect(message.hex('sender')).toBe(from.identity.name)
      expect(message.bytes('payload')).toEqual(allBytes)
      expect(message.has('offline')).toBe(false)
    }
  })

  test('who was away finds what waited in order, and not a second time', async () => {
    await using ann = await enter({ form: oneForm })
    const ben = await enter({ form: otherForm })
    await ben.client.leave()
    for (const number of [1, 2, 3]) {
      const payload = Uint8Array.of(number, 200 + number)
      ann.client.send({ type: 'message', recipient: ben.identity.publicKey, payload })
      await ann.client.next('ack')
    }
    const back = await LiveClient.open(stage.relay)
    const { waited, success } = await back.logIn(ben.identity, { form: otherForm })
    expect(success.integer('offline_count')).toBe(3)
    expect(waited.map((message) => message.bytes('payload')[0])).toEqual([1, 2, 3])
    expect(waited.every((message) => message.hex('sender') === ann.identity.name)).toBe(true)
    await back.leave()
    await using again = await LiveClient.open(stage.relay).then((client) => ({
      client,
      [Symbol.asyncDispose]: () => client.leave(),
    }))
    const second = await again.client.logIn(ben.identity, { form: otherForm })
    expect(second.success.integer('offline_count')).toBe(0)
  })

  test('a channel of two keeps what was said for the one who was away', async () => {
    const channel = randomBytes(32)
    await using ann = await enter({ form: oneForm, capabilities: [oneForm, 'history'] })
    await using ben = await enter({ form: otherForm, capabilities: [otherForm, 'history'] })
    await ann.client.ask(
      { type: 'create_channel', channel_id: channel, encrypted_metadata: randomBytes(32) },
      'channel_created',
    )
    await ben.client.ask({ type: 'join_channel', channel_id: channel }, 'channel_joined')
    const joined = await ann.client.next('member_joined')
    expect(joined.hex('member')).toBe(ben.identity.name)
    const said: string[] = []
    for (const speaker of [ann, ben, ann]) {
      const payload = randomBytes(40)
      said.push(payload.toString('hex'))
      speaker.client.send({
        type: 'channel_message',
        channel_id: channel,
        payload,
        bucket_size: 0,
        client_id: randomBytes(16),
      })
      const ack = await speaker.client.next('ack')
      const listener = speaker === ann ? ben : ann
      const message = await listener.client.next('channel_message')
      expect(message.hex('payload')).toBe(said.at(-1))
      expect(message.hex('sender')).toBe(speaker.identity.name)
      expect(message.integer('id')).toBe(ack.integer('id'))
    }
    const pages: string[] = []
    let after = 0
    let hasMore = true
    while (hasMore) {
      const page = await ben.client.ask(
        { type: 'get_history', channel_id: channel, after_id: after, limit: 2 },
        'history_response',
      )
      const messages = page.maps('messages')
      expect(page.integer('count')).toBe(messages.length)
      pages.push(...messages.map((message) => message.hex('payload')))
      after = page.integer('next_after_id')
      hasMore = messages.length > 0
    }
    expect(pages).toEqual(said)
  })

  test('prekeys are published, and each one-time key is handed out once', async () => {
    await using ann = await enter({ form: oneForm })
    await using ben = await enter({ form: otherForm })
    const [exchangeKey, signedPrekey] = [randomBytes(32), randomBytes(32)]
    const oneTime = [randomBytes(32), randomBytes(32)]
    const signature = ann.identity.sign(signedPrekey)
    await ann.client.ask(
      {
        type: 'publish_prekeys',
        identity_x25519_pub: exchangeKey,
        signed_prekey: signedPrekey,
        signed_prekey_sig: signature,
        // MessagePack in itself, of lists of numbers.
        one_time_prekeys: encode(oneTime.map((key) => Array.from(key))),
      },
      'prekeys_stored',
    )
    for (const expected of [...oneTime, undefined]) {
      const bundle = await ben.client.ask(
        { type: 'get_prekey_bundle', target_pubkey: ann.identity.publicKey },
        'prekey_bundle_response',
      )
      expect(bundle.hex('target_pubkey')).toBe(ann.identity.name)
      expect(bundle.hex('identity_x25519_pub')).toBe(exchangeKey.toString('hex'))
      expect(bundle.hex('signed_prekey')).toBe(signedPrekey.toString('hex'))
      expect(bundle.bytes('signed_prekey_sig')).toEqual(signature)
      if (expected === undefined) expect(bundle.has('one_time_prekey')).toBe(false)
      else expect(bundle.hex('one_time_prekey')).toBe(expected.toString('hex'))
    }
    const count = await ann.client.ask({ type: 'get_prekey_count' }, 'prekey_count_response')
    expect(count.integer('count')).toBe(0)
  })

  test('a call is set up, heard, seen, and hung up', async () => {
    await using ann = await enter({ form: oneForm })
    await using ben = await enter({ form: otherForm })
    const steps = [
      [ann, ben, 'offer', '{"type":"offer","sdp":"v=0 one"}'],
      [ben, ann, 'answer', '{"type":"answer","sdp":"v=0 two"}'],
      [ann, ben, 'ice_candidate', '{"candidate":"a","sdpMid":"0","sdpMLineIndex":0}'],
      [ben, ann, 'ice_candidate', '{"candidate":"b","sdpMid":"0","sdpMLineIndex":0}'],
      [ann, ben, 'hangup', ''],
    ] as const
    for (const [from, to, kind, content] of steps) {
      from.client.send({
        type: 'voice_signal',
        recipient: to.identity.publicKey,
        signal_type: kind,
        payload: new TextEncoder().encode(content),
      })
      await from.client.next('ack')
      const signal = await to.client.next('voice_signal')
      expect(signal.hex('sender')).toBe(from.identity.name)
      expect(signal.text('signal_type')).toBe(kind)
      expect(new TextDecoder().decode(signal.bytes('payload'))).toBe(content)
    }
    const channel = randomBytes(32)
    for (const { client } of [ann, ben]) {
      await client.ask({ type: 'join_channel', channel_id: channel }, 'channel_joined')
      await client.ask({ type: 'join_voice', channel_id: channel }, 'voice_state')
    }
    const frames = [
      ['voice_data', 'audio', 160],
      ['screen_data', 'chunk', 70_000],
    ] as const
    for (const [from, to] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      for (const [type, field, bytes] of frames) {
        for (let seq = 0; seq < 5; seq++) {
          from.client.send({
            type,
            channel_id: channel,
            [field]: randomBytes(bytes),
            seq,
            extra: 7,
          })
          const frame = await to.client.next(type)
          expect(frame.hex('sender')).toBe(from.identity.name)
          expect(frame.hex('channel_id')).toBe(channel.toString('hex'))
          expect(frame.bytes(field)).toHaveLength(bytes)
          expect(frame.integer('seq')).toBe(seq)
          expect(frame.integer('extra')).toBe(7)
        }
      }
    }
    ann.client.send({ type: 'leave_voice', channel_id: channel })
    const left = await ben.client.next('voice_left')
    expect(left.hex('pubkey')).toBe(ann.identity.name)
  })
})

test.each(couples)(
  'what is accepted arrives exactly once although the relay ends in the middle (%s, %s)',
  async (oneForm, otherForm) => {
    const [annId, benId] = [new LiveIdentity(), new LiveIdentity()]
    const spoken = 24
    await using ann = new LivePerson({ relay: stage.relay, identity: annId, form: oneForm })
    await using ben = new LivePerson({ relay: stage.relay, identity: benId, form: otherForm })
    // Nobody can write to somebody who has never been here.
    await until(
      () => ann.logins > 0 && ben.logins > 0,
      () => 'two logins',
    )
    const sayings = Promise.all(
      Array.from({ length: spoken }, (_, i) => [
        ann.say(benId, `ann ${i}`),
        ben.say(annId, `ben ${i}`),
      ]).flat(),
    )
    for (const [after, signal] of [
      [4, 'SIGKILL'],
      [10, 'SIGTERM'],
      [16, 'SIGKILL'],
    ] as const) {
      await until(
        () => ben.heard.length >= after,
        () => `${after} messages; ${ben.heard.length} came; ${String(ben.fault)}`,
      )
      const stopped = await stage.end(signal)
      if (signal === 'SIGTERM') expect(stopped, stage.output()).toMatchObject({ code: 0 })
      await stage.start()
    }
    const statuses = await sayings
    await until(
      () => ann.heard.length >= spoken && ben.heard.length >= spoken,
      () => `everything; ${ann.heard.length} and ${ben.heard.length} came`,
    )
    expect(ann.fault).toBeUndefined()
    expect(ben.fault).toBeUndefined()
    expect(new Set(statuses).difference(new Set(['delivered', 'stored', 'duplicate']))).toEqual(
      new Set(),
    )
    const said = (name: string, from: LiveIdentity) =>
      Array.from({ length: spoken }, (_, i) => ({ from: from.name, text: `${name} ${i}` }))
    expect(ann.heard).toEqual(said('ben', benId))
    expect(ben.heard).toEqual(said('ann', annId))
    expect(errorsIn(stage.output())).toEqual([])
    // Otherwise the relay was never away, and nothing was proved.
    expect(ann.logins).toBeGreaterThan(3)
  },
  120_000,
)
