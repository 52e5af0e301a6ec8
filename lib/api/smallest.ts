type Compare = (a: unknown, b: unknown) => number;

/** The records in ascending order, stably. By index, as `Array.sort` would put every undefined last. */
export function sortRecords(records: readonly unknown[], compare: Compare): unknown[] {
  const order = Array.from(records, (_, i) => i);
  order.sort((i, j) => compare(records[i], records[j]));
  return order.map((i) => records[i]);
}

/**
 * The `n` smallest records in ascending order; of equal ones those that come first. Holds at most `2n` of them at a
 * time, and looks once at most of the others.
 */
export function smallest(records: Iterable<unknown>, n: number, compare: Compare): unknown[] {
  if (n === 0) return [];
  const room = Math.max(2 * n, 64);
  let held: unknown[] = [];
  let isFull = false;
  for (const record of records) {
    // Once n are known, a record that is not below the largest of them is out: an equal one came first.
    if (isFull && compare(record, held[n - 1]) >= 0) continue;
    held.push(record);
    if (held.length >= room) {
      held = sortRecords(held, compare).slice(0, n);
      isFull = true;
    }
  }
  return sortRecords(held, compare).slice(0, n);
}
