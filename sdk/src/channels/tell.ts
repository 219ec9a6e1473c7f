/**
 * @module Whoever listens hears that something about a channel is another: once for each write, however much it was.
 */
import type { Engine } from '#engine.ts'
import type { Work } from '#state/work.ts'

export function tellChanged(work: Work, { events }: Pick<Engine, 'events'>, channel: string): void {
  work.afterwards(() => events.emit({ type: 'channel-changed', channel }))
}
