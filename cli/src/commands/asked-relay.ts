/**
 * @module Which relay a new profile uses.
 */
import { relayOrigin } from '@sotto/sdk'
import type { Context } from '#context.ts'
import { Refusal } from '#refusal.ts'

export const usualRelay = 'http://localhost:8080'

export async function askedRelay(
  { terminal }: Context,
  given: string | undefined,
): Promise<string> {
  if (given !== undefined) return checkedRelay(given)
  if (!terminal.canAsk) return usualRelay
  for (;;) {
    const answer = await terminal.ask(`Your relay [${usualRelay}]: `)
    const relay = relayOrigin(answer.trim() === '' ? usualRelay : answer.trim())
    if (relay !== undefined) return relay
    terminal.complain('A relay is named like this: https://relay.example')
  }
}

export function checkedRelay(given: string): string {
  const relay = relayOrigin(given)
  if (relay !== undefined) return relay
  throw new Refusal(
    'This is no URL of a relay. One looks like this: https://relay.example',
    'usage',
  )
}
