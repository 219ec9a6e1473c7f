/**
 * @module How a command ends, in a number.
 */
export const exitCodes = {
  ok: { code: 0, prose: 'It was done.' },
  failed: { code: 1, prose: 'It was not, and standard error says why.' },
  usage: { code: 2, prose: 'The command line is wrong; nothing was begun.' },
  unsent: {
    code: 3,
    prose: 'The relay did not take the message in time. It waits on this machine.',
  },
  interrupted: { code: 130, prose: 'Somebody pressed Ctrl-C, or the system asked it to end.' },
} as const

export type Ending = keyof typeof exitCodes
