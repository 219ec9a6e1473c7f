/**
 * @module A key while one writes.
 */
import { layout } from '#chat/layout.ts'
import { scrollTo } from '#chat/scrolling.ts'
import {
  type ChatState,
  decisionOf,
  emptyWriting,
  type Step,
  threadOf,
  withThread,
  withWriting,
  writingOf,
} from '#chat/state.ts'
import {
  type Draft,
  draftOf,
  emptyDraft,
  erase,
  insert,
  type Motion,
  move,
  moveVertically,
} from '#input/editor.ts'
import { type Key, nameOfKey } from '#input/key.ts'
import { printableLines } from '#text/printable.ts'

const motions: ReadonlyMap<string, Motion> = new Map([
  ['left', 'letter-left'],
  ['right', 'letter-right'],
  ['ctrl+b', 'letter-left'],
  ['ctrl+f', 'letter-right'],
  ['ctrl+left', 'word-left'],
  ['ctrl+right', 'word-right'],
  ['alt+left', 'word-left'],
  ['alt+right', 'word-right'],
  ['alt+b', 'word-left'],
  ['alt+f', 'word-right'],
  ['home', 'line-start'],
  ['end', 'line-end'],
  ['ctrl+a', 'line-start'],
  ['ctrl+e', 'line-end'],
])

const erasures: ReadonlyMap<string, Motion> = new Map([
  ['backspace', 'letter-left'],
  ['shift+backspace', 'letter-left'],
  ['delete', 'letter-right'],
  ['ctrl+d', 'letter-right'],
  ['ctrl+w', 'word-left'],
  ['alt+backspace', 'word-left'],
  ['ctrl+u', 'line-start'],
])

const quiet = (state: ChatState): Step => ({ state, effects: [] })

export function pressInCompose(state: ChatState, key: Key): Step {
  const { open } = state
  const { draft } = writingOf(state)
  if (key.kind === 'text' && key.text === '?' && draft.text === '') {
    return quiet({ ...state, overlay: { kind: 'help' } })
  }
  if (open === undefined || decisionOf(state) !== undefined) return quiet(state)
  if (key.kind === 'text' || key.kind === 'paste') {
    return write(state, insert(draft, printableLines(key.text).join('\n')))
  }
  const name = nameOfKey(key) ?? ''
  const motion = motions.get(name)
  if (motion !== undefined) return quiet(withWriting(state, { draft: move(draft, motion) }))
  const erasure = erasures.get(name)
  if (erasure !== undefined) return write(state, erase(draft, erasure))
  switch (name) {
    case 'enter':
      return finish(state, open)
    case 'alt+enter':
    case 'ctrl+j':
    case 'shift+enter':
    case 'ctrl+enter':
      return write(state, insert(draft, '\n'))
    case 'up':
      return quiet(moveUp(state))
    case 'down':
      return quiet(moveDown(state))
    case 'escape':
      return quiet(stop(state))
    default:
      return quiet(state)
  }
}

/** They are told that one writes, and that one has stopped. */
function write(state: ChatState, draft: Draft): Step {
  const { open } = state
  const before = writingOf(state).draft
  const next = withWriting(state, { draft, recalled: undefined })
  const wasEmpty = before.text === ''
  const isEmpty = draft.text === ''
  if (open === undefined || wasEmpty === isEmpty || !state.settings.sendsTyping) return quiet(next)
  return { state: next, effects: [{ kind: 'typing', conversation: open, isTyping: !isEmpty }] }
}

function finish(state: ChatState, conversation: string): Step {
  const { draft, replyTo, editing } = writingOf(state)
  const body = draft.text.trimEnd()
  if (body.trim() === '') return quiet(state)
  const cleared = withWriting(state, emptyWriting)
  const atEnd = scrollTo(withThread(cleared, conversation, { newAfter: undefined }), 0)
  return {
    state: atEnd,
    effects: [
      editing === undefined
        ? { kind: 'send', conversation, body, replyTo }
        : { kind: 'edit', conversation, message: editing, body },
    ],
  }
}

/** One thing at a time: what is answered or edited, then where one looks. */
function stop(state: ChatState): ChatState {
  const { replyTo, editing } = writingOf(state)
  if (editing !== undefined) return withWriting(state, emptyWriting)
  if (replyTo !== undefined) return withWriting(state, { replyTo: undefined })
  return scrollTo(state, 0)
}

function sentBefore(state: ChatState): readonly string[] {
  return threadOf(state)
    .messages.filter(({ isOwn, kind, body }) => isOwn && kind === 'text' && body !== '')
    .map(({ body }) => body)
    .reverse()
}

function moveUp(state: ChatState): ChatState {
  const { draft, recalled } = writingOf(state)
  const moved = moveVertically(draft, columnsOf(state), -1)
  if (moved !== undefined) return withWriting(state, { draft: moved })
  // What is new is not replaced by what is old.
  if (draft.text !== '' && recalled === undefined) return state
  const wanted = recalled === undefined ? 0 : recalled + 1
  const text = sentBefore(state)[wanted]
  return text === undefined ? state : withWriting(state, { draft: draftOf(text), recalled: wanted })
}

function moveDown(state: ChatState): ChatState {
  const { draft, recalled } = writingOf(state)
  const moved = moveVertically(draft, columnsOf(state), 1)
  if (moved !== undefined) return withWriting(state, { draft: moved })
  if (recalled === undefined) return state
  const text = recalled === 0 ? undefined : sentBefore(state)[recalled - 1]
  return text === undefined
    ? withWriting(state, { draft: emptyDraft, recalled: undefined })
    : withWriting(state, { draft: draftOf(text), recalled: recalled - 1 })
}

function columnsOf(state: ChatState): number {
  return layout(state).conversation?.textColumns ?? 20
}
