import { describe, expect, it } from 'vitest';
import { unescapeField } from '../../../formats/csv/string-column-parser.ts';
import type { Column } from '../../../formats/schema/batch.ts';
import { batchesOfCsv, rowsOfCsv } from '../../support/read-csv.ts';

function columnsOf(values: readonly string[], maxRows = 10_000): (Column | undefined)[] {
  const text = `a,b\n${values.map((value) => `${value},1\n`).join('')}`;
  return batchesOfCsv(text, {
    schema: [
      ['a', 'string'],
      ['b', 'int32'],
    ],
    maxRows,
  }).map((batch) => (batch.kind === 'columns' && batch.root.kind === 'object' ? batch.root.fields[0] : undefined));
}

describe('StringColumnParser', () => {
  it('gives codes in order of first use, batch by batch', () => {
    const found = columnsOf(['x', 'y', 'x', 'y', 'y', 'x', '', 'é'], 4);
    expect(found[0]).toEqual({
      kind: 'dictionary',
      codes: Uint8Array.of(0, 1, 0, 1),
      dictionary: ['x', 'y'],
      nulls: undefined,
    });
    expect(found[1]).toEqual({
      kind: 'dictionary',
      codes: Uint8Array.of(0, 1, 0, 2),
      dictionary: ['y', 'x', 'é'],
      nulls: Uint8Array.of(0, 0, 1, 0),
    });
  });

  it('has one code for a text that is quoted here and not there', () => {
    expect(columnsOf(['"x"', 'x', '"x"'])[0]).toMatchObject({ codes: Uint8Array.of(0, 0, 0), dictionary: ['x'] });
  });

  it('decodes each string once too many differ, or one is long', () => {
    const many = Array.from({ length: 3000 }, (_, i) => `value ${i}`);
    expect(columnsOf(many)[0]).toMatchObject({ kind: 'string' });
    expect(columnsOf(['a'.repeat(100), 'b'])[0]).toMatchObject({ kind: 'string' });
    expect(
      rowsOfCsv(`a,b\n${many.map((text) => `${text},1\n`).join('')}`).map((row) => (row as { a: string }).a),
    ).toEqual(many);
  });

  it('has room for strings that come late', () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `k${i % 1900}`);
    const found = rowsOfCsv(`a,b\n${rows.map((text) => `${text},1\n`).join('')}`, { maxRows: 4000 });
    expect(found.map((row) => (row as { a: string }).a)).toEqual(rows);
  });
});

describe('unescapeField', () => {
  it('makes one of doubled quotes', () => {
    expect(unescapeField('""a""""', '"', '"')).toBe('"a""');
  });

  it('takes what is behind an escape only when it is a quote or an escape', () => {
    expect(unescapeField('\\"a\\\\b\\n\\', '"', '\\')).toBe('"a\\b\\n\\');
  });
});
