/**
 * @module Where in a conversation one looks: `scroll` counts the lines below the last one that is seen, so that what is
 * seen stays when something is added above, and follows when something is added below and one looks at the end.
 */
import { layout } from '#chat/layout.ts'
import { type ChatState, threadOf, withThread } from '#chat/state.ts'
import { threadLines, type ThreadLine, viewOf } from '#chat/thread-lines.ts'

export function openLines(state: ChatState): readonly ThreadLine[] {
  const { conversation } = layout(state)
  if (conversation === undefined || state.open === undefined) return []
  return threadLines(threadOf(state), viewOf(state, conversation.thread.width))
}

export function threadRows(state: ChatState): number {
  return layout(state).conversation?.thread.height ?? 0
}

export function scrollBy(state: ChatState, lines: number): ChatState {
  return scrollTo(state, threadOf(state).scroll + lines)
}

export function scrollTo(state: ChatState, scroll: number): ChatState {
  if (state.open === undefined) return state
  const most = Math.max(0, openLines(state).length - threadRows(state))
  return withThread(state, state.open, { scroll: Math.max(0, Math.min(most, scroll)) })
}

/** Whether the beginning of what is loaded is near. */
export function nearBeginning(state: ChatState): boolean {
  const { scroll } = threadOf(state)
  return openLines(state).length - threadRows(state) - scroll < threadRows(state)
}

/** Whether more than is loaded could be seen. */
export function hasRoom(state: ChatState): boolean {
  return openLines(state).length < threadRows(state)
}

/** Scrolls as little as it takes to see the selected message. */
export function showSelected(state: ChatState): ChatState {
  const { selected, scroll } = threadOf(state)
  if (selected === undefined) return state
  const lines = openLines(state)
  const first = lines.findIndex(({ message }) => message === selected)
  const last = lines.findLastIndex(({ message }) => message === selected)
  if (first === -1) return state
  const rows = threadRows(state)
  const below = lines.length - 1 - last
  const above = lines.length - first - rows
  if (scroll > below) return scrollTo(state, below)
  return scroll < above ? scrollTo(state, above) : state
}

/** What changed below keeps what is seen, unless one looks at the end. */
export function keepPlace(before: ChatState, after: ChatState): ChatState {
  if (before.open !== after.open || threadOf(before).scroll === 0) return after
  return scrollBy(after, openLines(after).length - openLines(before).length)
}
