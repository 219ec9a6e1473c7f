/**
 * @module The chat on a terminal and a messenger: hands on what happens, does what has to be done, and paints.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { draw } from '#chat/draw.ts'
import type { ChatState, Effect } from '#chat/state.ts'
import { type Input, update } from '#chat/update.ts'
import { openConversationOf } from '#chat/update-open.ts'
import type { Context } from '#context.ts'
import { readDirectory } from '#directory.ts'
import type { Messenger } from '#engine.ts'
import { saveFile } from '#files/save-file.ts'
import type { Frame } from '#screen/frame.ts'
import { isChannelLink } from '#link.ts'
import { paint } from '#screen/paint.ts'
import { sentenceOf } from '#sentences.ts'
import type { Screen } from '#terminal/terminal.ts'

const pageSize = 60
const tickMillis = 15_000
/** What happens together is painted once. */
const paintMillis = 12

export async function runChat(
  context: Context,
  messenger: Messenger,
  profile: string,
  open: string | undefined,
): Promise<void> {
  const chat = new Chat(context, messenger)
  await chat.run(profile, open)
}

class Chat {
  readonly #context: Context
  readonly #messenger: Messenger
  readonly #over = new AbortController()
  readonly #ended = Promise.withResolvers<void>()
  #state: ChatState | undefined
  #screen: Screen | undefined
  #frame: Frame | undefined
  #isPaintDue = false
  /** What the user does is done in order. */
  #doing: Promise<void> = Promise.resolve()

  constructor(context: Context, messenger: Messenger) {
    this.#context = context
    this.#messenger = messenger
  }

