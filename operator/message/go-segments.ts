/** A piece of a Go template: fixed text, or an action between `{{` and `}}`. */
export interface TemplatePart {
  readonly kind: 'text' | 'action';
  /** Text without the white space that a neighbouring `{{-` or `-}}` removes; an action without its braces. */
  readonly text: string;
  /** The offset of `text` in the template. */
  readonly from: number;
}

/** The pieces of a Go template in their order. An action without an end is text, since the engine refuses it before. */
export function goSegments(template: string): TemplatePart[] {
  const segments: TemplatePart[] = [];
  let from = 0;
  let isTrimmed = false;
  for (;;) {
    const open = template.indexOf('{{', from);
    const close = open < 0 ? -1 : endOfAction(template, open + 2);
    const action = close < 0 ? undefined : template.slice(open + 2, close);
    const text = template.slice(from, action === undefined ? undefined : open);
    const start = isTrimmed ? text.length - text.trimStart().length : 0;
    const kept = /^-\s/.test(action ?? '') ? text.trimEnd() : text;
    segments.push({ kind: 'text', text: kept.slice(start), from: from + start });
    if (action === undefined) return segments;
    const inner = action.replace(/^-\s/, '').replace(/\s-$/, '');
    segments.push({ kind: 'action', text: inner.trim(), from: open });
    isTrimmed = /\s-$/.test(action);
    from = close + 2;
  }
}

const QUOTES = new Set(['"', "'", '`']);

/** The offset of the `}}` after the action's strings and comments; -1 if there is none. */
function endOfAction(template: string, from: number): number {
  const comment = /^(-\s+)?\/\*/.exec(template.slice(from, from + 64));
  if (comment) {
    const end = template.indexOf('*/', from + comment[0].length);
    return end < 0 ? -1 : template.indexOf('}}', end);
  }
  let quote = '';
  for (let at = from; at < template.length; at++) {
    const character = template[at] as string;
    if (quote !== '') {
      if (character === '\\' && quote !== '`') at += 1;
      else if (character === quote) quote = '';
    } else if (QUOTES.has(character)) quote = character;
    else if (template.startsWith('}}', at)) return at;
  }
  return -1;
}
