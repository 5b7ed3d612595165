/**
 * Says whether a whole text matches a glob: `*` stands for any number of characters (none included), `?` for
 * exactly one; every other character, backslash and brackets included, stands for itself. Case counts.
 *
 * A character is a Unicode code point, as in the regular expression of {@link globToRegExpSource}. There is no
 * backtracking beyond the last `*`: time is at most |pattern| × |text|, whatever the pattern.
 */
export function globMatches(pattern: string, text: string): boolean {
  const wildcard = pattern.search(/[*?]/);
  if (wildcard < 0) return pattern === text;
  // Most texts are those of others, and differ at their beginning.
  if (!text.startsWith(pattern.slice(0, wildcard))) return false;
  const wanted = [...pattern];
  const given = [...text];
  let w = 0;
  let g = 0;
  let star = -1;
  let resume = 0;
  while (g < given.length) {
    if (wanted[w] === '*') {
      star = w;
      w += 1;
      resume = g;
    } else if (w < wanted.length && (wanted[w] === '?' || wanted[w] === given[g])) {
      w += 1;
      g += 1;
    } else if (star >= 0) {
      // Only the last star can need more: the text before it has matched as early as it can.
      resume += 1;
      w = star + 1;
      g = resume;
    } else {
      return false;
    }
  }
  while (wanted[w] === '*') w += 1;
  return w === wanted.length;
}

/**
 * The same rule as an anchored regular expression, e.g. `team-*` → `^(?s:team-.*)$`, for `matches` of expr-lang.
 *
 * The source means the same to Go's RE2 and to JavaScript (with the flag `u`). Only syntax characters are escaped,
 * `.` matches line breaks too, and `$` without the flag `m` is the end of the text. RE2 runs in linear time.
 *
 * Syntax: https://github.com/google/re2/wiki/Syntax
 */
export function globToRegExpSource(pattern: string): string {
  const body = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return `^(?s:${body})$`;
}

/** Whether a text is a glob; any other text names exactly one thing. */
export const isGlob = (text: string): boolean => /[*?]/.test(text);

/** Whether any text matches both globs. Time is at most the product of their lengths. */
export function globsOverlap(one: string, other: string): boolean {
  const a = [...one];
  const b = [...other];
  // row[j]: whether the rest of both globs, from i and from j on, can match the same text.
  let row: boolean[] = [];
  for (let i = a.length; i >= 0; i -= 1) {
    const below = row;
    row = new Array<boolean>(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j -= 1) {
      const [left, right] = [a[i], b[j]];
      const skipped = below[j] === true || row[j + 1] === true;
      if (left === undefined && right === undefined) row[j] = true;
      else if (left === '*') row[j] = skipped;
      else if (right === '*') row[j] = skipped;
      else if (left === right || left === '?' || right === '?') {
        row[j] = left !== undefined && right !== undefined && below[j + 1] === true;
      }
    }
  }
  return row[0] === true;
}
