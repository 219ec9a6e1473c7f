/**
 * @module Every option of the relay, from the table in `options/` to one checked object: parsing, help, and the rule
 * about TLS. Nothing here reads the process: command line and environment are handed in.
 */
import manifest from '../package.json' with { type: 'json' }
import { helpText } from '#options/help.ts'
import { readOptions, type Environment } from '#options/read.ts'
import { isLoopback, resolve, type Options } from '#options/resolve.ts'

export type { Options, StorageChoice, TlsFiles } from '#options/resolve.ts'

export type Parsed =
  | { readonly kind: 'run'; readonly options: Options; readonly warnings: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version'; readonly text: string }
  /** The usage is wrong: print the text to stderr and exit with code 2. */
  | { readonly kind: 'refused'; readonly text: string }

export function parseOptions(argv: readonly string[], env: Environment): Parsed {
  const reading = readOptions(argv, env)
  if (reading.asked === 'help') return { kind: 'help', text: helpText() }
  if (reading.asked === 'version')
    return { kind: 'version', text: `sotto-relay ${manifest.version}` }
  const warnings = [...reading.warnings]
  const problems = [...reading.problems]
  if (problems.length > 0) return { kind: 'refused', text: refusal(problems) }
  const options = resolve(reading, problems, warnings)
  if (problems.length > 0) return { kind: 'refused', text: refusal(problems) }
  return { kind: 'run', options, warnings }
}

function refusal(problems: readonly string[]): string {
  return [...problems, 'See --help for all options'].join('\n')
}

export type ListenPolicy =
  | { readonly kind: 'clear-on-loopback' }
  | { readonly kind: 'own-tls' }
  | { readonly kind: 'proxy-terminates' }
  | { readonly kind: 'waived' }
  | { readonly kind: 'refused'; readonly text: string }

/** Whether, and on whose word, the relay may listen where it is told to. */
export function listenPolicy(
  options: Pick<Options, 'host' | 'tls' | 'tlsVerified' | 'requireTls'>,
): ListenPolicy {
  if (options.tls !== undefined) return { kind: 'own-tls' }
  if (isLoopback(options.host)) return { kind: 'clear-on-loopback' }
  if (options.tlsVerified) return { kind: 'proxy-terminates' }
  if (!options.requireTls) return { kind: 'waived' }
  return {
    kind: 'refused',
    text:
      `Cannot listen on ${options.host} without TLS: give a certificate (--tls-cert and --tls-key, or SC_TLS_CERT ` +
      'and SC_TLS_KEY), or say that a proxy in front terminates TLS (--tls-verified, or RELAY_TLS_VERIFIED=true), ' +
      'or waive it (--require-tls=false, or SC_REQUIRE_TLS=false)',
  }
}
