import { describe, expect, it } from 'vitest';
import { printTable } from '../../cli/print-table.ts';

const COLUMNS = [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'NOTE' }] as const;

describe('a table', () => {
  it('aligns its columns and ends no line with a blank', () => {
    expect(
      printTable(COLUMNS, [
        ['a', '1', ''],
        ['longer', '1000', 'x'],
        ['作业', '22', 'y'],
      ]),
    ).toBe('NAME       N  NOTE\na          1\nlonger  1000  x\n作业      22  y\n');
    expect(printTable(COLUMNS, [])).toBe('NAME  N  NOTE\n');
  });

  it('shows nothing that a terminal would obey', () => {
    const text = printTable([{ title: 'A' }], [['a\u001b[2J\r\nb\u009b\u2028\u202ec']]);
    expect(text).toBe('A\na?[2J??b???c\n');
  });

  it('has colours only where asked, which take no room', () => {
    const rows = [[{ text: 'ok', color: 'green' } as const, '1', 'x']];
    expect(printTable(COLUMNS, rows)).toBe('NAME  N  NOTE\nok    1  x\n');
    expect(printTable(COLUMNS, rows, true)).toBe('NAME  N  NOTE\n\u001b[32mok\u001b[0m    1  x\n');
  });
});
