import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { ShapeTable } from '../../../lib/closure/shape-table.ts';

describe('ShapeTable', () => {
  it('gives equal lists one number, and keeps them when written', () => {
    const shapes = new ShapeTable();
    const numbers = [['a', 'b'], ['a', 'b'], ['b', 'a'], [], ['a', 'b'], ['a,b'], ['\0']].map((keys) =>
      shapes.find(keys),
    );
    expect(numbers).toEqual([0, 0, 1, 2, 0, 3, 4]);
    using out = new ByteWriter();
    shapes.write(out);
    const copy = ShapeTable.read(new ByteReader(out.take()));
    expect([copy.get(0), copy.get(4), copy.get(5)]).toEqual([['a', 'b'], ['\0'], undefined]);
  });
});
