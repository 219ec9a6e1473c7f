/**
 * @module Going from one conversation to another.
 */
import { isNarrow } from '#chat/layout.ts'
import { type ChatState, type Step, threadOf, withThread } from '#chat/state.ts'
import { conversationName } from '#directory.ts'
import { fold } from '#names.ts'

/** What came since it was last read is marked, and counts as read. */
export function openConversationOf(state: ChatState, id: string): Step {
  if (state.open === id) return { state: { ...state, focus: 'compose' }, effects: [] }
  const conversation = state.conversations.find((each) => each.id === id)
  const hasNews = (conversation?.unread ?? 0) > 0
  const left =
    state.open === undefined
      ? state
      : withThread(state, state.open, { newAfter: undefined, selected: undefined, scroll: 0 })
  const opened: ChatState = {
    ...left,
    open: id,
    focus: state.focus === 'list' && !isNarrow(state) ? 'list' : 'compose',
  }
  const newAfter = hasNews ? conversation?.readOrder : undefined
  const marked = opened.threads.has(id) ? withThread(opened, id, { newAfter }) : opened
  return {
    state: hasNews && !opened.threads.has(id) ? withThread(opened, id, { newAfter }) : marked,
    effects: hasNews ? [{ kind: 'mark-read', conversation: id }] : [],
  }
}

/** The next or the one before, in the order of the list. */
export function openNeighbour(state: ChatState, by: -1 | 1): Step {
  const at = state.conversations.findIndex(({ id }) => id === state.open)
  const wanted = at === -1 ? 0 : at + by
  const next = state.conversations[wanted]
  return next === undefined ? { state, effects: [] } : openConversationOf(state, next.id)
}

/** Conversations whose name has these letters, those that begin with them first. */
export function matching(state: ChatState, text: string): readonly string[] {
  const wanted = fold(text)
  const named = state.conversations.map(({ id }) => ({
    id,
    name: fold(conversationName(state, id)),
  }))
  const beginning = named.filter(({ name }) => name.startsWith(wanted))
  const inside = named.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted))
  return [...beginning, ...inside].map(({ id }) => id)
}

/** Selects the neighbour of the selected message, or the newest. */
export function selectNeighbour(state: ChatState, by: -1 | 1): ChatState {
  if (state.open === undefined) return state
  const { messages, selected } = threadOf(state)
  const able = messages.filter(
    ({ kind, notice }) => kind !== 'notice' || notice?.kind === 'channel-invite',
  )
  const at = able.findIndex(({ id }) => id === selected)
  const next = at === -1 ? able.at(-1) : able[at + by]
  return next === undefined ? state : withThread(state, state.open, { selected: next.id })
}
