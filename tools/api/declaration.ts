/**
 * @module One declaration as a reader needs it: its kind, its docstring, and its text without what is inside. Interfaces and
 * types are shown as they are written; functions and classes as the compiler declares them, without what is private.
 */
import ts from 'typescript'
import { namesOf, type Place, sourceOf } from './doors.ts'

export interface Declaration extends Place {
  readonly kind: 'class' | 'constant' | 'function' | 'interface' | 'type'
  /** Undefined when it has none of its own. */
  readonly docstring: string | undefined
  readonly text: string
  /** Of a list of names, each with its prose: shown as a table in place of the text. */
  readonly entries: readonly (readonly [name: string, prose: string])[] | undefined
  /** Where names of types stand, to see what it mentions. */
  readonly shown: readonly ts.Node[]
}

export function declarationAt({ path, name }: Place): Declaration {
  const statement = statementOf(sourceOf(path), name)
  if (statement === undefined) throw new Error(`Cannot find declaration: ${path} has no ${name}`)
  const common = { path, name, docstring: docstringOf(statement), entries: entriesOf(statement) }
  if (ts.isInterfaceDeclaration(statement)) {
    return { ...common, kind: 'interface', text: asWritten(statement), shown: [statement] }
  }
  if (ts.isTypeAliasDeclaration(statement)) {
    return { ...common, kind: 'type', text: asWritten(statement), shown: [statement] }
  }
  if (ts.isVariableStatement(statement)) {
    const isShort = !/[{\n]|=>/.test(statement.getText())
    const shown = isShort ? statement : declared(path, statement, name)
    return { ...common, kind: 'constant', text: asWritten(shown), shown: [shown] }
  }
  const shown = declared(path, statement, name)
  if (ts.isClassDeclaration(statement) && ts.isClassDeclaration(shown)) {
    const members = shown.members.filter(isPublic)
    const text = classText(shown, members, chaptersOf(statement))
    return { ...common, kind: 'class', text, shown: [...(shown.heritageClauses ?? []), ...members] }
  }
  return { ...common, kind: 'function', text: asWritten(shown), shown: [shown] }
}

/** The first paragraph of what a file says about itself. */
export function headerOf(path: string): string {
  const text = /@module ([^]*?)(?:\n \*\n|\*\/)/.exec(sourceOf(path).text)?.[1] ?? ''
  // What it announces is a list or a table, which stays where it is.
  return text
    .replaceAll(/\n \* ?/g, ' ')
    .trim()
    .replace(/:$/, '.')
}

function statementOf(source: ts.SourceFile, name: string): ts.Statement | undefined {
  return source.statements.find((statement) => namesOf(statement).includes(name))
}

/** What stands right above it; what the file says about itself is none. */
function docstringOf(node: ts.Node): string | undefined {
  const [comment] = ts
    .getJSDocCommentsAndTags(node)
    .filter(ts.isJSDoc)
    .map((each) => each.getText())
    .filter((text) => !text.includes('@module'))
    .slice(-1)
  return comment
    ?.replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/$/, '')
    .replaceAll(/^[ \t]*\* ?/gm, '')
    .trim()
}

/** Of an object in which every value is a sentence. */
function entriesOf(statement: ts.Statement): Declaration['entries'] {
  if (!ts.isVariableStatement(statement)) return undefined
  const initializer = statement.declarationList.declarations[0]?.initializer
  const object =
    initializer !== undefined && ts.isAsExpression(initializer) ? initializer.expression : undefined
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return undefined
  const entries = object.properties.flatMap((property) => {
    if (!ts.isPropertyAssignment(property)) return []
    const { name, initializer: value } = property
    const isName = ts.isIdentifier(name) || ts.isStringLiteral(name)
    return isName && ts.isStringLiteral(value) ? [[name.text, value.text] as const] : []
  })
  return entries.length === object.properties.length ? entries : undefined
}

const declarationFiles = new Map<string, ts.TranspileOutput & { readonly source: ts.SourceFile }>()

/** As the compiler declares it for others. */
function declared(path: string, statement: ts.Statement, name: string): ts.Statement {
  const { source, diagnostics = [] } = declarationFileOf(path)
  // Other declarations of the file may leave types to be inferred.
  const inside = diagnostics.find(
    ({ start = 0 }) => start >= statement.getStart() && start < statement.end,
  )
  const found = statementOf(source, name)
  if (inside === undefined && found !== undefined) return found
  const why = inside === undefined ? 'it is not there' : inside.messageText
  throw new Error(
    `Cannot declare ${name} of ${path}: ${ts.flattenDiagnosticMessageText(why, '\n')}`,
  )
}

function declarationFileOf(path: string): ts.TranspileOutput & { readonly source: ts.SourceFile } {
  const known = declarationFiles.get(path)
  if (known !== undefined) return known
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }
  const output = ts.transpileDeclaration(sourceOf(path).text, {
    fileName: path,
    compilerOptions: { ...compilerOptions, isolatedDeclarations: true },
    reportDiagnostics: true,
  })
  const source = ts.createSourceFile(path, output.outputText, ts.ScriptTarget.Latest, true)
  const file = { ...output, source }
  declarationFiles.set(path, file)
  return file
}

function asWritten(node: ts.Node): string {
  return unqualified(node, node.getText().replace(/^export (?:declare )?/, ''))
}

/** Readers import `Invitation`, also where the file says `invitations.Invitation`. */
function unqualified(node: ts.Node, text: string): string {
  const spaces = node.getSourceFile().statements.flatMap((statement) => {
    const bindings = ts.isImportDeclaration(statement) && statement.importClause?.namedBindings
    return bindings && ts.isNamespaceImport(bindings) ? [bindings.name.text] : []
  })
  if (spaces.length === 0) return text
  return text.replaceAll(new RegExp(`\\b(?:${spaces.join('|')})\\.(?=[A-Z])`, 'g'), '')
}

function isPublic(member: ts.ClassElement): boolean {
  if (member.name !== undefined && ts.isPrivateIdentifier(member.name)) return false
  // The compiler declares a method with a computed name a second time, as a property.
  if (ts.isPropertyDeclaration(member) && ts.isComputedPropertyName(member.name)) return false
  const modifiers = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : []
  return modifiers.every(({ kind }) => kind !== ts.SyntaxKind.PrivateKeyword)
}

/** `chapters` are the titles in a long class, by the member below each. */
function classText(
  shown: ts.ClassDeclaration,
  members: readonly ts.ClassElement[],
  chapters: ReadonlyMap<string, string>,
): string {
  const head = asWritten(shown).slice(0, asWritten(shown).indexOf('{') + 1)
  const lines = members.map((member) => {
    const title = chapters.get(member.name?.getText() ?? '')
    const text = unqualified(member, member.getFullText().trim())
    return title === undefined ? text : `\n// ${title}\n\n${text}`
  })
  return [head, ...lines, '}'].join('\n')
}

function chaptersOf(statement: ts.ClassDeclaration): ReadonlyMap<string, string> {
  const chapters = new Map<string, string>()
  let title: string | undefined
  for (const member of statement.members) {
    const comments = statement.getSourceFile().text.slice(member.getFullStart(), member.getStart())
    title = /^\s*\/\/ -{3,} (.+)$/m.exec(comments)?.[1] ?? title
    if (title === undefined || !isPublic(member)) continue
    chapters.set(member.name?.getText() ?? '', title)
    title = undefined
  }
  return chapters
}
