/**
 * @module What the user has chosen, and what follows from it.
 */
import { contacts, type Settings, settings } from '#contacts/contact.ts'
import { dropReadingKey, keepReadingKey, ownReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import type { Work } from '#state/work.ts'

export const firstSettings: Omit<Settings, 'relay'> = {
  mode: 'sealed',
  takesRequests: true,
  sendsReadReceipts: false,
  sendsTyping: false,
  keepsSnapshot: true,
}

export const maxNameCharacters = 64

/** What was chosen before stays, where nothing else is said. */
export async function choose(
  work: Work,
  engine: Engine,
  choice: Partial<Settings>,
): Promise<Settings> {
  const before = await settings.get(work)
  const chosen = { ...firstSettings, ...before, ...choice }
  const relay = relayOrigin(chosen.relay ?? '')
  if (relay === undefined) {
    throw new SottoError('invalid-argument', 'Cannot choose: this is no URL of a relay')
  }
  const name = chosen.name?.trim()
  if ((name?.length ?? 0) > maxNameCharacters) {
    throw new SottoError(
      'invalid-argument',
      `Cannot choose: the name has more than ${maxNameCharacters} characters`,
    )
  }
  const next: Settings = { ...chosen, relay, name: name === '' ? undefined : name }
  settings.put(work, next)
  const key = ownReadingKey(engine.device, 'requests')
  if (next.takesRequests) keepReadingKey(work, engine.device, key, { kind: 'requests' })
  else dropReadingKey(work, engine.device, key.toHex())
  if (before !== undefined && before.name !== next.name) await tellName(work, engine, next.name)
  work.afterwards(() => engine.wakeUpkeep())
  return next
}

async function tellName(work: Work, engine: Engine, name: string | undefined): Promise<void> {
  for (const { id, value } of await contacts.all(work)) {
    if (value.state !== 'contact' || value.isBlocked) continue
    await enqueue(work, engine, id, { type: 'profile', ...newContent(engine), name })
  }
}
