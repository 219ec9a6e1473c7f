/**
 * @module What happens, and what becomes of the chat by it. Nothing here reaches outside: what has to be done is an effect
 * for `run-chat.ts`.
 */
import { hasRoom, keepPlace, nearBeginning, scrollTo } from '#chat/scrolling.ts'
import {
  type ChatState,
  type Effect,
  type Step,
  threadOf,
  withThread,
  withWriting,
  writingOf,
} from '#chat/state.ts'
import { pressKey } from '#chat/update-keys.ts'
import { openConversationOf } from '#chat/update-open.ts'
import type { Directory } from '#directory.ts'
import type { Channel, Contact, Conversation, Message, MessengerEvent, Settings } from '#engine.ts'
import { draftOf } from '#input/editor.ts'
import type { Key } from '#input/key.ts'
import type { Size } from '#terminal/terminal.ts'

export type Input =
  | { readonly kind: 'keys'; readonly keys: readonly Key[] }
  | { readonly kind: 'resized'; readonly size: Size }
  | { readonly kind: 'happened'; readonly event: MessengerEvent }
  /** What was loaded: the newest, or those before a place. */
  | {
      readonly kind: 'loaded'
      readonly conversation: string
      readonly before: number | undefined
      readonly messages: readonly Message[]
      readonly isWhole: boolean
    }
  | {
      readonly kind: 'reloaded'
      readonly directory: Directory
      readonly conversations: readonly Conversation[]
      readonly settings: Settings
    }
  | { readonly kind: 'invited'; readonly link: string }
  | { readonly kind: 'joined'; readonly contact: Contact }
  /** Into a channel. */
  | { readonly kind: 'entered'; readonly channel: Channel }
  /** It is another, or gone. */
  | { readonly kind: 'looked-at'; readonly id: string; readonly channel: Channel | undefined }
  | { readonly kind: 'said'; readonly sentence: string }
  | { readonly kind: 'ticked'; readonly nowMillis: number }
  /** `unsent` is what was to be sent, and is to be written again. */
  | { readonly kind: 'failed'; readonly sentence: string; readonly unsent?: string | undefined }

export function update(before: ChatState, input: Input): Step {
  const { state, effects } = step(before, input)
  return withHistory(before, state, effects)
}

function step(state: ChatState, input: Input): Step {
  switch (input.kind) {
    case 'keys': {
      let current: Step = { state: { ...state, saying: undefined }, effects: [] }
      for (const key of input.keys) {
        const next = pressKey(current.state, key)
        current = { state: next.state, effects: [...current.effects, ...next.effects] }
      }
      return current
    }
    case 'resized': {
      const resized = { ...state, size: input.size }
      return quiet(scrollTo(resized, threadOf(resized).scroll))
    }
    case 'happened': {
      const after = happened(state, input.event)
      return { ...after, state: keepPlace(state, after.state) }
    }
    case 'loaded':
      return quiet(loaded(state, input))
    case 'reloaded':
      return reloaded(state, input)
    case 'invited':
      return quiet(
        state.overlay?.kind === 'invite'
          ? { ...state, overlay: { kind: 'invite', link: input.link } }
          : state,
      )
    case 'joined': {
      const { contact } = input
      const known = { ...state, contacts: new Map(state.contacts).set(contact.id, contact) }
      return openConversationOf(known, contact.id)
    }
    case 'entered': {
      const { channel } = input
      return openConversationOf(withChannel(state, channel.id, channel), channel.id)
    }
    case 'looked-at':
      return quiet(withChannel(state, input.id, input.channel))
    case 'ticked': {
      const typing = [...state.typing].filter(([, at]) => input.nowMillis - at < typingMillis)
      return quiet({ ...state, nowMillis: input.nowMillis, typing: new Map(typing) })
    }
    case 'said':
      return quiet({ ...state, saying: input.sentence })
    case 'failed': {
      const said = { ...state, saying: input.sentence }
      const { unsent } = input
      const isFree = writingOf(state).draft.text === ''
      return quiet(
        unsent !== undefined && isFree ? withWriting(said, { draft: draftOf(unsent) }) : said,
      )
    }
  }
}

/** Who writes says so again before that. */
const typingMillis = 12_000

function quiet(state: ChatState): Step {
  return { state, effects: [] }
}

/** Whoever comes near the beginning of what is loaded sees more of it soon. */
function withHistory(before: ChatState, state: ChatState, effects: readonly Effect[]): Step {
  const { open } = state
  const thread = threadOf(state)
  if (open === undefined || thread.isWhole || thread.isLoading) return { state, effects }
  const was = threadOf(before)
  const hasMoved =
    before.open !== open ||
    before.size !== state.size ||
    was.scroll !== thread.scroll ||
    was.selected !== thread.selected
  const isNeeded =
    thread.messages.length === 0 || hasRoom(state) || (hasMoved && nearBeginning(state))
  if (!isNeeded) return { state, effects }
  return {
    state: withThread(state, open, { isLoading: true }),
    effects: [...effects, { kind: 'load', conversation: open, before: thread.messages[0]?.order }],
  }
}

