/**
 * @module Messages as they are looked through: 64 places of a conversation at a time, folded (`fold.ts`).
 */
import { type Message, messageKey, messages } from '#messages/message.ts'
import { fold } from '#search/fold.ts'
import type { Reader } from '#state/work.ts'

/** Places in a block. */
export const blockPlaces = 64

/** A message that can be found. */
export interface Line {
  readonly order: number
  readonly sentAtMillis: number
  readonly sender: string
  /** The body and the names of files, folded. */
  readonly text: string
}

export interface Block {
  /** In order. */
  readonly lines: readonly Line[]
  /** When the first message of the block was sent, whether it can be found or not; undefined for an empty block. */
  readonly firstMillis: number | undefined
}

export function blockOf(order: number): number {
  return Math.floor(order / blockPlaces)
}

export async function readBlock(
  reader: Reader,
  conversation: string,
  block: number,
): Promise<Block> {
  const first = block * blockPlaces
  const rows = await messages.list(reader, {
    from: messageKey(conversation, first),
    before: messageKey(conversation, first + blockPlaces),
    limit: blockPlaces,
  })
  const lines = rows.flatMap(({ value }) => lineOf(value))
  return { lines, firstMillis: rows[0]?.value.sentAtMillis }
}

function lineOf(message: Message): readonly Line[] {
  if (!isFindable(message)) return []
  const { order, sentAtMillis, sender, body, attachments } = message
  const whole =
    attachments === undefined
      ? body
      : [body, ...attachments.map(({ name }) => name ?? '')].join('\n')
  return [{ order, sentAtMillis, sender, text: fold(whole) }]
}

/** What is not there any more, or is no text, is not found. Whether its time is up changes with time. */
export function isFindable({ kind, isDeleted }: Message): boolean {
  return kind === 'text' && isDeleted !== true
}
