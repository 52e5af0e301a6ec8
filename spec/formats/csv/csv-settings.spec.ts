import { describe, expect, it } from 'vitest';
import { canSplitCsv, DEFAULT_CSV_SETTINGS, dialectOf, valueOptionsOf } from '../../../formats/csv/csv-settings.ts';

describe('settings of CSV', () => {
  it('become bytes of UTF-8', () => {
    const settings = { ...DEFAULT_CSV_SETTINGS, delimiter: '·', quote: "'", escape: '\\', comment: '#' };
    expect(dialectOf(settings)).toMatchObject({
      delimiter: Uint8Array.of(0xc2, 0xb7),
      quote: 39,
      escape: 92,
      comment: 35,
    });
    expect(dialectOf({ ...settings, quote: '', comment: '' })).toMatchObject({ quote: -1, escape: -1, comment: -1 });
  });

  it('have their patterns compiled', () => {
    expect(valueOptionsOf(DEFAULT_CSV_SETTINGS).dateFormat).toBeUndefined();
    expect(valueOptionsOf({ ...DEFAULT_CSV_SETTINGS, dateFormat: 'dd.MM.yyyy' }).dateFormat?.parse('02.01.1970')).toBe(
      86_400_000,
    );
  });

  it('let files be read from the middle where a record is a line of UTF-8', () => {
    expect(canSplitCsv(DEFAULT_CSV_SETTINGS)).toBe(true);
    expect(canSplitCsv({ ...DEFAULT_CSV_SETTINGS, multiLine: true })).toBe(false);
    expect(canSplitCsv({ ...DEFAULT_CSV_SETTINGS, encoding: 'latin1' })).toBe(false);
  });
});
