/**
 * @module Commands for scripts and bots, and those that look after the rest.
 */
import { command } from '#command/command.ts'
import {
  count,
  duration,
  optionalSentence,
  program,
  required,
  sentence,
  text,
  toggle,
} from '#command/shapes.ts'

export const programCommands = {
  send: command({
    summary: 'Send a text, and end when the relay has it.',
    prose: [
      'Without a text it is read from standard input. It ends with 0 when the relay has it on disk, with 3 when that did ' +
        'not happen in time: the message waits on this machine and goes with the next command that connects.',
    ],
    args: {
      to: required('A contact or a channel: a name, or the beginning of an id.'),
      text: optionalSentence('What to say.'),
    },
    flags: {
      noWait: toggle('Do not connect: leave the message for the next command that does.'),
      timeout: duration(
        'TIME',
        { byDefault: '30s', maxDays: 1 },
        'How long to wait for the relay: 10s, 5m.',
      ),
    },
    examples: [
      { line: 'sotto send Maren "The train is late."', prose: '' },
      { line: 'df -h | sotto send Ops', prose: 'Whatever a program prints.' },
    ],
  }),
  listen: command({
    summary: 'Print what happens, one line each.',
    prose: [
      'Begins with what is unread. It runs until Ctrl-C, and tells nobody that anything was read unless --read says so.',
    ],
    args: {},
    flags: {
      json: toggle('Print JSON lines; "Events" says what is in them.'),
      contact: text('NAME', 'Only what concerns this contact or channel.'),
      read: toggle('Mark as read what was printed.'),
      once: toggle('End when the relay was there and nothing has come for three seconds.'),
    },
    examples: [
      { line: 'sotto listen', prose: 'For people.' },
      {
        line: 'sotto listen --json | jq -r "select(.event == \\"message\\").text"',
        prose: 'For programs.',
      },
    ],
  }),
  bot: command({
    summary: 'Run a program that talks.',
    prose: [
      'Starts the program, writes events to its standard input as listen --json prints them, and does what it writes to ' +
        'its standard output: one JSON object a line. "Actions" says which. What it writes to standard error is shown. ' +
        'When the program ends, so does this, with its exit code.',
    ],
    args: { command: program('The program and its arguments.') },
    flags: {},
    examples: [{ line: 'sotto bot node echo.js', prose: '' }],
  }),
  search: command({
    summary: 'Find what was written.',
    prose: [
      'Finds messages that have all these words, or words that begin so, in their text, the names of their files or ' +
        'their sender. The newest come first.',
    ],
    args: { words: sentence('What to look for.') },
    flags: {
      in: text('NAME', 'Only in the conversation with this contact, or in this channel.'),
      limit: count({ min: 1, max: 10_000, byDefault: 20 }, 'How many messages to show at most.'),
    },
  }),
  doctor: command({
    summary: 'Check that everything works, and say what to do where it does not.',
    args: {},
    flags: {},
  }),
  completion: command({
    summary: 'Print what a shell needs to complete commands.',
    args: { shell: required('bash, zsh or fish.', ['bash', 'zsh', 'fish']) },
    flags: {},
    examples: [
      { line: 'source <(sotto completion bash)', prose: 'In ~/.bashrc.' },
      { line: 'sotto completion zsh > ~/.zfunc/_sotto', prose: 'With ~/.zfunc in fpath.' },
      { line: 'sotto completion fish > ~/.config/fish/completions/sotto.fish', prose: '' },
    ],
  }),
} as const
