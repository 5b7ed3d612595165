/** No possible name is longer, and the time to compare two words grows with the product of their lengths. */
const LONGEST = 253;

/** The candidate nearest to a misspelt word, if one is near enough; the first of equally near ones. */
export function closest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  // In a short word, two mistakes make another word.
  const limit = word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    // Each letter more counts as a mistake. The bound also limits the work, since words come from tenants.
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(word, candidate, bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/**
 * Levenshtein distance in which two neighbours that changed places are one mistake, row by row.
 * @param tooMany where it may stop: two rows in a row without a smaller value lead to no smaller value
 */
function editDistance(a: string, b: string, tooMany: number): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = isSwap ? (before[j - 2] as number) + 1 : substitution;
      next.push(Math.min(substitution, swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    if (Math.min(...next) >= tooMany && Math.min(...row) >= tooMany) return tooMany;
    [before, row] = [row, next];
  }
  return row[b.length] as number;
}
