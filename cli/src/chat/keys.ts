/**
 * @module Every key of the chat, for the page of help that `?` shows.
 */
export interface KeyHelp {
  readonly keys: string
  readonly prose: string
}

export const keyHelp: readonly { readonly title: string; readonly rows: readonly KeyHelp[] }[] = [
  {
    title: 'Writing',
    rows: [
      { keys: 'Enter', prose: 'send' },
      { keys: 'Alt-Enter, Ctrl-J', prose: 'a new line' },
      { keys: 'Up', prose: 'in the first line: what you sent before' },
      { keys: 'Esc', prose: 'stop replying or editing' },
    ],
  },
  {
    title: 'Going about',
    rows: [
      { keys: 'Ctrl-K', prose: 'jump to somebody, or paste an invitation' },
      { keys: 'Ctrl-N, Ctrl-P', prose: 'next and previous conversation (Alt-Down, Alt-Up)' },
      { keys: 'Page Up, Page Down', prose: 'earlier and later messages' },
      { keys: 'Tab', prose: 'to the messages, the list, and back' },
      { keys: 'Ctrl-O', prose: 'invite somebody' },
      { keys: 'Ctrl-C', prose: 'leave' },
    ],
  },
  {
    title: 'On a selected message (Tab, then Up and Down)',
    rows: [
      { keys: 'Enter, Ctrl-R', prose: 'reply' },
      { keys: 'r', prose: 'react' },
      { keys: 'e', prose: 'edit, if it is yours' },
      { keys: 'd', prose: 'delete' },
      { keys: 's', prose: 'save its files in the folder where you began' },
      { keys: 't', prose: 'try again what was not sent' },
    ],
  },
]
