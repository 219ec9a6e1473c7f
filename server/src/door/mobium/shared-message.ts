/**
 * @module One message to many clients: written at most once in each form, and only when somebody wants it.
 */
import { writeDown, type WrittenForm, type DownMessage } from '@sotto/wire/live'
import type { SharedMessage } from '#door/mobium/client.ts'

export function sharedMessage(message: DownMessage): SharedMessage {
  let array: Uint8Array | undefined
  let bin: Uint8Array | undefined
  return {
    bytes(form: WrittenForm) {
      if (form === 'bin') return (bin ??= writeDown(message, 'bin'))
      return (array ??= writeDown(message, 'array'))
    },
  }
}
