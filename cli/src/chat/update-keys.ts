/**
 * @module A key, where the focus is.
 */
import { pressInOverlay } from '#chat/update-overlay.ts'
import { openNeighbour, selectNeighbour } from '#chat/update-open.ts'
import { scrollBy, scrollTo, showSelected, threadRows } from '#chat/scrolling.ts'
import {
  type ChatState,
  decisionOf,
  type Focus,
  hasDraft,
  selectedMessage,
  type Step,
  threadOf,
  withThread,
  withWriting,
} from '#chat/state.ts'
import { pressInCompose } from '#chat/update-compose.ts'
import { draftOf, emptyDraft } from '#input/editor.ts'
import { type Key, nameOfKey } from '#input/key.ts'

export function pressKey(state: ChatState, key: Key): Step {
  if (state.overlay !== undefined) return pressInOverlay(state, state.overlay, key)
  return (
    pressAnywhere(state, key) ??
    pressToDecide(state, key) ??
    (state.focus === 'compose' ? pressInCompose(state, key) : pressInPane(state, key))
  )
}

const quiet = (state: ChatState): Step => ({ state, effects: [] })

/** Undefined for keys that mean something else in each place. */
function pressAnywhere(state: ChatState, key: Key): Step | undefined {
  switch (nameOfKey(key)) {
    case 'ctrl+c':
    case 'ctrl+q':
      return hasDraft(state)
        ? quiet({ ...state, overlay: { kind: 'leave' } })
        : { state, effects: [{ kind: 'leave' }] }
    case 'ctrl+k':
      return quiet({ ...state, overlay: { kind: 'switcher', draft: emptyDraft, index: 0 } })
    case 'ctrl+o':
      return {
        state: { ...state, overlay: { kind: 'invite', link: undefined } },
        effects: [{ kind: 'invite' }],
      }
    case 'ctrl+l':
      return { state, effects: [{ kind: 'repaint' }] }
    case 'ctrl+n':
    case 'alt+down':
      return openNeighbour(state, 1)
    case 'ctrl+p':
    case 'alt+up':
      return openNeighbour(state, -1)
    case 'tab':
      return quiet(focusOn(state, nextFocus(state.focus, 1)))
    case 'shift+tab':
      return quiet(focusOn(state, nextFocus(state.focus, -1)))
    case 'page-up':
      return quiet(scrollBy(state, Math.max(1, threadRows(state) - 2)))
    case 'page-down':
      return quiet(scrollBy(state, -Math.max(1, threadRows(state) - 2)))
    case 'ctrl+r':
      return quiet(reply(state))
    default:
      return undefined
  }
}

const order: readonly Focus[] = ['compose', 'messages', 'list']

function nextFocus(focus: Focus, by: -1 | 1): Focus {
  return order[(order.indexOf(focus) + by + order.length) % order.length] ?? 'compose'
}

function focusOn(state: ChatState, focus: Focus): ChatState {
  const focused = { ...state, focus }
  if (state.open === undefined) return focused
  if (focus !== 'messages') return withThread(focused, state.open, { selected: undefined })
  return threadOf(state).selected === undefined
    ? showSelected(selectNeighbour(focused, 1))
    : focused
}

/** Answers the selected message, or the newest. */
function reply(state: ChatState): ChatState {
  const { messages } = threadOf(state)
  const message = selectedMessage(state) ?? messages.findLast(({ kind }) => kind === 'text')
  if (message?.kind !== 'text' || message.isDeleted === true || decisionOf(state) !== undefined) {
    return state
  }
  return withWriting(focusOn(state, 'compose'), { replyTo: message.id, editing: undefined })
}

/** Keys of a question that stands where one would write. */
function pressToDecide(state: ChatState, key: Key): Step | undefined {
  const decision = decisionOf(state)
  const { open } = state
  if (decision === undefined || open === undefined || key.kind !== 'text') return undefined
  const done = (
    kind: 'accept' | 'decline' | 'block' | 'accept-identity' | 'refuse-identity',
  ): Step => ({
    state,
    effects: [{ kind, contact: open }],
  })
  switch (`${decision} ${key.text}`) {
    case 'request a':
      return done('accept')
    case 'request x':
      return done('decline')
    case 'request b':
      return done('block')
    case 'identity y':
      return done('accept-identity')
    case 'identity n':
      return done('refuse-identity')
    default:
      return key.text === '?' ? quiet({ ...state, overlay: { kind: 'help' } }) : undefined
  }
}

function pressInPane(state: ChatState, key: Key): Step {
  if (key.kind === 'text')
    return state.focus === 'messages' ? pressOnMessage(state, key.text) : pressText(state, key.text)
  switch (nameOfKey(key)) {
    case 'up':
      return state.focus === 'list'
        ? openNeighbour(state, -1)
        : quiet(showSelected(selectNeighbour(state, -1)))
    case 'down':
      return state.focus === 'list'
        ? openNeighbour(state, 1)
        : quiet(showSelected(selectNeighbour(state, 1)))
    case 'home':
      return quiet(scrollTo(state, Number.MAX_SAFE_INTEGER))
    case 'end':
      return quiet(scrollTo(state, 0))
    case 'enter':
      return state.focus === 'messages' ? enterOnMessage(state) : quiet(focusOn(state, 'compose'))
    case 'escape':
      return quiet(focusOn(state, 'compose'))
    default:
      return quiet(state)
  }
}

/** Goes into the channel that it is an invitation to, or answers it. */
function enterOnMessage(state: ChatState): Step {
  const message = selectedMessage(state)
  if (message?.notice?.kind !== 'channel-invite') return quiet(reply(state))
  if (message.isOwn) return quiet(state)
  return { state, effects: [{ kind: 'use-link', link: message.notice.link }] }
}

function pressText(state: ChatState, text: string): Step {
  return quiet(text === '?' ? { ...state, overlay: { kind: 'help' } } : state)
}

function pressOnMessage(state: ChatState, text: string): Step {
  const message = selectedMessage(state)
  if (message === undefined || message.isDeleted === true) return pressText(state, text)
  const isOwnText = message.isOwn && message.kind === 'text'
  switch (text) {
    case 'e':
      if (!isOwnText) return quiet({ ...state, saying: 'Only your own messages can be edited.' })
      return quiet(
        withWriting(focusOn(state, 'compose'), {
          editing: message.id,
          replyTo: undefined,
          draft: draftOf(message.body),
        }),
      )
    case 'd':
      return quiet({ ...state, overlay: { kind: 'delete', message: message.id } })
    case 'r':
      if (message.kind !== 'text') return quiet(state)
      return quiet({ ...state, overlay: { kind: 'react', message: message.id, draft: emptyDraft } })
    case 's':
      if ((message.attachments ?? []).length === 0)
        return quiet({ ...state, saying: 'There is no file in this message.' })
      return { state: { ...state, saying: 'Fetching …' }, effects: [{ kind: 'save', message }] }
    case 't':
      if (message.status !== 'failed')
        return quiet({ ...state, saying: 'This message does not need another try.' })
      return {
        state,
        effects: [{ kind: 'retry', conversation: message.conversation, message: message.id }],
      }
    default:
      return pressText(state, text)
  }
}
