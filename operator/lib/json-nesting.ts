/** How far the lists and objects of a JSON text may go. */
export interface NestingLimits {
  /** How deep they may lie in each other. */
  readonly depth: number;
  /** How many there may be; absent for any number. A parser needs some fifty bytes for each, which may be two in the text. */
  readonly count?: number;
}

/** Whether lists and objects of a JSON text go beyond the limits. The text is not parsed for that, and it may be no JSON at all. */
export function isNestedBeyond(
  text: string,
  { depth: maxDepth, count: maxCount = Number.POSITIVE_INFINITY }: NestingLimits,
): boolean {
  let [depth, count] = [0, 0];
  let isInText = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isInText) {
      if (code === BACKSLASH) at += 1;
      else if (code === QUOTE) isInText = false;
    } else if (code === QUOTE) isInText = true;
    else if (code === OPENS_LIST || code === OPENS_OBJECT) {
      depth += 1;
      count += 1;
    } else if (code === CLOSES_LIST || code === CLOSES_OBJECT) depth -= 1;
    if (depth > maxDepth || count > maxCount) return true;
  }
  return false;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPENS_LIST, CLOSES_LIST, OPENS_OBJECT, CLOSES_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
