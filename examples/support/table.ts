/** Rows as a table of text: columns of numbers to the right, others to the left, two spaces between them. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map(String));
  const widths = headings.map((heading, i) => Math.max(heading.length, ...cells.map((row) => (row[i] ?? '').length)));
  const isNumber = headings.map((_, i) => cells.every((row) => /^-?\d+(\.\d+)?$/.test(row[i] ?? '')));
  const line = (row: readonly string[]) =>
    widths
      .map((width, i) => (isNumber[i] ? (row[i] ?? '').padStart(width) : (row[i] ?? '').padEnd(width)))
      .join('  ')
      .trimEnd();
  return [line(headings), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}
