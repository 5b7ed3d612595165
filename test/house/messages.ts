import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Expression, type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast';
import {
  isBinaryExpression,
  isCallExpression,
  isConditionalExpression,
  isExportDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNoSubstitutionTemplateLiteral,
  isParenthesizedExpression,
  isPropertyAccessExpression,
  isStringLiteral,
  isTemplateExpression,
  isTypeNode,
} from 'typescript/unstable/ast/is';
import { API } from 'typescript/unstable/sync';
import { parseAllDocuments } from 'yaml';
import { isForTests } from './sources.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One text that somebody reads who uses the operator. */
export interface Message {
  /** Below the root of the repository. */
  readonly file: string;
  /** From 1; 0 where it has none. */
  readonly line: number;
  /** What is filled in at run time stands as ‹name›, or as ‹this | that› where it is one of two texts. */
  readonly text: string;
}

/** Texts of fewer words are names, units and parts of other texts. */
const FEWEST_WORDS = 4;

/**
 * Every sentence in the operator's sources, in the descriptions of its CRDs and in the comments of the sample
 * configuration, by file. Programs (Go templates, conditions in expr) are not among them.
 */
export function messages(): Message[] {
  return [...inSources(), ...inCrds(), ...inSampleConfig()].filter(({ text }) => isForPeople(text));
}

function inSources(): Message[] {
  // The API of version 7 is not stable yet, so the version is pinned.
  const api = new API();
  try {
    using snapshot = api.updateSnapshot({ openProjects: [`${ROOT}tsconfig.json`] });
    const [project] = snapshot.getProjects();
    if (!project) throw new Error(`${ROOT}tsconfig.json is no project`);
    return project.rootFiles
      .filter((path) => path.startsWith(`${ROOT}operator/`))
      .filter((path) => !isForTests(path.slice(ROOT.length)) && !path.endsWith('.generated.ts'))
      .sort()
      .flatMap((path) => {
        const file = project.program.getSourceFile(path);
        if (!file) throw new Error(`${path} is not part of the project`);
        return textsIn(file).map((text) => ({ ...text, file: path.slice(ROOT.length) }));
      });
  } finally {
    api.close();
  }
}

function textsIn(file: SourceFile): Omit<Message, 'file'>[] {
  const found: Omit<Message, 'file'>[] = [];
  const visit = (node: Node): void => {
    if (isImportDeclaration(node) || isExportDeclaration(node) || isTypeNode(node)) return;
    if (isText(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      found.push({ line: line + 1, text: textOf(node, visit) });
    } else node.forEachChild(visit);
  };
  visit(file);
  return found;
}

/** Whether it is a literal text, or one made of such by `+`. */
function isText(node: Node): node is Expression {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node))
    return true;
  if (isParenthesizedExpression(node)) return isText(node.expression);
  return (
    isBinaryExpression(node) &&
    node.operatorToken.kind === SyntaxKind.PlusToken &&
    (isText(node.left) || isText(node.right))
  );
}

/** The text with its placeholders; what is filled in is visited, since it can have texts of its own. */
function textOf(node: Node, visit: (node: Node) => void): string {
  if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (isParenthesizedExpression(node)) return textOf(node.expression, visit);
  if (isTemplateExpression(node))
    return node.templateSpans.reduce(
      (text, span) => text + textOf(span.expression, visit) + span.literal.text,
      node.head.text,
    );
  if (isBinaryExpression(node) && isText(node)) return textOf(node.left, visit) + textOf(node.right, visit);
  if (isConditionalExpression(node) && isText(node.whenTrue) && isText(node.whenFalse)) {
    visit(node.condition);
    return `‹${textOf(node.whenTrue, visit)} | ${textOf(node.whenFalse, visit)}›`;
  }
  visit(node);
  return `‹${nameOf(node)}›`;
}

function nameOf(node: Node): string {
  if (isIdentifier(node)) return node.text;
  if (isPropertyAccessExpression(node)) return node.name.text;
  if (isCallExpression(node)) return nameOf(node.expression);
  return '…';
}

/** The descriptions of every kind, field and column. */
function inCrds(): Message[] {
  return readdirSync(join(ROOT, 'crds'))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => {
      const file = `crds/${name}`;
      const found: Message[] = [];
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        for (const [key, inner] of Object.entries(value)) {
          if ((key === 'description' || key === 'message') && typeof inner === 'string')
            found.push({ file, line: 0, text: inner.replaceAll(/\s+/g, ' ').trim() });
          else visit(inner);
        }
      };
      for (const document of parseAllDocuments(readFileSync(join(ROOT, file), 'utf8')))
        visit(document.toJS());
      return found;
    });
}

/** The comments of the sample, each block as one text. */
function inSampleConfig(): Message[] {
  const file = 'samples/config.yaml';
  const found: Message[] = [];
  let before = -1;
  for (const [index, each] of readFileSync(join(ROOT, file), 'utf8').split('\n').entries()) {
    // A field that is shown switched off is no comment.
    const [, text] = /#\s(?!\s*\w+:\s\S+$)(.*)$/.exec(each) ?? [];
    if (text === undefined) continue;
    const last = found.at(-1);
    if (last && before === index - 1 && /^\s*#/.test(each))
      found[found.length - 1] = { ...last, text: `${last.text} ${text}` };
    else found.push({ file, line: index + 1, text });
    before = index;
  }
  return found;
}

/** Go templates, expressions in expr, regular expressions, generated source text. */
const PROGRAM = [
  /^\s*(\(|\{\{|\^|\/\/|import |const |app\.)/,
  /\{\{(define|range|template|\$_|if (kindIs|eq \$))/,
];

function isForPeople(text: string): boolean {
  const words = text.replaceAll(/‹[^›|]*›/g, '').match(/(?<![\w.])[A-Za-z’'‘-]+(?![\w(])/g) ?? [];
  return words.length >= FEWEST_WORDS && !PROGRAM.some((sign) => sign.test(text));
}

if (import.meta.main) {
  let before = '';
  for (const { file, line, text } of messages()) {
    if (file !== before) process.stdout.write(`\n${file}\n`);
    before = file;
    process.stdout.write(`${String(line).padStart(5)}  ${text.replaceAll('\n', '\\n')}\n`);
  }
}
