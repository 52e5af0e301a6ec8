import { describe, expect, it } from 'vitest';
import { MISSING_PARTITION, partitionDirectory } from '../../../storage/output/partition-path.ts';

describe('the directory of a value', () => {
  it.each([
    ['city', 'Bonn', 'city=Bonn'],
    ['n', -1.5, 'n=-1.5'],
    ['n', 2n ** 70n, `n=${2n ** 70n}`],
    ['b', true, 'b=true'],
    ['day', new Date('2024-02-29'), 'day=2024-02-29'],
    ['at', new Date('2024-02-29T12:00:00Z'), 'at=2024-02-29T12%3A00%3A00.000Z'],
    ['c', null, `c=${MISSING_PARTITION}`],
    ['c', undefined, `c=${MISSING_PARTITION}`],
    ['c', '', `c=${MISSING_PARTITION}`],
    ['c', '../a/b\\c', 'c=..%2Fa%2Fb%5Cc'],
    ['a=b', '50% *?', 'a%3Db=50%25 %2A%3F'],
    ['c', '\0\n\x7f', 'c=%00%0A%7F'],
    ['c', 'é😀', 'c=é😀'],
    ['c', '\ud800', 'c=\ufffd'],
  ])('of %s: %s is named as Hive does', (column, value, name) => {
    expect(partitionDirectory(column, value)).toBe(name);
  });

  it.each([[{}], [[]], [new Uint8Array()], [new Date(Number.NaN)], [() => 1], ['x'.repeat(254)], ['é'.repeat(127)]])(
    'is refused for what cannot name one',
    (value) => {
      expect(() => partitionDirectory('c', value)).toThrow(expect.objectContaining({ code: 'ROW_NOT_WRITABLE' }));
    },
  );
});