function loaded(
  state: ChatState,
  { conversation, before, messages, isWhole }: Extract<Input, { readonly kind: 'loaded' }>,
): ChatState {
  const known = state.threads.get(conversation)?.messages ?? []
  const merged = before === undefined ? mergeAll(messages, known) : mergeAll(known, messages)
  return withThread(state, conversation, { messages: merged, isWhole, isLoading: false })
}

/** By place; where both have one, the second counts: it came later. */
function mergeAll(earlier: readonly Message[], later: readonly Message[]): readonly Message[] {
  const byOrder = new Map([...earlier, ...later].map((message) => [message.order, message]))
  return [...byOrder.values()].sort((a, b) => a.order - b.order)
}

function reloaded(
  state: ChatState,
  { directory, conversations, settings }: Extract<Input, { readonly kind: 'reloaded' }>,
): Step {
  const open = conversations.some(({ id }) => id === state.open) ? state.open : undefined
  const next: ChatState = {
    ...state,
    ...directory,
    conversations,
    settings,
    threads: new Map(),
    open: undefined,
  }
  const first = open ?? conversations[0]?.id
  return first === undefined ? quiet(next) : openConversationOf(next, first)
}

function happened(state: ChatState, event: MessengerEvent): Step {
  switch (event.type) {
    case 'message':
      return messageCame(state, event.message)
    case 'message-changed':
      return quiet(changeMessage(state, event.message))
    case 'message-gone': {
      const { conversation, id } = event
      const thread = state.threads.get(conversation)
      if (thread === undefined) return quiet(state)
      const messages = thread.messages.filter((message) => message.id !== id)
      const selected = thread.selected === id ? undefined : thread.selected
      return quiet(withThread(state, conversation, { messages, selected }))
    }
    case 'conversation-changed': {
      const others = state.conversations.filter(({ id }) => id !== event.conversation.id)
      const conversations = [...others, event.conversation].sort(
        (a, b) => b.lastAtMillis - a.lastAtMillis,
      )
      const next = { ...state, conversations }
      // The first one that there is, is the one to look at.
      return state.open === undefined
        ? openConversationOf(next, event.conversation.id)
        : quiet(next)
    }
    case 'conversation-gone': {
      const conversations = state.conversations.filter(({ id }) => id !== event.conversation)
      const next = { ...state, conversations }
      if (state.open !== event.conversation) return quiet(next)
      const [first] = conversations
      return first === undefined
        ? quiet({ ...next, open: undefined, focus: 'compose' })
        : openConversationOf(next, first.id)
    }
    case 'contact-changed':
    case 'request':
      return quiet({
        ...state,
        contacts: new Map(state.contacts).set(event.contact.id, event.contact),
      })
    case 'typing': {
      const typing = new Map(state.typing)
      if (event.isTyping) typing.set(event.conversation, state.nowMillis)
      else typing.delete(event.conversation)
      return quiet({ ...state, typing })
    }
    case 'connection':
      return quiet({ ...state, connection: event.state })
    case 'gap':
      return { state, effects: [{ kind: 'reload' }] }
    case 'channel-changed':
      return { state, effects: [{ kind: 'look-at-channel', channel: event.channel }] }
  }
}

function withChannel(state: ChatState, id: string, channel: Channel | undefined): ChatState {
  const channels = new Map(state.channels)
  if (channel === undefined) channels.delete(id)
  else channels.set(id, channel)
  return { ...state, channels }
}

function messageCame(state: ChatState, message: Message): Step {
  const { conversation, isOwn } = message
  const typing = new Map(state.typing)
  typing.delete(conversation)
  const thread = state.threads.get(conversation)
  let next: ChatState = {
    ...state,
    typing,
    nowMillis: Math.max(state.nowMillis, message.sentAtMillis),
  }
  if (thread !== undefined) {
    const messages = mergeAll(thread.messages, [message])
    next = withThread(next, conversation, {
      messages,
      ...(isOwn ? { newAfter: undefined } : {}),
    })
  }
  const isSeen = conversation === state.open && threadOf(state).scroll === 0 && !isOwn
  return { state: next, effects: isSeen ? [{ kind: 'mark-read', conversation }] : [] }
}

function changeMessage(state: ChatState, message: Message): ChatState {
  const thread = state.threads.get(message.conversation)
  if (thread === undefined) return state
  const messages = thread.messages.map((each) => (each.id === message.id ? message : each))
  return withThread(state, message.conversation, { messages })
}
