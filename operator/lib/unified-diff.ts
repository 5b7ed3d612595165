/** Lines of context around each change, as diff -u has it. */
const CONTEXT = 3;

interface Line {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/**
 * The hunks that turn one text into another, in the unified format without file names; empty for equal texts. Time and
 * memory grow with the product of the lines that differ, which here are hundreds.
 *
 * https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html
 */
export function unifiedDiff(before: string, after: string): string[] {
  const lines = compareTrimmed(linesOf(before), linesOf(after));
  const wanted = lines.map((_, at) =>
    lines.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ mark }) => mark !== ' '),
  );
  const hunks: string[] = [];
  let [a, b] = [1, 1];
  for (let from = 0; from < lines.length; ) {
    let to = from;
    while (to < lines.length && wanted[to] === wanted[from]) to++;
    const part = lines.slice(from, to);
    const [removed, added] = [count(part, '+'), count(part, '-')];
    if (wanted[from]) {
      hunks.push(`@@ -${range(a, removed)} +${range(b, added)} @@`);
      hunks.push(...part.map(({ mark, text }) => mark + text));
    }
    [a, b, from] = [a + removed, b + added, to];
  }
  return hunks;
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** How many lines a side has: all but those of the other one. */
const count = (lines: readonly Line[], other: Line['mark']): number =>
  lines.filter(({ mark }) => mark !== other).length;

const range = (start: number, length: number): string => `${length === 0 ? start - 1 : start},${length}`;

/** Most lines of a long text are the same at both ends. */
function compareTrimmed(before: readonly string[], after: readonly string[]): Line[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const same = (texts: readonly string[]) => texts.map((text): Line => ({ mark: ' ', text }));
  return [
    ...same(before.slice(0, head)),
    ...compare(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

/** By the longest common subsequence; removed lines come before the lines that replace them. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  const { length: n } = before;
  const { length: m } = after;
  const longest = Array.from({ length: n + 1 }, () => new Uint32Array(m + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = n - 1; i >= 0; i--) {
    const row = longest[i] as Uint32Array;
    for (let j = m - 1; j >= 0; j--) {
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < n || j < m; ) {
    if (i < n && j < m && before[i] === after[j]) {
      lines.push({ mark: ' ', text: before[i] as string });
      [i, j] = [i + 1, j + 1];
    } else if (i < n && (j === m || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: before[i++] as string });
    } else lines.push({ mark: '+', text: after[j++] as string });
  }
  return lines;
}
