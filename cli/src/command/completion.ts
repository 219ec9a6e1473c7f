/**
 * @module What bash, zsh and fish need to complete commands, flags and their words. Names of contacts are not among it: they
 * are encrypted, and nobody wants to type a passphrase for the Tab key.
 */
import { type Argument, type Command, type Flag, flagName } from '#command/command.ts'
import { firstWords } from '#command/parse.ts'
import { commands, families, globalFlags } from '#command/table.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

export function completionFor(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash()
    case 'zsh':
      return zsh()
    case 'fish':
      return fish()
  }
}

interface Word {
  readonly word: string
  readonly prose: string
}

/** What may come behind these words, which are one of a command, or none. */
interface Place {
  readonly first: string
  readonly second: string
  readonly words: readonly Word[]
}

const rows = Object.entries<Command>(commands)

const everywhere: Readonly<Record<string, Flag<unknown>>> = globalFlags

function places(): readonly Place[] {
  const top: Place = {
    first: '',
    second: '',
    words: [
      ...firstWords.map((word) => ({ word, prose: summaryOf(word) })),
      { word: 'help', prose: 'Explain a command.' },
      { word: '--version', prose: 'Which version this is.' },
    ],
  }
  const helps: Place = { ...top, first: 'help', words: top.words.slice(0, firstWords.length) }
  const groups = firstWords
    .map((first) => ({ first, second: '', words: [...seconds(first), ...wordsOf(first)] }))
    .filter(({ words }) => words.length > 0)
  const pairs = rows
    .filter(([name]) => name.includes(' '))
    .map(([name]) => {
      const [first = '', second = ''] = name.split(' ')
      return { first, second, words: wordsOf(name) }
    })
  return [top, helps, ...groups, ...pairs]
}

function summaryOf(first: string): string {
  return rows.find(([name]) => name === first)?.[1].summary ?? families[first] ?? ''
}

function seconds(first: string): readonly Word[] {
  return rows
    .filter(([name]) => name.startsWith(`${first} `))
    .map(([name, { summary }]) => ({ word: name.slice(first.length + 1), prose: summary }))
}

function wordsOf(name: string): readonly Word[] {
  const row = rows.find(([other]) => other === name)?.[1]
  if (row === undefined) return []
  const flags = Object.entries({ ...row.flags, ...everywhere }).map(([key, { prose }]) => ({
    word: flagName(key),
    prose,
  }))
  const args = Object.values<Argument<unknown>>(row.args).flatMap((argument) =>
    (argument.words ?? []).map((word) => ({ word, prose: argument.prose })),
  )
  return [...args, ...flags, { word: '--help', prose: 'What it does and how.' }]
}

/** Flags whose value is one of a few words. */
function flagsWithWords(): ReadonlyMap<string, readonly string[]> {
  return new Map(
    rows
      .flatMap(([, { flags }]) => Object.entries(flags))
      .flatMap(([key, { words }]) => (words === undefined ? [] : [[flagName(key), words]])),
  )
}

const ofFiles: readonly string[] = ['--home', '--passphrase-file']

function bash(): string {
  return `# Completion of sotto for bash: source <(sotto completion bash)
_sotto() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local first='' second='' word words=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && continue
    if [[ -z $first ]]; then first=$word; elif [[ -z $second ]]; then second=$word; fi
  done
  case $previous in
    ${ofFiles.join('|')}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
${[...flagsWithWords()].map(([flag, words]) => `    ${flag}) COMPREPLY=($(compgen -W '${words.join(' ')}' -- "$cur")); return ;;\n`).join('')}  esac
  case "$first $second" in
${places()
  .toSorted((a, b) => b.second.length - a.second.length)
  .map(({ first, second, words }) => {
    const pattern = first === '' || second !== '' ? `'${first} ${second}'` : `'${first} '*`
    return `    ${pattern}) words='${words.map(({ word }) => word).join(' ')}' ;;\n`
  })
  .join('')}  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _sotto sotto
`
}

function zsh(): string {
  return `#compdef sotto
# Completion of sotto for zsh: sotto completion zsh > a folder of your fpath, as _sotto
_sotto() {
  local first='' second='' word
  local -a choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] && continue
    if [[ -z $first ]]; then first=$word; elif [[ -z $second ]]; then second=$word; fi
  done
  case $words[CURRENT-1] in
    (${ofFiles.join('|')}) _files; return ;;
${[...flagsWithWords()].map(([flag, words]) => `    (${flag}) compadd ${words.join(' ')}; return ;;\n`).join('')}  esac
  case "$first $second" in
${places()
  .toSorted((a, b) => b.second.length - a.second.length)
  .map(({ first, second, words }) => {
    const pattern = first === '' || second !== '' ? `'${first} ${second}'` : `'${first} '*`
    return `    (${pattern}) choices=(${words.map(({ word, prose }) => quoted(`${word.replaceAll(':', '\\:')}:${prose}`)).join(' ')}) ;;\n`
  })
  .join('')}  esac
  _describe 'sotto' choices
}
_sotto "$@"
`
}

function fish(): string {
  const lines = places().flatMap(({ first, second, words }) =>
    words.map(({ word, prose }) => {
      const name = word.startsWith('--') ? `-l ${word.slice(2)}` : `-a ${word}`
      return `complete -c sotto -n "${conditionOf(first, second)}" ${name} -d ${quoted(prose)}`
    }),
  )
  const values = [...flagsWithWords()].map(
    ([flag, words]) => `complete -c sotto -l ${flag.slice(2)} -x -a ${quoted(words.join(' '))}`,
  )
  const files = ofFiles.map((flag) => `complete -c sotto -l ${flag.slice(2)} -r -F`)
  return [
    '# Completion of sotto for fish: sotto completion fish > ~/.config/fish/completions/sotto.fish',
    'complete -c sotto -f',
    ...lines,
    ...values,
    ...files,
    '',
  ].join('\n')
}

function conditionOf(first: string, second: string): string {
  if (first === '') return '__fish_use_subcommand'
  const seen = `__fish_seen_subcommand_from ${first}`
  if (second !== '') return `${seen}; and __fish_seen_subcommand_from ${second}`
  const others = seconds(first).map(({ word }) => word)
  return others.length === 0
    ? seen
    : `${seen}; and not __fish_seen_subcommand_from ${others.join(' ')}`
}

function quoted(prose: string): string {
  return `'${prose.replaceAll("'", "'\\''")}'`
}
