/**
 * @module Where profiles are kept: as the flag says, else the environment, else where the XDG base directory
 * specification puts data.
 */
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

export function homeOf(flag: string | undefined, environment: Environment): string {
  const chosen = flag ?? set(environment['SOTTO_HOME'])
  if (chosen !== undefined) return resolve(chosen)
  const data = set(environment['XDG_DATA_HOME'])
  // The specification: a relative path is to be ignored.
  const base = data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share')
  return join(base, 'sotto')
}

function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
