/**
 * Names of columns from a first line, by Spark's rules: an empty name is `_c` and the column's number, and names that
 * occur more than once get their number behind them, so that none is lost. Cases are told apart.
 */
export function columnNames(fields: readonly string[], nullValues: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of fields) counts.set(name, (counts.get(name) ?? 0) + 1);
  const taken = new Set(fields.filter((name) => counts.get(name) === 1));
  return fields.map((name, i) => {
    const isMissing = name === '' || nullValues.includes(name);
    if (!isMissing && counts.get(name) === 1) return name;
    let own = isMissing ? `_c${i}` : `${name}${i}`;
    while (taken.has(own)) own += '_';
    taken.add(own);
    return own;
  });
}

/** Names of columns without a first line. */
export function numberedNames(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `_c${i}`);
}
