/** A column: its heading, and whether its cells are figures, which stand at the right. */
export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

export type Color = 'green' | 'red' | 'yellow';

/** A cell; a colour is shown where stdout has colours. */
export type Cell = string | { readonly text: string; readonly color: Color | undefined };

const CODES: Readonly<Record<Color, number>> = { green: 32, red: 31, yellow: 33 };

/** Rows under their headings, two blanks between columns, none at the end of a line; a line break after each. */
export function printTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], hasColors = false): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => row.map(textOf))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => widthOf(line[i] ?? ''))));
  return lines
    .map((line, row) => {
      const cells = columns.map(({ align }, i) => {
        const text = line[i] ?? '';
        const blanks = ' '.repeat((widths[i] ?? 0) - widthOf(text));
        const cell = row === 0 ? undefined : rows[row - 1]?.[i];
        const shown = hasColors ? paint(text, cell) : text;
        return align === 'right' ? blanks + shown : shown + blanks;
      });
      return `${cells.join('  ').trimEnd()}\n`;
    })
    .join('');
}

/** Text from a database, in which there may be anything, made harmless to a terminal and kept to its line. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '?');
}

function textOf(cell: Cell): string {
  return printable(typeof cell === 'string' ? cell : cell.text);
}

function paint(text: string, cell: Cell | undefined): string {
  const color = typeof cell === 'object' ? cell.color : undefined;
  return color === undefined ? text : `\u001b[${CODES[color]}m${text}\u001b[0m`;
}

/** Columns of a terminal, rather too many than too few: most scripts beyond Latin are wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2ff ? 2 : 1;
  return width;
}
