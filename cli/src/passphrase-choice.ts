/**
 * @module Choosing a passphrase: typed twice, as nobody sees what they type, or read from a file.
 */
import type { Context } from '#context.ts'
import { readPassphraseFile } from '#passphrase-file.ts'

/** The engine's own bound, so that nobody types a short one twice before hearing of it. */
const minCharacters = 12

export async function choosePassphrase({ terminal, flags }: Context): Promise<string> {
  if (flags.passphraseFile !== undefined) return await readPassphraseFile(flags.passphraseFile)
  for (;;) {
    const passphrase = await terminal.ask('New passphrase: ', { isHidden: true })
    if ([...passphrase.normalize('NFKC')].length < minCharacters) {
      terminal.complain(
        `It needs ${minCharacters} characters at least. Four or five words are easy to keep.`,
      )
      continue
    }
    if ((await terminal.ask('The same again: ', { isHidden: true })) === passphrase)
      return passphrase
    terminal.complain('The two are not the same. Once more.')
  }
}
