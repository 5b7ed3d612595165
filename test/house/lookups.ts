import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import {
  isAsExpression,
  isBinaryExpression,
  isBindingElement,
  isCallExpression,
  isComputedPropertyName,
  isElementAccessExpression,
  isNonNullExpression,
  isParenthesizedExpression,
} from 'typescript/unstable/ast/is';
import type { FileSystem } from 'typescript/unstable/fs';
import { API, type Checker, type Type, TypeFlags } from 'typescript/unstable/sync';

/** A place where a text that is only known at run time is taken for the name of a property. */
export interface Lookup {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The places in these files where a name may find or change what every object inherits (`constructor`, `__proto__`). The
 * compiler's word counts: a name whose type is some literals can be no other, but not because of an `as`.
 * @param tsconfig absolute path of a project; `isLookedAt` gets absolute paths of its files
 * @param fs instead of the disk
 */
export function inheritedLookups(
  tsconfig: string,
  isLookedAt: (path: string) => boolean,
  fs?: FileSystem,
): Lookup[] {
  // The classic API of the compiler went with version 6; this one is not stable yet, so the version is pinned.
  const api = new API(fs && { fs });
  try {
    using snapshot = api.updateSnapshot({ openProjects: [tsconfig] });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error(`${tsconfig} is no project`);
    return project.rootFiles.filter(isLookedAt).flatMap((path) => {
      const file = project.program.getSourceFile(path);
      if (!file) throw new Error(`${path} is not part of ${tsconfig}`);
      return lookupsIn(file, project.checker);
    });
  } finally {
    api.close();
  }
}

function lookupsIn(file: SourceFile, checker: Checker): Lookup[] {
  const found: Lookup[] = [];
  const visit = (node: Node): void => {
    if (isRisky(node, checker)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ file: file.fileName, line: line + 1, text: node.getText(file).replaceAll(/\s+/g, ' ') });
    }
    node.forEachChild(visit);
  };
  visit(file);
  return found;
}

function isRisky(node: Node, checker: Checker): boolean {
  if (isElementAccessExpression(node)) return isAnyText(node.argumentExpression, checker);
  if (isBinaryExpression(node))
    return node.operatorToken.kind === SyntaxKind.InKeyword && isAnyText(node.left, checker);
  if (isBindingElement(node)) {
    const name = node.propertyName;
    return name !== undefined && isComputedPropertyName(name) && isAnyText(name.expression, checker);
  }
  // It assigns, so that a `__proto__` of the source becomes the target's prototype; a spread does not.
  return isCallExpression(node) && node.expression.getText() === 'Object.assign';
}

/** Whether it can be whatever text somebody likes, as far as the compiler knows. */
function isAnyText(expression: Node, checker: Checker): boolean {
  if (isAsExpression(expression) && isAnyText(expression.expression, checker)) return true;
  if (isParenthesizedExpression(expression) || isNonNullExpression(expression))
    return isAnyText(expression.expression, checker);
  return isOpen(checker.getTypeAtLocation(expression), checker);
}

const OPEN = TypeFlags.AnyOrUnknown | TypeFlags.String | TypeFlags.TemplateLiteral | TypeFlags.StringMapping;
const GENERIC = TypeFlags.TypeVariable | TypeFlags.Conditional | TypeFlags.Substitution;

function isOpen(type: Type | undefined, checker: Checker): boolean {
  if (type === undefined) return true;
  if (type.isUnionType() || type.isIntersectionType())
    return type.getTypes().some((each) => isOpen(each, checker));
  if (type.flags & GENERIC) return isOpen(checker.getBaseConstraintOfType(type), checker);
  return (type.flags & OPEN) !== 0;
}
