/**
 * @module Short ways to parse, for the tests of options.
 */
import { parseOptions, type Options } from '#options.ts'
import { groups } from '#options/table.ts'

type Environment = Readonly<Record<string, string | undefined>>

export const rows = groups.flatMap((group) => Object.values(group.options))

export function run(argv: readonly string[], env: Environment = {}): Options {
  const parsed = parseOptions(argv, env)
  if (parsed.kind !== 'run') throw new Error(`${parsed.kind}: ${parsed.text}`)
  return parsed.options
}

export function warnings(argv: readonly string[], env: Environment = {}): readonly string[] {
  const parsed = parseOptions(argv, env)
  return parsed.kind === 'run' ? parsed.warnings : [parsed.kind]
}

/** The text of the refusal, or the kind of what came instead. */
export function refusal(argv: readonly string[], env: Environment = {}): string {
  const parsed = parseOptions(argv, env)
  return parsed.kind === 'refused' ? parsed.text : parsed.kind
}

export const longSecret = 'a secret of twenty b'

/** What --storage s3 cannot do without. */
export const s3Keys = ['--storage-access-key', 'id', '--storage-secret-key', 'key']
