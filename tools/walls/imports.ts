/**
 * @module Every import of a TypeScript file: static, re-exported, dynamic, and in types.
 */
import ts from 'typescript'

export interface Import {
  /** Undefined where it is computed. */
  readonly specifier: string | undefined
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean
  readonly line: number
}

export function importsOf(path: string, text: string): readonly Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean): void => {
    const isText = specifier !== undefined && ts.isStringLiteralLike(specifier)
    found.push({
      specifier: isText ? specifier.text : undefined,
      typeOnly,
      line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1,
    })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.isTypeOnly ?? false)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      add(node, node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    } else if (ts.isImportEqualsDeclaration(node)) {
      const { moduleReference: reference } = node
      if (ts.isExternalModuleReference(reference)) add(node, reference.expression, node.isTypeOnly)
    } else if (ts.isCallExpression(node) && isImportCall(node)) {
      add(node, node.arguments[0], false)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function isImportCall(node: ts.CallExpression): boolean {
  const { expression } = node
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(expression) && expression.text === 'require')
  )
}
