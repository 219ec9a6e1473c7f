/**
 * @module `get_history`. Original clients go on behind a second; others, or whoever asks for it, behind a message.
 */
import type { DownMessage } from '@sotto/wire/live'
import {
  defaultHistoryMessages,
  readHistory,
  type HistoryCursor,
} from '#relay/channels/read-history.ts'
import { maxBodyBytes } from '#door/mobium/channels/answer-size.ts'
import { channelOf, secondOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import type { Client, Handle } from '#door/mobium/client.ts'
import type { ChannelMessage } from '#store/channels.ts'

export function createGetHistory(deps: ChannelDeps): Handle<'get_history'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const { messages, more } = await readHistory(
      deps,
      channel,
      client.identity,
      cursorOf(client, message),
      {
        maxMessages: message.limit ?? defaultHistoryMessages,
        maxBytes: maxBodyBytes(client.form),
      },
    )
    const isExact = client.has('history') || message.after_id !== undefined
    client.send({
      type: 'history_response',
      channel_id: channel,
      count: messages.length,
      messages: messages.map((row) => rowFor(client, row)),
      ...(isExact
        ? {
            next_after_id: messages.at(-1)?.sequence ?? Math.max(message.after_id ?? 0, 0),
            has_more: more,
          }
        : {}),
    })
  }
}

function cursorOf(
  client: Client,
  message: {
    readonly after_id?: number | undefined
    readonly after_timestamp?: number | undefined
  },
): HistoryCursor {
  const { after_id: sequence, after_timestamp: second } = message
  if (sequence !== undefined) return { kind: 'message', sequence }
  if (second === undefined && client.has('history')) return { kind: 'message', sequence: 0 }
  return { kind: 'second', second: second ?? 0 }
}

type HistoryRow = Extract<DownMessage, { readonly type: 'history_response' }>['messages'][number]

function rowFor(
  client: Client,
  { sequence, sender, body, acceptedAtMillis, bucket }: ChannelMessage,
): HistoryRow {
  return {
    id: sequence,
    sender,
    payload: body,
    timestamp: secondOf(acceptedAtMillis),
    bucket_size: bucket,
    ...(client.has('history') ? { accepted_at: acceptedAtMillis } : {}),
  }
}
