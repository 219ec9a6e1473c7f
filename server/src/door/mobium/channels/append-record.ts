/**
 * @module `append_record`: one more record of a channel, told to the members who are online and know of records.
 */
import { appendRecord } from '#relay/channels/records.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'
import type { AppendOutcome } from '#store/channels.ts'

export function createAppendRecord(deps: ChannelDeps): Handle<'append_record'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const { record, after, client_id: clientId } = message
    const outcome = await appendRecord(deps, channel, client.identity, record, after)
    if (outcome.kind !== 'appended') throw refusalOf(outcome)
    const { number } = outcome
    const appended = sharedMessage({ type: 'channel_record', channel_id: channel, number, record })
    for (const other of deps.rooms.listenersIn(channel)) {
      if (other !== client && other.has('records')) other.sendShared(appended)
    }
    client.send({
      type: 'record_appended',
      channel_id: channel,
      number,
      ...(clientId === undefined ? {} : { client_id: clientId }),
    })
  }
}

function refusalOf(outcome: Exclude<AppendOutcome, { readonly kind: 'appended' }>): Refusal {
  switch (outcome.kind) {
    case 'conflict':
      return new Refusal('record-conflict')
    case 'full':
      return new Refusal('records-full')
    case 'not-a-member':
      return new Refusal('not-a-member')
  }
}
