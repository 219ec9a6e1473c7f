/**
 * @module What a package lets others import: its doors as its package.json names them, and what each hands out, in groups.
 * A door that is a list of exports is grouped by the `//` comments in it; any other file hands out what it exports.
 */
import { posix } from 'node:path'
import ts from 'typescript'
import { readText } from '../repository.ts'

export interface Door {
  /** What stands behind `from` in an import. */
  readonly specifier: string
  readonly path: string
  readonly groups: readonly Group[]
}

export interface Group {
  readonly title: string
  readonly exports: readonly Place[]
}

/** A declaration: the file where it stands, from the root, and its name there. */
export interface Place {
  readonly path: string
  readonly name: string
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string>>
}

export function doorsOf(packageFolder: string): readonly Door[] {
  const manifest = JSON.parse(readText(`${packageFolder}/package.json`)) as Manifest
  return Object.entries(manifest.exports).map(([subpath, file]) => {
    const path = posix.join(packageFolder, file)
    const specifier = posix.join(manifest.name, subpath)
    return { specifier, path, groups: groupsOf(path) }
  })
}

const sources = new Map<string, ts.SourceFile>()

export function sourceOf(path: string): ts.SourceFile {
  const source =
    sources.get(path) ?? ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest, true)
  sources.set(path, source)
  return source
}

/** The file that an import inside a package means. Undefined for what stands in another package. */
export function fileOfImport(from: string, specifier: string): string | undefined {
  const [folder = ''] = from.split('/')
  return specifier.startsWith('#') ? `${folder}/src/${specifier.slice(1)}` : undefined
}

function groupsOf(path: string): readonly Group[] {
  const source = sourceOf(path)
  const lists = source.statements.filter(ts.isExportDeclaration)
  if (lists.length === 0) {
    return [{ title: '', exports: exportedNames(source).map((name) => ({ path, name })) }]
  }
  const groups: { title: string; exports: Place[] }[] = []
  for (const list of lists) {
    const title = titleAbove(list)
    if (title !== undefined) groups.push({ title, exports: [] })
    const group = groups.at(-1)
    if (group === undefined) throw new Error(`Cannot group exports: ${path} begins without a title`)
    group.exports.push(...placesOf(path, list))
  }
  return groups
}

function titleAbove(node: ts.Node): string | undefined {
  const text = node.getSourceFile().text
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  const lines = comments.filter(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia)
  if (lines.length === 0) return undefined
  return lines.map(({ pos, end }) => text.slice(pos + 2, end).trim()).join(' ')
}

function placesOf(path: string, { exportClause, moduleSpecifier }: ts.ExportDeclaration): Place[] {
  const isNamed = exportClause !== undefined && ts.isNamedExports(exportClause)
  if (!isNamed || moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) {
    throw new Error(`Cannot list exports: ${path} exports something that it does not name`)
  }
  const file = fileOfImport(path, moduleSpecifier.text)
  if (file === undefined) {
    throw new Error(`Cannot list exports: ${path} hands out ${moduleSpecifier.text}`)
  }
  return exportClause.elements.map(({ name, propertyName }) => ({
    path: file,
    name: (propertyName ?? name).text,
  }))
}

function exportedNames(source: ts.SourceFile): readonly string[] {
  return source.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    return isExported === true ? namesOf(statement) : []
  })
}

/** What a statement declares. */
export function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText())
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  return isNamed && statement.name !== undefined ? [statement.name.text] : []
}
