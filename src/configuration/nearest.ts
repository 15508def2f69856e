/** The word that was most likely meant, or undefined when none is near. Case, `-` and `_` do not count. */
export function nearest(written: string, words: Iterable<string>): string | undefined {
  const plain = fold(written);
  if (plain === '' || plain.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(plain.length / 3)) + 1;
  for (const word of words) {
    const edits = distance(plain, fold(word));
    if (edits < least) {
      best = word;
      least = edits;
    }
  }
  return best;
}

/** The word without what people vary: `trusted_proxies` and `trustedProxies` are the same. */
export function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Optimal string alignment distance: letters added, left out, replaced, or two neighbours swapped; one row at a time. */
function distance(one: string, other: string): number {
  let above: readonly number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 1; index <= one.length; index += 1) {
    const next = [index];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (one[index - 1] === other[column - 1] ? 0 : 1);
      const swapped = one[index - 1] === other[column - 2] && one[index - 2] === other[column - 1];
      const before = swapped ? (above[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, before, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    above = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
