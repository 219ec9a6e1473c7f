/**
 * @module Words said in a channel, and read again.
 */
import type { Message, MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { text } from '#door/mobium/contract/person-for-tests.ts'

export async function say(client: MobiumClient, channel_id: string, words: string): Promise<void> {
  client.send({ type: 'channel_message', channel_id, payload: text(words), bucket_size: 1 })
  await client.upTo('ack')
}

export async function read(
  client: MobiumClient,
  channel_id: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Message> {
  return await client.ask({ type: 'get_history', channel_id, ...more })
}

export function rowsOf({ messages }: Message): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(messages)) throw new Error('No rows')
  return messages.filter(isRow)
}

function isRow(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** What was said in one message. */
export const wordsIn = ({ payload }: Readonly<Record<string, unknown>>): string =>
  Buffer.from(String(payload), 'hex').toString()

export const wordsOf = (history: Message): readonly string[] => rowsOf(history).map(wordsIn)

/** The numbers as words. */
export const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}`)
