/**
 * @module A key while something lies over the chat.
 */
import { type ChatState, type Effect, type Overlay, type Step, threadOf } from '#chat/state.ts'
import { matching, openConversationOf } from '#chat/update-open.ts'
import { erase, insert } from '#input/editor.ts'
import { isChannelLink, isLink, withoutSpaces } from '#link.ts'
import { type Key, nameOfKey } from '#input/key.ts'
import { printable } from '#text/printable.ts'

/** Offered by number. */
export const usualReactions = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

export function pressInOverlay(state: ChatState, overlay: Overlay, key: Key): Step {
  const name = nameOfKey(key)
  const closed: ChatState = { ...state, overlay: undefined }
  if (name === 'ctrl+c' && overlay.kind === 'leave') return { state, effects: [{ kind: 'leave' }] }
  if (name === 'escape' || name === 'ctrl+c') return { state: closed, effects: [] }
  switch (overlay.kind) {
    case 'help':
      return { state: closed, effects: [] }
    case 'invite':
      return name === 'enter' ? { state: closed, effects: [] } : { state, effects: [] }
    case 'leave':
      return {
        state: closed,
        effects: key.kind === 'text' && key.text === 'y' ? [{ kind: 'leave' }] : [],
      }
    case 'switcher':
      return pressInSwitcher(state, overlay, key)
    case 'react':
      return pressInReact(state, overlay, key)
    case 'delete':
      return pressInDelete(state, overlay, key)
  }
}

function pressInSwitcher(
  state: ChatState,
  overlay: Extract<Overlay, { readonly kind: 'switcher' }>,
  key: Key,
): Step {
  const { draft, index } = overlay
  const change = (to: Partial<typeof overlay>): Step => ({
    state: { ...state, overlay: { ...overlay, ...to } },
    effects: [],
  })
  if (key.kind === 'text' || key.kind === 'paste') {
    return change({ draft: insert(draft, printable(key.text)), index: 0 })
  }
  const found = matching(state, draft.text)
  switch (nameOfKey(key)) {
    case 'backspace':
      return change({ draft: erase(draft, 'letter-left'), index: 0 })
    case 'ctrl+u':
    case 'ctrl+w':
      return change({ draft: erase(draft, 'line-start'), index: 0 })
    case 'down':
    case 'ctrl+n':
    case 'tab':
      return change({ index: Math.min(found.length - 1, index + 1) })
    case 'up':
    case 'ctrl+p':
    case 'shift+tab':
      return change({ index: Math.max(0, index - 1) })
    case 'enter': {
      const closed: ChatState = { ...state, overlay: undefined, focus: 'compose' }
      if (isLink(draft.text) || isChannelLink(draft.text)) {
        return { state: closed, effects: [{ kind: 'use-link', link: withoutSpaces(draft.text) }] }
      }
      const id = found[index]
      return id === undefined ? { state, effects: [] } : openConversationOf(closed, id)
    }
    default:
      return { state, effects: [] }
  }
}

function pressInReact(
  state: ChatState,
  overlay: Extract<Overlay, { readonly kind: 'react' }>,
  key: Key,
): Step {
  const { message, draft } = overlay
  const give = (emoji: string): Step => {
    const closed: ChatState = { ...state, overlay: undefined }
    if (state.open === undefined) return { state: closed, effects: [] }
    return { state: closed, effects: [{ kind: 'react', conversation: state.open, message, emoji }] }
  }
  if (key.kind === 'text' || key.kind === 'paste') {
    const offered = draft.text === '' ? usualReactions[Number(key.text) - 1] : undefined
    if (offered !== undefined) return give(offered)
    if (draft.text === '' && key.text === '0') return give('')
    return {
      state: { ...state, overlay: { ...overlay, draft: insert(draft, printable(key.text)) } },
      effects: [],
    }
  }
  switch (nameOfKey(key)) {
    case 'backspace':
      return {
        state: { ...state, overlay: { ...overlay, draft: erase(draft, 'letter-left') } },
        effects: [],
      }
    case 'enter':
      return draft.text.trim() === '' ? { state, effects: [] } : give(draft.text.trim())
    default:
      return { state, effects: [] }
  }
}

function pressInDelete(
  state: ChatState,
  { message }: Extract<Overlay, { readonly kind: 'delete' }>,
  key: Key,
): Step {
  const found = threadOf(state).messages.find(({ id }) => id === message)
  const closed: ChatState = { ...state, overlay: undefined }
  if (found === undefined || key.kind !== 'text') return { state, effects: [] }
  const { conversation } = found
  const effects: Readonly<Record<string, Effect | undefined>> = {
    h: { kind: 'delete-for-me', conversation, message },
    b: canDeleteForAll(found) ? { kind: 'delete-for-all', conversation, message } : undefined,
  }
  const effect = effects[key.text]
  return effect === undefined ? { state, effects: [] } : { state: closed, effects: [effect] }
}

export function canDeleteForAll({
  isOwn,
  kind,
}: {
  readonly isOwn: boolean
  readonly kind: string
}): boolean {
  return isOwn && kind === 'text'
}
