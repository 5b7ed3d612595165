import type { Node } from '../nodes.ts';
import { appUrlBytes } from './app-url.ts';
import type { BodyScope } from './context.ts';
import { jsonBytes } from './literal.ts';

/** What a cut shows as, in bytes of UTF-8; it may show once for each value, beyond the room that is left. */
const ELLIPSIS_BYTES = 3;

/** How often loops may go round in one message: what bounds the time that one takes in Argo CD's only worker. */
export const LOOP_PASSES = 6_000;

/** The bytes that pieces take whatever the data, each branch and loop body once. */
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
 * What one pass through these pieces takes of the room, beside the values that are printed. Inside of blocks, the blocks
 * count for themselves, since most items of a list may go by a condition in silence.
 */
export function passBytes(nodes: readonly Node[], scope: BodyScope): number {
  return fixedBytes(
    nodes.filter((node) => node.kind === 'text' || node.kind === 'print'),
    scope,
  );
}
