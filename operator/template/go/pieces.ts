import type { Node } from '../syntax/nodes.ts';
import type { GoContext } from './context.ts';
import { emitNodes } from './statements.ts';

/**
 * A template in pieces that other templates may have, too: lines, and blocks around lines. Authors of templates for
 * several events have whole lines in common.
 */
export function emitPieces(nodes: readonly Node[], context: GoContext): string[] {
  const pieces = [''];
  for (const node of nodes.flatMap(lines)) {
    pieces[pieces.length - 1] += emitNodes([node], context);
    if (endsLine(node)) pieces.push('');
  }
  return pieces.filter((piece) => piece !== '');
}

const lines = (node: Node): readonly Node[] =>
  node.kind === 'text' ? node.text.split(/(?<=\n)/).map((text) => ({ kind: 'text', text })) : [node];

function endsLine(node: Node): boolean {
  if (node.kind === 'text') return node.text.endsWith('\n');
  if (node.kind === 'print') return false;
  const last = node.body.at(-1);
  return last !== undefined && endsLine(last);
}
