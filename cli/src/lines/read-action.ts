/**
 * @module What a bot wants done, out of a line of its output. It is somebody's program and may write anything, so each
 * entry is looked at.
 */
import type { ActionName } from '#lines/described.ts'

export type Action = { readonly ref?: string | undefined } & (
  | {
      readonly action: 'send'
      readonly to: string
      readonly text: string
      readonly replyTo?: string | undefined
    }
  | { readonly action: 'react'; readonly to: string; readonly id: string; readonly emoji: string }
  | { readonly action: 'edit'; readonly to: string; readonly id: string; readonly text: string }
  | { readonly action: 'delete'; readonly to: string; readonly id: string }
  | { readonly action: 'read' | 'accept' | 'decline'; readonly to: string }
  | { readonly action: 'typing'; readonly to: string; readonly typing: boolean }
)

export type ReadAction =
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'refused'; readonly ref: string | undefined; readonly why: string }

class Wrong extends Error {}

export function readAction(line: string): ReadAction {
  let ref: string | undefined
  try {
    const entries = objectOf(line)
    ref = optionalText(entries, 'ref')
    return { kind: 'action', action: { ...actionOf(entries), ref } }
  } catch (error) {
    if (error instanceof Wrong) return { kind: 'refused', ref, why: error.message }
    throw error
  }
}

type Entries = Readonly<Record<string, unknown>>

function objectOf(line: string): Entries {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Wrong('The line is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Wrong('The line is no JSON object')
  }
  return { ...value }
}

function actionOf(entries: Entries): Action {
  const action = text(entries, 'action')
  if (!isActionName(action)) throw new Wrong('There is no such action')
  const to = text(entries, 'to')
  switch (action) {
    case 'send':
      return { action, to, text: text(entries, 'text'), replyTo: optionalText(entries, 'replyTo') }
    case 'react':
      return { action, to, id: text(entries, 'id'), emoji: text(entries, 'emoji') }
    case 'edit':
      return { action, to, id: text(entries, 'id'), text: text(entries, 'text') }
    case 'delete':
      return { action, to, id: text(entries, 'id') }
    case 'read':
    case 'accept':
    case 'decline':
      return { action, to }
    case 'typing': {
      const { typing } = entries
      if (typeof typing !== 'boolean') throw new Wrong('"typing" must be true or false')
      return { action, to, typing }
    }
  }
}

const names: ReadonlySet<string> = new Set<ActionName>([
  ...(['send', 'react', 'edit', 'delete'] as const),
  ...(['read', 'typing', 'accept', 'decline'] as const),
])

function isActionName(name: string): name is ActionName {
  return names.has(name)
}

function text(entries: Entries, name: string): string {
  const value = entries[name]
  if (typeof value !== 'string') throw new Wrong(`"${name}" must be a text`)
  return value
}

function optionalText(entries: Entries, name: string): string | undefined {
  return entries[name] === undefined || entries[name] === null ? undefined : text(entries, name)
}
