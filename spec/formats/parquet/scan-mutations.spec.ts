import { describe, expect, it } from 'vitest';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';
import { scanBytes } from '../../support/scan-parquet.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const ROUNDS = Number(process.env.CAIRN_MUTATIONS ?? 0) / 100 || 600;

const ids = Array.from({ length: 300 }, (_, i) => i);
const sound = indexedParquet(
  [
    { name: 'id', type: 'INT32', values: ids.map((id) => (id % 7 === 0 ? null : id)) },
    { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: ids.map((id) => `row ${id % 10}`) },
  ],
  { rowGroupRows: 100, pageRows: [10, 20], statistics: true, pageIndex: true, dictionary: true, bloom: true },
);
const CONDITIONS = [
  col('id').between(120, 125),
  col('text').eq('row 3').and(col('id').gt(150)),
  col('id').isNull().or(col('text').startsWith('row 9')),
];

describe('a scan of a damaged file', () => {
  it('gives rows or a typed error, whatever is damaged', () => {
    const random = seededRandom(77);
    let failed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Uint8Array.from(sound);
      // Half of the damage goes to the end, where footer, indexes and filters are.
      const count = 1 + Math.floor(random() * 3);
      for (let i = 0; i < count; i++) {
        const from = random() < 0.5 ? Math.floor(bytes.length / 2) : 4;
        bytes[from + Math.floor(random() * (bytes.length - from - 8))] = Math.floor(random() * 256);
      }
      for (const { predicate } of CONDITIONS) {
        try {
          const { rows } = scanBytes(bytes, { where: predicate });
          expect(rows.length).toBeLessThan(100_000);
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
          expect((error as CairnError).code).toMatch(
            /^(PARQUET_|LIMIT_EXCEEDED|COLUMN_NOT_FOUND|PREDICATE_TYPE|VALUE_NOT_EXACT)/,
          );
          failed++;
        }
      }
    }
    expect(failed).toBeGreaterThan(ROUNDS / 10);
  });

  it('gives rows or a typed error wherever the file is cut', () => {
    for (let length = 0; length < sound.length; length += 17) {
      const cut = sound.subarray(0, length);
      expect(() => scanBytes(cut, { where: col('id').gt(3).predicate })).toThrow(/PARQUET_CORRUPT/);
    }
  });
});
