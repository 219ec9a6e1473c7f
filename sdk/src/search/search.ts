/**
 * @module Looking for words in all that was written, from the newest message to the oldest. Messages are read in pieces,
 * and between pieces others have their turn.
 *
 * Conversations are merged by time. Within one the order is the conversation's; a message that came late, or from a clock
 * that is behind, counts as old as what stands around it.
 */
import { conversations } from '#messages/conversation.ts'
import { type Message, messageKey, messages } from '#messages/message.ts'
import type { Clock } from '#ports/clock.ts'
import { type Block, blockOf, isFindable, type Line, readBlock } from '#search/blocks.ts'
import { fold, has, type Term, termsOf } from '#search/fold.ts'
import type { Reader } from '#state/work.ts'

export interface SearchOptions {
  /** In this one alone. */
  readonly conversation?: string | undefined
  /** At most so many. */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock: Pick<Clock, 'now'>
  /** Lets others have their turn, and resolves when they had it. */
  readonly pause: () => Promise<void>
  /** What the user calls a sender, to be found by it. */
  readonly nameOf?: ((identity: string) => string | undefined) | undefined
  /** What was read before. */
  readonly memory?:
    { readonly block: (conversation: string, block: number) => Promise<Block> } | undefined
}

/** Others wait no longer than this and one piece. */
const turnMillis = 8

/** One conversation, on the way to its beginning. */
interface Source {
  readonly conversation: string
  /** Of what was read, the newest first. */
  found: readonly Found[]
  /** Of what was not read yet: none of it is newer. */
  restMillis: number
  /** The block to be read next; -1 when all was read. */
  next: number
}

interface Found {
  readonly atMillis: number
  readonly order: number
}

/**
 * The newest first. Rejects with the signal's reason. A query without words finds nothing. What is deleted, or whose time
 * is up, is not found.
 */
export async function* search(
  reader: Reader,
  query: string,
  options: SearchOptions,
): AsyncGenerator<Message, void, undefined> {
  const { signal, clock, limit = Number.POSITIVE_INFINITY } = options
  const terms = termsOf(query)
  if (terms.length === 0) return
  const fits = comparison(terms, options)
  const turn = turnOf(options)
  const sources = await sourcesOf(reader, options.conversation)
  let count = 0
  while (count < limit) {
    signal?.throwIfAborted()
    const source = newest(sources)
    if (source === undefined) return
    const [found] = source.found
    if (found === undefined) await readOn(reader, source, fits, options)
    else {
      source.found = source.found.slice(1)
      const message = await messages.get(reader, messageKey(source.conversation, found.order))
      if (message !== undefined && isThere(message, clock.now())) {
        count++
        yield message
      }
    }
    if (source.next < 0 && source.found.length === 0) sources.delete(source)
    await turn()
  }
}

async function sourcesOf(reader: Reader, conversation: string | undefined): Promise<Set<Source>> {
  const found =
    conversation === undefined
      ? (await conversations.all(reader)).map(({ value }) => value)
      : [await conversations.get(reader, conversation)].filter((each) => each !== undefined)
  const sources = found.map(({ id, lastAtMillis, lastOrder }) => ({
    conversation: id,
    found: [],
    restMillis: lastAtMillis,
    next: blockOf(lastOrder),
  }))
  return new Set(sources)
}

function newest(sources: ReadonlySet<Source>): Source | undefined {
  let best: Source | undefined
  let bestMillis = Number.NEGATIVE_INFINITY
  for (const source of sources) {
    const atMillis = source.found[0]?.atMillis ?? source.restMillis
    if (best !== undefined && atMillis <= bestMillis) continue
    best = source
    bestMillis = atMillis
  }
  return best
}

/** Reads the next piece of a conversation, and keeps of it what is looked for. */
async function readOn(
  reader: Reader,
  source: Source,
  fits: (line: Line) => boolean,
  { memory }: SearchOptions,
): Promise<void> {
  const { conversation, restMillis, next } = source
  const { lines, firstMillis = restMillis } =
    memory === undefined
      ? await readBlock(reader, conversation, next)
      : await memory.block(conversation, next)
  const found: Found[] = []
  // From the oldest to the newest: none counts as older than what stands before it.
  let atMillis = Math.min(firstMillis, restMillis)
  for (const line of lines) {
    atMillis = Math.min(restMillis, Math.max(atMillis, line.sentAtMillis))
    if (fits(line)) found.push({ atMillis, order: line.order })
  }
  source.found = found.reverse()
  source.restMillis = Math.min(restMillis, firstMillis)
  source.next = next - 1
}

/** Each word stands in the message, or in its sender's name. */
function comparison(terms: readonly Term[], { nameOf }: SearchOptions): (line: Line) => boolean {
  const names = new Map<string, string>()
  const nameOfSender = (sender: string): string => {
    let name = names.get(sender)
    if (name === undefined) names.set(sender, (name = fold(nameOf?.(sender) ?? '')))
    return name
  }
  return ({ text, sender }) =>
    terms.every((term) => has(text, term) || has(nameOfSender(sender), term))
}

/** It may have gone since it was read. */
function isThere(message: Message, now: number): boolean {
  return isFindable(message) && (message.expiresAtMillis ?? Number.POSITIVE_INFINITY) > now
}

/** From time to time lets others have their turn. */
function turnOf({ clock, pause }: SearchOptions): () => Promise<void> {
  let beganAt = clock.now()
  return async () => {
    if (clock.now() - beganAt < turnMillis) return
    await pause()
    beganAt = clock.now()
  }
}
