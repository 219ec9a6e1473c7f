/**
 * @module Keeps Stryker from changing the texts of errors: they are for people, and no caller reads them. Codes are
 * changed like everything else.
 */

/** As much of Babel's tree as is looked at. */
interface SyntaxNode {
  readonly type: string
  readonly value?: unknown
  readonly callee?: { readonly name?: string }
  readonly quasis?: readonly { readonly value: { readonly raw: string } }[]
}

interface SyntaxPath {
  readonly node: SyntaxNode
  readonly parentPath?: SyntaxPath | null
}

const errorNames: ReadonlySet<string> = new Set(['RangeError', 'TypeError', 'SignalError'])

function shouldIgnore({ node, parentPath }: SyntaxPath): string | undefined {
  const parent = parentPath?.node
  if (parent?.type !== 'NewExpression' || !errorNames.has(parent.callee?.name ?? '')) {
    return undefined
  }
  return isSentence(node) ? 'The text of an error is for people' : undefined
}

/** A code is one word. */
function isSentence({ value, quasis = [] }: SyntaxNode): boolean {
  const texts = [value, ...quasis.map((quasi) => quasi.value.raw)]
  return texts.some((text) => typeof text === 'string' && text.includes(' '))
}

/** By this name Stryker finds what a module adds to it. */
export const strykerPlugins = [{ kind: 'Ignore', name: 'error-texts', value: { shouldIgnore } }]
