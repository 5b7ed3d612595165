import type { Node } from '../syntax/nodes.ts';
import { appUrlBytes } from './app-url.ts';
import type { BodyScope } from './context.ts';
import { jsonBytes } from './literal.ts';

/** The mark of a cut, in bytes of UTF-8; it may show once for each value, beyond the room that is left. */
const ELLIPSIS_BYTES = 3;

/**
 * How many pieces loops may print or decide in one message. This limits the time that the message needs from Argo
 * CD's only worker.
 */
export const LOOP_PIECES = 60_000;

/** Pieces that one pass through a loop can come by, without those of loops inside of it. */
export function passPieces(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => {
    if (node.kind === 'text' || node.kind === 'print') return sum + 1;
    const body = node.kind === 'each' ? 0 : passPieces(node.body);
    return sum + 1 + body + passPieces(node.otherwise);
  }, 0);
}

/** The bytes of pieces that are independent of the data, with each branch and loop body once. */
export function fixedBytes(nodes: readonly Node[], scope: BodyScope): number {
  return nodes.reduce((sum, node) => sum + bytesOf(node, scope), 0);
}

function bytesOf(node: Node, scope: BodyScope): number {
  switch (node.kind) {
    case 'text':
      return jsonBytes(node.text);
    case 'print':
      return node.value.kind === 'appUrl' ? appUrlBytes(scope) : ELLIPSIS_BYTES;
    case 'each':
      return ELLIPSIS_BYTES + fixedBytes(node.body, scope) + fixedBytes(node.otherwise, scope);
    default:
      return fixedBytes(node.body, scope) + fixedBytes(node.otherwise, scope);
  }
}

/**
 * The room for one pass through these pieces, beside the printed values. Blocks inside count on their own, since a
 * condition may skip most items of a list.
 */
export function passBytes(nodes: readonly Node[], scope: BodyScope): number {
  return fixedBytes(
    nodes.filter((node) => node.kind === 'text' || node.kind === 'print'),
    scope,
  );
}
