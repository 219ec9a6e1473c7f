import { describe, expect, test } from 'vitest'
import { upMessages } from '@sotto/wire/live'
import { channelHandlers } from '#door/mobium/channels/channel-handlers.ts'
import { openWorld } from '#door/mobium/channels/world-for-tests.ts'

/** Of messages that name a channel, those that other parts of the door handle. */
const ofCalls = ['join_voice', 'leave_voice', 'voice_data', 'screen_data']

describe('The handlers of channels', () => {
  test('are one for each message that names a channel', () => {
    const named = Object.values(upMessages)
      .filter(({ fields }) => 'channel_id' in fields)
      .map(({ name }) => name)
      .filter((name) => !ofCalls.includes(name))
    expect(Object.keys(channelHandlers(openWorld())).toSorted()).toEqual(named.toSorted())
  })
})
