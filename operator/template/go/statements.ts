import type { EachNode, IfNode, Node, PrintNode, Value, WithNode } from '../nodes.ts';
import { printAppLink } from './app-url.ts';
import type { GoContext } from './context.ts';
import { type DefineName, MAX_VALUE, PRINTS } from './defines.ts';
import { bare, truthOf } from './expression.ts';
import { jsonText } from './literal.ts';
import { PathTrie } from './paths.ts';
import { charge } from './room.ts';
import { expression } from './values.ts';

/** Pieces → a Go template that prints them as the inside of a JSON string. */
export function emitNodes(nodes: readonly Node[], context: GoContext): string {
  return nodes.map((node) => emitNode(node, context)).join('');
}

function emitNode(node: Node, context: GoContext): string {
  switch (node.kind) {
    case 'text':
      return jsonText(node.text);
    case 'print':
      return context.statement(() => emitPrint(node, context));
    case 'if':
      return context.statement(() => emitIf(node, context));
    case 'with':
      return context.statement(() => emitWith(node, context));
    case 'each':
      return context.statement(() => emitEach(node, context));
  }
}

function emitPrint({ value }: PrintNode, context: GoContext): string {
  if (value.kind === 'appUrl' && context.escape !== 'plain') return printAppLink(context);
  const isRaw = value.kind === 'call' && value.helper === 'markdown';
  const shown = isRaw ? (value.args[0] as Value) : value;
  const name: DefineName = isRaw ? 'r' : PRINTS[context.escape];
  context.used.add(name);
  const { printed, length } = cutting(shown);
  const limit = length === MAX_VALUE ? '' : `{{$_:=set $B \`l\` ${length}}}`;
  return `${limit}{{template \`${name}\` (set $B \`v\` ${expression(printed, context).go})}}`;
}

/** A value that is cut where it is printed: the print does that itself. */
function cutting(value: Value): { readonly printed: Value; readonly length: number } {
  if (value.kind !== 'call' || value.helper !== 'truncate') return { printed: value, length: MAX_VALUE };
  const [printed, length] = value.args;
  return { printed: printed as Value, length: length?.kind === 'literal' ? Number(length.value) : MAX_VALUE };
}

function emitIf({ test, includeZero, body, otherwise }: IfNode, context: GoContext): string {
  const truth = truthOf(expression(test, context), includeZero);
  if (body.length === 0) return `{{if not ${truth}}}${branch(otherwise, context)}{{end}}`;
  return `{{if ${bare(truth)}}}${branch(body, context)}${otherwiseBranch(otherwise, context)}{{end}}`;
}

function emitWith({ value, binding, body, otherwise }: WithNode, context: GoContext): string {
  const named = expression(value, context);
  const trie = new PathTrie(named.go, context.fresh);
  context.bindings.set(binding, trie);
  const inner = branch(body, context);
  return `{{if ${bare(truthOf(named, true))}}}${trie.declarations()}${inner}${otherwiseBranch(otherwise, context)}{{end}}`;
}

function emitEach({ list, loop, item, key, body, otherwise }: EachNode, context: GoContext): string {
  const { go } = expression(list, context);
  const [variable, keyName, index, last] = [
    context.fresh(),
    context.fresh(),
    context.fresh(),
    context.fresh(),
  ];
  const variables = {
    key: keyName,
    index,
    last,
    usesKey: key !== undefined,
    usesIndex: false,
    usesLast: false,
  };
  const trie = new PathTrie(variable, context.fresh);
  context.bindings.set(item, trie);
  const keyTrie = new PathTrie(keyName, context.fresh);
  if (key) context.bindings.set(key, keyTrie);
  context.loops.set(loop, variables);
  context.loopDepth += 1;
  const inner = emitNodes(body, context);
  const charged = chargeFor(body, context);
  context.loopDepth -= 1;
  const isLoop = `and (has (kindOf ${go}) (list \`map\` \`slice\`)) ${go}`;
  const before =
    (variables.usesIndex ? `{{${index}:=-1}}` : '') +
    (variables.usesLast ? `{{${last}:=sub (len ${go}) 1}}` : '');
  const count = variables.usesIndex ? `{{${index} = add1 ${index}}}` : '';
  const range = `{{range ${variables.usesKey ? keyName : '$_'},${variable}:=${go}}}`;
  return (
    `{{if ${isLoop}}}${before}${range}{{if lt (min $B.n $B.w) 0}}…{{break}}{{end}}${count}${charged}` +
    `${trie.declarations()}${keyTrie.declarations()}${inner}{{end}}${otherwiseBranch(otherwise, context)}{{end}}`
  );
}

function otherwiseBranch(nodes: readonly Node[], context: GoContext): string {
  return nodes.length === 0 ? '' : `{{else}}${branch(nodes, context)}`;
}

/** What a loop prints again and again is counted each time. */
function branch(nodes: readonly Node[], context: GoContext): string {
  const text = emitNodes(nodes, context);
  return context.loopDepth === 0 ? text : chargeFor(nodes, context) + text;
}

function chargeFor(nodes: readonly Node[], { scope }: GoContext): string {
  const { bytes, pieces } = charge(nodes, scope);
  const room = bytes === 0 ? '$B' : `(set $B \`n\` (sub $B.n ${bytes}))`;
  return `{{$_:=set ${room} \`w\` (sub $B.w ${pieces})}}`;
}
