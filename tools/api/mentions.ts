/**
 * @module Which types a declaration mentions: those of its own package by the place where they stand, those of another one by
 * the name of the package. What the language has is no mention.
 */
import ts from 'typescript'
import type { Declaration } from './declaration.ts'
import { fileOfImport, namesOf, type Place, sourceOf } from './doors.ts'

export interface Mentions {
  readonly own: readonly Place[]
  readonly foreign: readonly { readonly name: string; readonly specifier: string }[]
}

export function mentionsOf({ path, name, shown }: Declaration): Mentions {
  const names = new Set(shown.flatMap(typeNames))
  names.delete(name)
  const own: Place[] = []
  const foreign: { name: string; specifier: string }[] = []
  for (const each of names) {
    const found = placeOf(path, each)
    if (found === undefined) continue
    if ('specifier' in found) foreign.push(found)
    else own.push(found)
  }
  return { own, foreign }
}

/** With the name before the point, where there is one. */
function typeNames(node: ts.Node): readonly string[] {
  const names: string[] = []
  const visit = (each: ts.Node): void => {
    if (ts.isTypeReferenceNode(each)) names.push(each.typeName.getText())
    else if (ts.isTypeQueryNode(each)) names.push(each.exprName.getText())
    else if (ts.isExpressionWithTypeArguments(each)) names.push(each.expression.getText())
    ts.forEachChild(each, visit)
  }
  visit(node)
  return names
}

function placeOf(
  path: string,
  name: string,
): Place | { readonly name: string; readonly specifier: string } | undefined {
  const [first = '', member] = name.split('.')
  for (const statement of sourceOf(path).statements) {
    if (namesOf(statement).includes(first)) return { path, name: first }
    if (!ts.isImportDeclaration(statement)) continue
    const imported = importedAs(statement, first, member)
    if (imported === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const specifier = statement.moduleSpecifier.text
    const file = fileOfImport(path, specifier)
    return file === undefined ? { name: imported, specifier } : { path: file, name: imported }
  }
  return undefined
}

/** What the other file calls it. */
function importedAs(
  { importClause }: ts.ImportDeclaration,
  first: string,
  member: string | undefined,
): string | undefined {
  const bindings = importClause?.namedBindings
  if (bindings === undefined) return undefined
  if (ts.isNamespaceImport(bindings)) return bindings.name.text === first ? member : undefined
  const found = bindings.elements.find(({ name }) => name.text === first)
  return found === undefined ? undefined : (found.propertyName ?? found.name).text
}
