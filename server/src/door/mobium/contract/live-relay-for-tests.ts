/**
 * @module A relay whose live door no test meets the limits of by accident, and short ways to be in it.
 */
import { RunningRelay, type RelaySettings } from '#door/obscura/contract/running-relay-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import {
  MobiumClient,
  type LoginChoices,
  type Message,
} from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'

const roomy = {
  'max-sockets-per-address': '0',
  'live-burst': '1000000',
  'live-per-second': '1000000',
  'live-bytes-per-second': '1GiB',
  'live-chat-burst': '1000000',
  'live-chat-interval-ms': '0',
  'live-media-burst': '1000000',
  'live-media-per-second': '1000000',
  'live-media-bytes-per-second': '1GiB',
  'live-address-burst': '1000000',
  'live-address-per-second': '0',
  'live-address-bytes-per-second': '0',
  'live-login-burst': '1000000',
  'live-login-per-second': '0',
}

export async function startLive(settings: RelaySettings = {}): Promise<RunningRelay> {
  return await RunningRelay.start({ ...settings, flags: { ...roomy, ...settings.flags } })
}

interface Where {
  readonly port: number
}

/** Somebody, new unless named, who is connected and logged in. */
export async function arrive(
  { port }: Where,
  { person = Person.draw(), ...choices }: LoginChoices & { readonly person?: Person } = {},
): Promise<MobiumClient> {
  const client = await MobiumClient.connect({ port })
  await client.logIn(person, choices)
  return client
}

/** Somebody who was here once, and is gone. */
export async function visit(where: Where, choices?: LoginChoices): Promise<Person> {
  return await depart(where, await arrive(where, choices))
}

/** Leaves, and is gone for everybody. It must be the only socket of its identity. */
export async function depart(where: Where, client: MobiumClient): Promise<Person> {
  const { person } = client
  await client.leave()
  using witness = await arrive(where)
  const call = { type: 'voice_signal', recipient: person.name, signal_type: 'test', payload: '' }
  await eventually('it is gone', async () => {
    witness.send(call)
    return (await witness.upTo('ack')).length > 1
  })
  return person
}

/** A channel that all of these are in; the first is its owner. Resolves to its id. */
export async function gather(...clients: readonly MobiumClient[]): Promise<string> {
  const channel_id = draw()
  for (const client of clients) await joinChannel(client, channel_id)
  for (const client of clients) await client.sofar()
  return channel_id
}

/** Resolves to everything that came up to the answer. */
export async function joinChannel(
  client: MobiumClient,
  channel_id: string,
): Promise<readonly Message[]> {
  client.send({ type: 'join_channel', channel_id })
  return await client.upTo('channel_joined')
}

/** Looks again and again until nothing waits for the device that logs in like this. */
export async function nothingWaits(
  where: Where,
  person: Person,
  choices: LoginChoices = {},
): Promise<void> {
  await eventually('nothing waits', async () => {
    using client = await arrive(where, { caps: ['ack'], ...choices, person })
    return (await client.sofar()).length === 0
  })
}

/** What original clients are told of everything that is not done. */
export const requestFailed: Message = { type: 'error', code: 400, message: 'Request failed' }