  async run(profile: string, open: string | undefined): Promise<void> {
    const { terminal, signal, now, calendar } = this.#context
    const messenger = this.#messenger
    const stop = AbortSignal.any([signal, this.#over.signal])
    const events = messenger.events(stop)
    const [directory, conversations] = await Promise.all([
      readDirectory(messenger),
      messenger.conversations(),
    ])
    using screen = terminal.takeScreen({
      keys: (keys) => this.#take({ kind: 'keys', keys }),
      resized: (size) => this.#take({ kind: 'resized', size }),
    })
    this.#screen = screen
    this.#state = {
      size: terminal.size,
      nowMillis: now(),
      calendar,
      profile,
      settings: messenger.settings,
      connection: messenger.connection,
      ...directory,
      conversations,
      open: undefined,
      threads: new Map(),
      writings: new Map(),
      typing: new Map(),
      focus: 'compose',
      overlay: undefined,
      saying: undefined,
    }
    const first = open ?? conversations[0]?.id
    if (first !== undefined) {
      const opened = openConversationOf(this.#state, first)
      this.#state = opened.state
      for (const effect of opened.effects) this.#do(effect)
    }
    this.#take({ kind: 'ticked', nowMillis: now() })
    const loops = [this.#hear(events), this.#tick(stop)]
    signal.addEventListener('abort', () => this.#ended.resolve(), { once: true })
    await this.#ended.promise
    this.#over.abort()
    await Promise.all([...loops, this.#doing])
    signal.throwIfAborted()
  }

  #take(input: Input): void {
    if (this.#state === undefined || this.#over.signal.aborted) return
    try {
      const { state, effects } = update(this.#state, input)
      this.#state = state
      for (const effect of effects) this.#do(effect)
      this.#paintSoon()
    } catch (error) {
      this.#ended.reject(error)
    }
  }

  #paintSoon(): void {
    if (this.#isPaintDue) return
    this.#isPaintDue = true
    setTimeout(() => {
      this.#isPaintDue = false
      if (this.#state === undefined || this.#over.signal.aborted) return
      try {
        const frame = draw(this.#state)
        this.#screen?.write(paint(this.#frame, frame, this.#context.terminal.hasColour))
        this.#frame = frame
      } catch (error) {
        this.#ended.reject(error)
      }
    }, paintMillis)
  }

  async #hear(events: ReturnType<Messenger['events']>): Promise<void> {
    for await (const event of events) this.#take({ kind: 'happened', event })
    // The messenger was closed, by whomever.
    this.#ended.resolve()
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(tickMillis, undefined, { signal }).catch(() => {})
      this.#take({ kind: 'ticked', nowMillis: this.#context.now() })
    }
  }

  #do(effect: Effect): void {
    if (effect.kind === 'leave') return this.#ended.resolve()
    if (effect.kind === 'repaint') {
      this.#frame = undefined
      return
    }
    const done =
      effect.kind === 'save' ? this.#perform(effect) : this.#doing.then(() => this.#perform(effect))
    // A file that comes for minutes holds up nothing.
    if (effect.kind !== 'save') this.#doing = done
  }

  async #perform(effect: Effect): Promise<void> {
    try {
      await this.#attempt(effect)
    } catch (error) {
      if (this.#over.signal.aborted) return
      const sentence = sentenceOf(error)
      if (sentence === undefined) return this.#ended.reject(error)
      const unsent = effect.kind === 'send' ? effect.body : undefined
      this.#take({ kind: 'failed', sentence: sentence.replaceAll('\n', ' '), unsent })
    }
  }

  async #attempt(effect: Effect): Promise<void> {
    const messenger = this.#messenger
    switch (effect.kind) {
      case 'load': {
        const { conversation, before } = effect
        const messages = await messenger.history(conversation, { before, limit: pageSize })
        const isWhole = messages.length < pageSize
        this.#take({ kind: 'loaded', conversation, before, messages, isWhole })
        return
      }
      case 'send':
        await messenger.send(effect.conversation, { body: effect.body, replyTo: effect.replyTo })
        return
      case 'edit':
        return messenger.edit(effect.conversation, effect.message, effect.body)
      case 'react':
        return messenger.react(effect.conversation, effect.message, effect.emoji)
      case 'delete-for-all':
        return messenger.deleteForAll(effect.conversation, effect.message)
      case 'delete-for-me':
        return messenger.deleteForMe(effect.conversation, effect.message)
      case 'retry':
        await messenger.retry(effect.conversation, effect.message)
        return
      case 'save': {
        const paths: string[] = []
        for (const pointer of effect.message.attachments ?? []) {
          paths.push(await saveFile(messenger, pointer, '.', this.#over.signal))
        }
        this.#take({ kind: 'said', sentence: `It is whole, and saved: ${paths.join(', ')}` })
        return
      }
      case 'mark-read':
        return messenger.markRead(effect.conversation)
      case 'accept':
        await messenger.acceptRequest(effect.contact)
        return
      case 'decline':
        return messenger.declineRequest(effect.contact)
      case 'block':
        await messenger.block(effect.contact)
        return
      case 'accept-identity':
        await messenger.acceptIdentity(effect.contact)
        return
      case 'refuse-identity':
        await messenger.refuseIdentity(effect.contact)
        return
      case 'typing':
        return messenger.typing(effect.conversation, effect.isTyping)
      case 'invite': {
        const { link } = await messenger.invite()
        this.#take({ kind: 'invited', link })
        return
      }
      case 'use-link': {
        if (isChannelLink(effect.link)) {
          this.#take({ kind: 'entered', channel: await messenger.channels.join(effect.link) })
          return
        }
        const contact = await messenger.acceptInvitation(effect.link)
        this.#take({ kind: 'joined', contact })
        return
      }
      case 'look-at-channel': {
        const { channel: id } = effect
        this.#take({ kind: 'looked-at', id, channel: await messenger.channels.get(id) })
        return
      }
      case 'reload': {
        const [directory, conversations] = await Promise.all([
          readDirectory(messenger),
          messenger.conversations(),
        ])
        this.#take({ kind: 'reloaded', directory, conversations, settings: messenger.settings })
        return
      }
      case 'repaint':
      case 'leave':
        return
    }
  }
}
