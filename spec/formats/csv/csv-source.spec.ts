import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_SETTINGS } from '../../../formats/csv/csv-settings.ts';
import { CsvSource, fieldText } from '../../../formats/csv/csv-source.ts';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { sourceOf } from '../../support/bytes.ts';
import type { CsvChoices } from '../../support/read-csv.ts';

function open(text: string, choices: CsvChoices = {}, length?: number): CsvSource {
  const stream = new SourceStream(sourceOf(Buffer.from(text), 3));
  const range = { stream, path: 'in.csv', atStart: true, ...(length === undefined ? {} : { length }) };
  return new CsvSource(range, { ...DEFAULT_CSV_SETTINGS, ...choices });
}

describe('CsvSource', () => {
  it('gives the fields of one record as texts', () => {
    const source = open('a,"b ""c"""\r\n1,2\n');
    expect(source.readFields()).toEqual(['a', 'b "c"']);
    expect(source.readFields()).toEqual(['1', '2']);
    expect(source.readFields()).toBeUndefined();
  });

  it('gives batches of at most so many records, and where they are', () => {
    const source = open('#x\na,b\nc,d\ne,f\n', { comment: '#' });
    const texts: string[] = [];
    for (let batch = source.next(2, 2); batch !== undefined; batch = source.next(2, 2)) {
      expect(batch.rowCount).toBeLessThanOrEqual(2);
      const start = batch.tokens.rowStarts[0] as number;
      texts.push(`${source.offsetOf(start)}:${fieldText(batch, 0, DEFAULT_CSV_SETTINGS)}`);
    }
    expect(texts[0]).toBe('3:a');
  });

  it('reads a little beyond the end of its range, for its last record', () => {
    const source = open('a,b\nc,d\ne,f\n', {}, 4);
    expect(source.readFields()).toEqual(['a', 'b']);
    expect(source.readFields()).toEqual(['c', 'd']);
    expect(source.readFields()).toBeUndefined();
  });
});
