import { describe, expect, it } from 'vitest';
import { CsvBatch } from '../../../formats/csv/csv-batch.ts';
import { DEFAULT_CSV_SETTINGS, dialectOf } from '../../../formats/csv/csv-settings.ts';
import { CsvTokenizer } from '../../../formats/csv/csv-tokenizer.ts';

function batchOf(text: string): CsvBatch {
  const bytes = Buffer.from(`${text}\0`);
  const tokens = new CsvTokenizer(dialectOf(DEFAULT_CSV_SETTINGS), 2, 9, 9, 'in.csv');
  return new CsvBatch(tokens, bytes, tokens.tokenize(bytes, 0, bytes.length - 1, true, 99));
}

describe('CsvBatch', () => {
  it('gives the texts of fields, short and long, ASCII or not', () => {
    expect(batchOf('ab,0123456789abcdef').textAt(0, 2)).toBe('ab');
    expect(batchOf('ab,0123456789abcdef').textAt(3, 19)).toBe('0123456789abcdef');
    expect(batchOf('é,b').textAt(0, 2)).toBe('é');
  });

  it('has a mark for each record', () => {
    expect([...batchOf('a,b\nc,d\n').bad]).toEqual([0, 0]);
  });
});
