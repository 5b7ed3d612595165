/** Part of a text, by offsets; `to` is the first character after it. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A line of a text. Its range includes the line break, its text does not (but may end in a carriage return). */
export interface Line extends Range {
  readonly text: string;
}

/** Where the line with this offset starts. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The offset after the line break of the line with the character before this offset. */
export function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end + 1;
}

/** The lines of a text, in order. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < text.length; ) {
    const to = lineEnd(text, from + 1);
    lines.push({ from, to, text: text.slice(from, text[to - 1] === '\n' ? to - 1 : to) });
    from = to;
  }
  return lines;
}

/** A place in a text, for people: both count from 1. */
export function place(text: string, offset: number): string {
  const line = text.slice(0, offset).split('\n').length;
  return `line ${line}, column ${offset - lineStart(text, offset) + 1}`;
}

/** Sorted ranges; ranges that touch or overlap are joined. */
export function mergedRanges(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && range.from <= last.to) {
      result[result.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    } else {
      result.push(range);
    }
  }
  return result;
}

/** Whether an offset is inside one of the ranges. */
export function isInside(offset: number, ranges: readonly Range[]): boolean {
  return ranges.some(({ from, to }) => from < offset && offset < to);
}

/** The same for sorted ranges without overlaps: the scalars of a list, which may have thousands. */
export function isInsideSorted(offset: number, ranges: readonly Range[]): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.from ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  const last = ranges[low - 1];
  return last !== undefined && offset < last.to;
}
