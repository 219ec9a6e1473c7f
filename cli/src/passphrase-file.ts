/**
 * @module A passphrase from a file, for bots. A file that others can read is refused: a passphrase that is not secret is
 * none.
 */
import { open } from 'node:fs/promises'
import { Refusal } from '#refusal.ts'

const maxBytes = 4096

export async function readPassphraseFile(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r')
    const { mode, size } = await file.stat()
    if ((mode & 0o077) !== 0) {
      throw new Refusal(
        `Others on this machine may read the passphrase file.\nMake it yours alone: chmod 600 ${path}`,
      )
    }
    if (size > maxBytes) throw new Refusal('The passphrase file holds too much to be a passphrase.')
    // An editor ends the last line; the passphrase does not.
    return (await file.readFile('utf8')).replace(/\r?\n$/, '')
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`The passphrase file cannot be read: ${path}`)
  }
}
