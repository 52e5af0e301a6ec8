/**
 * The known name that `wanted` was probably meant to be, for "did you mean" hints; undefined when none is near.
 *
 * Near means: the same but for case, separators and a prefix (`spark.task.maxFailures`), or few enough letters added,
 * dropped, changed or swapped with a neighbour: one in three, three at most. Ties go to the name listed first.
 */
export function findNearMiss(wanted: string, names: Iterable<string>): string | undefined {
  const text = normalize(wanted.slice(0, 200));
  const allowed = Math.min(3, Math.max(1, Math.floor(text.length / 3)));
  let best: string | undefined;
  let bestDistance = allowed + 1;
  for (const name of names) {
    const known = normalize(name);
    if (known === '') continue;
    const distance = known.length >= 5 && text.endsWith(known) ? 0 : editDistance(text, known);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
