/**
 * @module The environment that options are read from: what the process was given, and below it the file `.env` of the
 * folder that it was started in. Nothing is replaced inside of values, and no other file is looked at, on both runtimes.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Environment } from '#options/read.ts'

export type EnvironmentReading =
  | { readonly kind: 'read'; readonly environment: Environment }
  /** The file cannot be used: print the text to stderr and exit with code 2. */
  | { readonly kind: 'refused'; readonly text: string }

const maxFileBytes = 64 * 1024

/** `given` wins over the file, also where it says that a variable is empty. A file that is not there is nothing. */
export async function readEnvironment(
  folder: string,
  given: Environment,
): Promise<EnvironmentReading> {
  const path = join(folder, '.env')
  try {
    const found = await stat(path)
    // A pipe would be waited for, a device would never end.
    if (!found.isFile()) return refused('it is not a file')
    if (found.size > maxFileBytes) return refused(`${found.size} bytes of at most ${maxFileBytes}`)
    return { kind: 'read', environment: { ...parseEnv(await readFile(path, 'utf8')), ...given } }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return code === 'ENOENT' ? { kind: 'read', environment: given } : refused(code)
  }
}

function refused(why: string): EnvironmentReading {
  return { kind: 'refused', text: `Cannot read .env in the working directory: ${why}` }
}

/**
 * What the process was given, where `own` is what it has by now: Bun has added .env and files like it, the latter first,
 * with `$NAME` replaced in what may be a password. Linux still knows how it was.
 */
export async function givenEnvironment(own: Environment, isBun: boolean): Promise<Environment> {
  if (!isBun) return own
  try {
    const text = await readFile('/proc/self/environ', 'utf8')
    return Object.fromEntries(text.split('\0').flatMap(nameAndValue))
  } catch {
    return own
  }
}

function nameAndValue(entry: string): readonly (readonly [string, string])[] {
  const at = entry.indexOf('=')
  return at <= 0 ? [] : [[entry.slice(0, at), entry.slice(at + 1)]]
}
