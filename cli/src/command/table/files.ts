/**
 * @module Commands about files, and about keeping a copy of everything.
 */
import { command } from '#command/command.ts'
import { duration, optional, optionalSentence, required, text, toggle } from '#command/shapes.ts'

const to = required('A contact or a channel: a name, or the beginning of an id.')
const backupPassphraseFile = text(
  'FILE',
  'A file with the passphrase of the backup, readable by you alone, instead of being asked.',
)

export const fileCommands = {
  'file send': command({
    summary: 'Send a file, sealed, with a few words if you like.',
    prose: [
      'Pictures go without what cameras write into them: where, when, with what. It ends as sotto send does.',
      'An upload that is interrupted can be sent again from the beginning.',
    ],
    args: {
      to,
      path: required('The file; - for standard input.'),
      text: optionalSentence('What to say with it.'),
    },
    flags: {
      name: text('NAME', 'What it is called on the other side. Needed for standard input.'),
      keepMetadata: toggle('Send a picture as it is, with everything that is written in it.'),
      timeout: duration(
        'TIME',
        { byDefault: '10m', maxDays: 1 },
        'How long to wait for the relay.',
      ),
    },
    examples: [
      { line: 'sotto file send Maren lease.pdf "Page 7 is the one."', prose: '' },
      { line: 'tar -cz photos | sotto file send Maren - --name photos.tar.gz', prose: 'A folder.' },
    ],
  }),
  'file list': command({
    summary: 'Show the files in a conversation, the newest first.',
    args: { to },
    flags: {},
  }),
  'file save': command({
    summary: 'Fetch a file that came, and check that it is whole.',
    prose: [
      'A file of the same name is never written over. Files wait at the relay for a while, not for ever.',
    ],
    args: {
      to,
      name: optional('Its name, or the number that sotto file list shows; without it the newest.'),
    },
    flags: { to: text('DIR', 'Where to put it; - for standard output.', 'the current folder') },
    examples: [
      { line: 'sotto file save Maren lease.pdf', prose: '' },
      { line: 'sotto file save Maren photos.tar.gz --to - | tar -xz', prose: '' },
    ],
  }),
  'backup create': command({
    summary: 'Write everything into one sealed file.',
    prose: [
      'Contacts, messages and settings, under a passphrase of the backup and the 24 words of your identity: whoever has the ' +
        'file needs both. It is read back before this ends. Files that were sent are not in it.',
    ],
    args: { path: required('The file to write. There must be none of this name.') },
    flags: { backupPassphraseFile },
    examples: [{ line: 'sotto backup create sotto-2026.backup', prose: '' }],
  }),
  'backup check': command({
    summary: 'Read a backup through, to know that it can be.',
    args: { path: required('The backup.') },
    flags: { backupPassphraseFile },
  }),
  'backup restore': command({
    summary: 'Make a profile out of a backup.',
    prose: [
      'It needs the 24 words and the passphrase of the backup. Do not go on using the old profile elsewhere.',
    ],
    args: { path: required('The backup.') },
    flags: {
      backupPassphraseFile,
      wordsFile: text(
        'FILE',
        'A file with the 24 words, readable by you alone, instead of being asked.',
      ),
    },
    examples: [{ line: 'sotto backup restore sotto-2026.backup', prose: '' }],
  }),
} as const
