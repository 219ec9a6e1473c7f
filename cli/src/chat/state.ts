/**
 * @module All that the chat knows. It is a value: what happens makes a new one (`update.ts`), and what is seen follows from
 * it (`draw.ts`).
 */
import type { Calendar } from '#calendar.ts'
import type { Channel, ConnectionState, Contact, Conversation, Message, Settings } from '#engine.ts'
import { type Draft, emptyDraft } from '#input/editor.ts'
import type { Size } from '#terminal/terminal.ts'

export interface Thread {
  /** As far as they were asked for, oldest first. */
  readonly messages: readonly Message[]
  /** There is nothing before them. */
  readonly isWhole: boolean
  readonly isLoading: boolean
  /** What comes behind this place was not read when the conversation was opened. */
  readonly newAfter: number | undefined
  readonly selected: string | undefined
  /** Lines below the last one that is seen. */
  readonly scroll: number
}

export interface Writing {
  readonly draft: Draft
  readonly replyTo: string | undefined
  readonly editing: string | undefined
  /** How far back in what was sent before; undefined for what is new. */
  readonly recalled: number | undefined
}

export type Overlay =
  | { readonly kind: 'help' }
  | { readonly kind: 'switcher'; readonly draft: Draft; readonly index: number }
  | { readonly kind: 'react'; readonly message: string; readonly draft: Draft }
  | { readonly kind: 'delete'; readonly message: string }
  | { readonly kind: 'invite'; readonly link: string | undefined }
  /** There is a text that would be lost. */
  | { readonly kind: 'leave' }

export type Focus = 'compose' | 'messages' | 'list'

export interface ChatState {
  readonly size: Size
  readonly nowMillis: number
  readonly calendar: Calendar
  readonly profile: string
  readonly settings: Settings
  readonly connection: ConnectionState
  readonly contacts: ReadonlyMap<string, Contact>
  readonly channels: ReadonlyMap<string, Channel>
  /** Our own identity. */
  readonly self: string
  /** The one that something happened in last comes first. */
  readonly conversations: readonly Conversation[]
  readonly open: string | undefined
  readonly threads: ReadonlyMap<string, Thread>
  readonly writings: ReadonlyMap<string, Writing>
  /** When they were last heard to write. */
  readonly typing: ReadonlyMap<string, number>
  readonly focus: Focus
  readonly overlay: Overlay | undefined
  /** A sentence at the bottom, until the next key. */
  readonly saying: string | undefined
}

export type Effect =
  | { readonly kind: 'load'; readonly conversation: string; readonly before: number | undefined }
  | {
      readonly kind: 'send'
      readonly conversation: string
      readonly body: string
      readonly replyTo: string | undefined
    }
  | {
      readonly kind: 'edit'
      readonly conversation: string
      readonly message: string
      readonly body: string
    }
  | {
      readonly kind: 'react'
      readonly conversation: string
      readonly message: string
      readonly emoji: string
    }
  | {
      readonly kind: 'delete-for-all' | 'delete-for-me' | 'retry'
      readonly conversation: string
      readonly message: string
    }
  | { readonly kind: 'save'; readonly message: Message }
  | { readonly kind: 'mark-read'; readonly conversation: string }
  | {
      readonly kind: 'accept' | 'decline' | 'block' | 'accept-identity' | 'refuse-identity'
      readonly contact: string
    }
  | { readonly kind: 'typing'; readonly conversation: string; readonly isTyping: boolean }
  | { readonly kind: 'invite' }
  /** Of a person, or into a channel. */
  | { readonly kind: 'use-link'; readonly link: string }
  | { readonly kind: 'look-at-channel'; readonly channel: string }
  /** Everything is to be asked for again. */
  | { readonly kind: 'reload' }
  | { readonly kind: 'repaint' }
  | { readonly kind: 'leave' }

export interface Step {
  readonly state: ChatState
  readonly effects: readonly Effect[]
}

export const emptyThread: Thread = {
  messages: [],
  isWhole: false,
  isLoading: false,
  newAfter: undefined,
  selected: undefined,
  scroll: 0,
}

export const emptyWriting: Writing = {
  draft: emptyDraft,
  replyTo: undefined,
  editing: undefined,
  recalled: undefined,
}

export function threadOf(state: ChatState): Thread {
  return (state.open === undefined ? undefined : state.threads.get(state.open)) ?? emptyThread
}

export function writingOf(state: ChatState): Writing {
  return (state.open === undefined ? undefined : state.writings.get(state.open)) ?? emptyWriting
}

export function openContact(state: ChatState): Contact | undefined {
  return state.open === undefined ? undefined : state.contacts.get(state.open)
}

export function openConversation(state: ChatState): Conversation | undefined {
  return state.conversations.find(({ id }) => id === state.open)
}

export function openChannel(state: ChatState): Channel | undefined {
  return state.open === undefined ? undefined : state.channels.get(state.open)
}

export function selectedMessage(state: ChatState): Message | undefined {
  const { messages, selected } = threadOf(state)
  return messages.find(({ id }) => id === selected)
}

/** Why nothing can be written in the open conversation. */
export type Decision = 'request' | 'identity' | 'blocked' | 'joining' | 'gone'

export function decisionOf(state: ChatState): Decision | undefined {
  const contact = openContact(state)
  if (contact === undefined) return stageOf(openChannel(state))
  if (contact.isBlocked) return 'blocked'
  if (contact.state === 'request') return 'request'
  return contact.changedIdentity === undefined ? undefined : 'identity'
}

function stageOf(channel: Channel | undefined): Decision | undefined {
  switch (channel?.stage) {
    case 'joining':
      return 'joining'
    case 'left':
    case 'removed':
    case 'shut-out':
      return 'gone'
    default:
      return undefined
  }
}

export function withThread(state: ChatState, id: string, change: Partial<Thread>): ChatState {
  const thread = { ...(state.threads.get(id) ?? emptyThread), ...change }
  return { ...state, threads: new Map(state.threads).set(id, thread) }
}

export function withWriting(state: ChatState, change: Partial<Writing>): ChatState {
  if (state.open === undefined) return state
  const writing = { ...writingOf(state), ...change }
  return { ...state, writings: new Map(state.writings).set(state.open, writing) }
}

/** Whether a text would be lost. */
export function hasDraft(state: ChatState): boolean {
  return [...state.writings.values()].some(({ draft }) => draft.text.trim() !== '')
}
