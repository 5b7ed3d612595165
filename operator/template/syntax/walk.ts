import type { Node, Value } from './nodes.ts';

/** All nodes of a template, those inside of blocks included. */
export const everyNode = (nodes: readonly Node[]): readonly Node[] =>
  nodes.flatMap((node) =>
    'body' in node ? [node, ...everyNode(node.body), ...everyNode(node.otherwise)] : [node],
  );

/** The values that a node itself reads, arguments of helpers included. */
export function valuesOf(node: Node): readonly Value[] {
  switch (node.kind) {
    case 'text':
      return [];
    case 'if':
      return everyValue(node.test);
    case 'each':
      return everyValue(node.list);
    default:
      return everyValue(node.value);
  }
}

const everyValue = (value: Value): readonly Value[] =>
  value.kind === 'call' ? [value, ...value.args.flatMap(everyValue)] : [value];
