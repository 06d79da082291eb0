// "Did you mean": the known word nearest to a misspelt one.

const LONGEST = 64;
/** A single letter is the beginning of anything. */
const LEAST_BEGINNING = 2;

/** The one of `words` that `word` is the beginning of; where there is none, or several, the nearest that is at most 2 edits,
 *  or a third of the length, away. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const lower = word.toLowerCase();
  const all = [...words];
  return begunBy(lower, all) ?? fewestEdits(lower, all);
}

function begunBy(lower: string, words: readonly string[]): string | undefined {
  if (lower.length < LEAST_BEGINNING) return undefined;
  const begun = words.filter((candidate) => candidate.toLowerCase().startsWith(lower));
  return begun.length === 1 ? begun[0] : undefined;
}

function fewestEdits(lower: string, words: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.min(2, Math.floor(lower.length / 3))) + 1;
  for (const candidate of words) {
    if (Math.abs(candidate.length - lower.length) >= least) continue;
    const far = distance(lower, candidate.toLowerCase());
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

/** Damerau–Levenshtein (optimal string alignment): insert, delete, replace, swap of neighbours. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) least = Math.min(least, at(before, j - 2) + 1);
      row.push(least);
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0;
}
