import type { Call, EachNode, IfNode, Node, PrintNode, Value, WithNode } from '../syntax/nodes.ts';
import { printAppLink } from './app-url.ts';
import type { GoContext } from './context.ts';
import { type DefineName, PRINTS } from './defines.ts';
import { alternatives, condition, truthOf } from './expression.ts';
import { jsonText } from './literal.ts';
import { PathTrie } from './paths.ts';
import { passBytes, passPieces } from './room.ts';
import { expression, pathOf } from './values.ts';

/** Characters of a value that are printed unless `truncate` says otherwise. */
export const MAX_VALUE = 1_000;

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
  const isRaw = isCall(value, 'markdown');
  const shown = isRaw ? (value.args[0] as Value) : value;
  const name: DefineName = isRaw ? 'r' : PRINTS[context.escape];
  context.used.add(name);
  if (!isCall(shown, 'truncate'))
    return `{{template \`${name}\` (list $ ${alternatives(expression(shown, context)).join(' ')})}}`;
  // The print cuts as well as `truncate` would, in fewer bytes.
  const [cut, length] = shown.args as [Value, Value];
  const limit = (characters: unknown) => `{{$_:=set $ \`L\` ${characters}}}`;
  const characters = length.kind === 'literal' ? length.value : MAX_VALUE;
  return `${limit(characters)}{{template \`${name}\` (list $ ${alternatives(expression(cut, context)).join(' ')})}}${limit(MAX_VALUE)}`;
}

const isCall = (value: Value, helper: string): value is Call =>
  value.kind === 'call' && value.helper === helper;

function emitIf({ test, includeZero, body, otherwise }: IfNode, context: GoContext): string {
  const truth = truthOf(expression(test, context), context, includeZero);
  if (body.length === 0) return `{{if not (or ${truth})}}${branch(otherwise, context)}{{end}}`;
  return `{{if ${condition(truth)}}}${branch(body, context)}${otherwiseBranch(otherwise, context)}{{end}}`;
}

function emitWith({ value, binding, body, otherwise }: WithNode, context: GoContext): string {
  const path = pathOf(value, context);
  const named = expression(value, context);
  const trie = new PathTrie(named.go, context.fresh);
  // A name for a path is only a shorter way to write it.
  context.bindings.set(binding, path ?? { trie });
  const inner = branch(body, context);
  const truth = truthOf(named, context, true);
  return `{{if ${condition(truth)}}}${trie.declarations()}${inner}${otherwiseBranch(otherwise, context)}{{end}}`;
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
  const keyTrie = new PathTrie(keyName, context.fresh);
  context.bindings.set(item, { trie });
  if (key) context.bindings.set(key, { trie: keyTrie });
  context.loops.set(loop, variables);
  context.loopDepth += 1;
  const inner = emitNodes(body, context);
  const charged = chargeFor(body, context);
  context.loopDepth -= 1;
  const items = `ternary ${go} $.E (has (kindOf ${go}) (list \`map\` \`slice\`))`;
  const all = variables.usesLast ? context.fresh() : items;
  const before =
    (variables.usesIndex ? `{{${index}:=-1}}` : '') +
    (variables.usesLast ? `{{${all}:=${items}}}{{${last}:=sub (len ${all}) 1}}` : '');
  const count = variables.usesIndex ? `{{${index} = add1 ${index}}}` : '';
  return (
    `${before}{{range ${variables.usesKey ? keyName : '$_'},${variable}:=${all}}}${passFor(body, context)}${count}${charged}` +
    `${trie.declarations()}${keyTrie.declarations()}${inner}${otherwiseBranch(otherwise, context)}{{end}}`
  );
}

/** A loop whose every pass uses some of the room, and little time, cannot run too often; others are counted. */
const UNCOUNTED = { bytes: 4, pieces: 12 } as const;

/** The code that ends a loop. */
function passFor(body: readonly Node[], context: GoContext): string {
  const pieces = passPieces(body);
  const isShort = pieces <= UNCOUNTED.pieces && passBytes(body, context.scope) >= UNCOUNTED.bytes;
  if (context.loopDepth === 0 && isShort) return '{{if lt $.B 0}}…{{break}}{{end}}';
  context.countsPieces = true;
  return `{{if lt (min $.B $.W) 0}}…{{break}}{{end}}{{$_:=set $ \`W\` (sub $.W ${Math.max(pieces, 10)})}}`;
}

function otherwiseBranch(nodes: readonly Node[], context: GoContext): string {
  return nodes.length === 0 ? '' : `{{else}}${branch(nodes, context)}`;
}

/** Counts the text that a loop prints, each time that the loop prints it. */
function branch(nodes: readonly Node[], context: GoContext): string {
  const text = emitNodes(nodes, context);
  return context.loopDepth === 0 ? text : chargeFor(nodes, context) + text;
}

function chargeFor(nodes: readonly Node[], { scope }: GoContext): string {
  const bytes = passBytes(nodes, scope);
  return bytes === 0 ? '' : `{{$_:=set $ \`B\` (sub $.B ${bytes})}}`;
}
