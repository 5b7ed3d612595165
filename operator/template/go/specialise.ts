import { own } from '../../lib/own.ts';
import type { IfNode, Node, Value } from '../syntax/nodes.ts';
import { everyNode, valuesOf } from '../syntax/walk.ts';
import type { BodyScope } from './context.ts';

/**
 * The template for known values: a condition on them is decided here. So unreachable text needs no room, and text
 * that is always printed counts as such.
 */
export function specialise(nodes: readonly Node[], scope: BodyScope): readonly Node[] {
  const all = nodes.flatMap((node): readonly Node[] => {
    switch (node.kind) {
      case 'if':
        return specialiseIf(node, scope);
      case 'each':
      case 'with':
        return [
          { ...node, body: specialise(node.body, scope), otherwise: specialise(node.otherwise, scope) },
        ];
      default:
        return [node];
    }
  });
  return joinTexts(all);
}

function specialiseIf(node: IfNode, scope: BodyScope): readonly Node[] {
  const known = knownText(node.test, scope);
  if (known !== undefined) return specialise(known === '' ? node.otherwise : node.body, scope);
  return [{ ...node, body: specialise(node.body, scope), otherwise: specialise(node.otherwise, scope) }];
}

/** The text of a value that does not depend on any Application; for `appUrl` only the fact that there is one. */
function knownText(value: Value, scope: BodyScope): string | undefined {
  if (value.kind === 'param') return own(scope.params, value.name) ?? '';
  if (value.kind === 'event') return scope.event[value.field];
  if (value.kind === 'appUrl') return scope.argocdUrl ?? '';
  return value.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

function joinTexts(nodes: readonly Node[]): readonly Node[] {
  const joined: Node[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (node.kind === 'text' && last?.kind === 'text')
      joined[joined.length - 1] = { kind: 'text', text: last.text + node.text };
    else joined.push(node);
  }
  return joined;
}

/** The fixed texts that a specialised template prints for every Application, piece by piece. */
export function alwaysPrinted(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => (node.kind === 'text' ? [node.text] : []));
}

/** Whether a specialised template prints something other than white space, whatever the Application. */
export function isSurelyFilled(nodes: readonly Node[], scope: BodyScope): boolean {
  return nodes.some((node) => {
    switch (node.kind) {
      case 'text':
        return node.text.trim() !== '';
      case 'print':
        return isFilled(node.value, scope);
      case 'if':
        return isSurelyFilled(node.body, scope) && isSurelyFilled(node.otherwise, scope);
      default:
        return false;
    }
  });
}

/** Fields that every Application and every event has. */
const ALWAYS_FILLED: Readonly<Record<string, readonly string[]>> = {
  app: ['metadata.name', 'metadata.namespace'],
  gitee: ['repository.full_name', 'repository.html_url'],
};

/** Helpers that give something if their first argument does. */
const KEEPING = ['upper', 'lower', 'short', 'truncate', 'urlencode', 'markdown'];

function isFilled(value: Value, scope: BodyScope): boolean {
  const known = knownText(value, scope);
  if (known !== undefined) return known.trim() !== '';
  if (value.kind === 'data') return (own(ALWAYS_FILLED, value.root) ?? []).includes(value.segments.join('.'));
  if (value.kind !== 'call') return value.kind === 'literal' || value.kind === 'loop';
  if (KEEPING.includes(value.helper)) return value.args.slice(0, 1).some((arg) => isFilled(arg, scope));
  return ['default', 'concat'].includes(value.helper) && value.args.some((arg) => isFilled(arg, scope));
}

/** Whether a specialised template shows the Application's URL or decides by it. */
export const usesAppUrl = (nodes: readonly Node[]): boolean =>
  everyNode(nodes).some((node) => valuesOf(node).some(({ kind }) => kind === 'appUrl'));

/** Whether a template shows something of the commit or decides by it. */
export const usesCommit = (nodes: readonly Node[]): boolean =>
  everyNode(nodes).some((node) =>
    valuesOf(node).some((value) => value.kind === 'data' && value.root === 'commit'),
  );
