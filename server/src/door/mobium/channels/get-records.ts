/**
 * @module `get_records`.
 */
import { readRecords } from '#relay/channels/records.ts'
import { maxBodyBytes } from '#door/mobium/channels/answer-size.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createGetRecords(deps: ChannelDeps): Handle<'get_records'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const page = await readRecords(deps, channel, client.identity, {
      after: message.after ?? 0,
      limit: message.limit,
      maxBytes: maxBodyBytes(client.form),
    })
    if (page === undefined) throw new Refusal('not-a-member')
    client.send({
      type: 'records',
      channel_id: channel,
      records: page.records,
      has_more: page.more,
    })
  }
}
