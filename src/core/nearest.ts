/**
 * The candidate most like `word`, for "did you mean", whatever the case; undefined when none is close. A candidate that
 * holds the whole word is close however long it is.
 */
export const nearest = (word: string, candidates: readonly string[]): string | undefined =>
  ranked(word, candidates).find(
    ({ candidate, distance, holdsIt }) => holdsIt || distance <= Math.max(1, Math.ceil(candidate.length / 3)),
  )?.candidate;

/** The candidate that `word` is a slip of the pen for: one or two letters apart. */
export const slipOf = (word: string, candidates: readonly string[]): string | undefined =>
  ranked(word, candidates).find(({ distance }) => distance <= 2)?.candidate;

const ranked = (word: string, candidates: readonly string[]) => {
  const wanted = word.toLowerCase();
  return candidates
    .map((candidate) => ({ candidate, likeness: candidate.toLowerCase() }))
    .map(({ candidate, likeness }) => ({
      candidate,
      distance: editDistance(wanted, likeness),
      holdsIt: wanted.length >= 4 && likeness.includes(wanted),
    }))
    .sort((a, b) => a.distance - b.distance);
};

/** Levenshtein distance, one row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
