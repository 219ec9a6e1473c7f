/**
 * @module Removes messages and invitations of channels whose time is over, a slice at a time.
 */
import type { Clock } from '#relay/clock.ts'
import { inSlices } from '#relay/mailboxes/expire.ts'
import type { ChannelStore } from '#store/channels.ts'

/** Resolves to how many went. Stops early when the signal aborts. */
export function expireChannels(
  channels: Pick<ChannelStore, 'expire'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  return inSlices((limit) => channels.expire(clock.now(), limit), signal)
}
