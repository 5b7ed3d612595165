import type { BodyScope } from '../template/go/context.ts';
import { isSurelyFilled } from '../template/go/specialise.ts';
import type { Node } from '../template/syntax/nodes.ts';

/** The problem with a field that is a URL: a wrong scheme, a forbidden character in a text, or a possibly empty URL. */
export type UrlProblem =
  | { readonly kind: 'scheme' | 'empty' }
  | { readonly kind: 'character'; readonly character: string };

/** The schemes that DingTalk's clients open. */
const SCHEMES = /^(https?|dingtalk|dtmd):\/\//;

/** White space, and characters that RFC 3986 does not allow. Letters of other alphabets are allowed, since they work. */
const NOT_IN_A_URL = /[\s\p{Cc}"<>\\^`{|}]/u;

/**
 * Judges a URL as it is for given params: DingTalk refuses a message with a URL of another form, and one without a
 * required URL.
 * @param nodes specialised for the scope
 */
export function urlProblem(
  nodes: readonly Node[],
  scope: BodyScope,
  isRequired: boolean,
): UrlProblem | undefined {
  const [first] = nodes;
  if (first?.kind === 'text' && !SCHEMES.test(first.text)) return { kind: 'scheme' };
  const [character] = texts(nodes).flatMap((text) => NOT_IN_A_URL.exec(text) ?? []);
  if (character !== undefined) return { kind: 'character', character };
  return isRequired && !isSurelyFilled(nodes, scope) ? { kind: 'empty' } : undefined;
}

/** All fixed texts, including those inside of blocks. */
const texts = (nodes: readonly Node[]): string[] =>
  nodes.flatMap((node) => {
    if (node.kind === 'text') return [node.text];
    return node.kind === 'print' ? [] : [...texts(node.body), ...texts(node.otherwise)];
  });
