import type { Template } from '../template.ts';
import { type BodyScope, GoContext } from './context.ts';
import { defines, type Escape } from './defines.ts';
import { fixedBytes, LOOP_PIECES } from './room.ts';
import { emitNodes, MAX_VALUE } from './statements.ts';

/**
 * DingTalk takes no body with more bytes than this, errcode 460101:
 * https://github.com/timonwong/prometheus-webhook-dingtalk/issues/30
 */
export const MAX_BODY_BYTES = 20_000;

/** How much of a body may be fixed text: the rest has to be worth showing. */
const MAX_FIXED_SHARE = 0.8;

/** A piece of a message's body, in order: JSON as it stands, or what a template prints inside of a JSON string. */
export type BodyPart = string | { readonly template: Template; readonly escape: Escape };

/** A body, or why there can't be one. */
export type CompiledBody =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly fixedBytes: number; readonly maxFixedBytes: number };

/**
 * Parts → the Go template of the whole body, for the `webhook.<service>.body` of a template in Argo CD's configuration.
 * For any data it renders to JSON of at most `maxBytes`, and never to an error. Each part that shows values may take an
 * equal share of the room, and what those before it have left: so a long text in front cannot cut off a link behind it.
 */
export function compileBody(
  parts: readonly BodyPart[],
  scope: BodyScope,
  maxBytes = MAX_BODY_BYTES,
): CompiledBody {
  const fixed = parts.reduce(
    (sum, part) =>
      sum + (typeof part === 'string' ? Buffer.byteLength(part) : fixedBytes(part.template.nodes, scope)),
    0,
  );
  const maxFixedBytes = maxBytes * MAX_FIXED_SHARE;
  if (fixed > maxFixedBytes) return { ok: false, fixedBytes: fixed, maxFixedBytes };
  const context = new GoContext(scope);
  const share = Math.floor((maxBytes - fixed) / Math.max(1, parts.filter(isVariable).length));
  let isFirst = true;
  const text = parts.map((part) => {
    if (typeof part === 'string') return part;
    context.escape = part.escape;
    const more = isVariable(part) && !isFirst ? `{{$_:=set $B \`n\` (add $B.n ${share})}}` : '';
    isFirst &&= !isVariable(part);
    return more + emitNodes(part.template.nodes, context);
  });
  const declarations = context.declarations();
  const pieces = context.countsPieces ? ` \`w\` ${LOOP_PIECES}` : '';
  const state = `{{$B:=dict \`c\` ${MAX_VALUE} \`n\` ${share}${pieces}}}`;
  return { ok: true, body: defines(context.used, scope.timeZone) + declarations + state + text.join('') };
}

/** Whether a part takes more room for one Application than for another. */
const isVariable = (part: BodyPart): boolean =>
  typeof part !== 'string' && part.template.nodes.some(({ kind }) => kind !== 'text');
