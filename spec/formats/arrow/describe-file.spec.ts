import { describe, expect, it } from 'vitest';
import { openArrow } from '../../../formats/arrow/arrow-file.ts';
import { describeArrow } from '../../../formats/arrow/describe-file.ts';
import { field } from '../../../formats/schema/data-type.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { writeArrowRows } from '../../support/write-arrow.ts';

const of = (bytes: Uint8Array) => describeArrow(openArrow(new ByteArraySource(bytes, 'a.arrow')));

describe('describeArrow', () => {
  it('says the same of a file and of a stream', () => {
    const { format, sizeBytes, ...file } = of(sampleBytes('file'));
    const { format: other, sizeBytes: _, ...stream } = of(sampleBytes('stream'));
    expect([format, other]).toEqual(['file', 'stream']);
    expect(sizeBytes).toBe(sampleBytes('file').length);
    expect(stream).toEqual(file);
    expect(file).toMatchObject({ path: 'a.arrow', dictionaryCount: 1, batches: [{ codec: 'none' }] });
  });

  it('counts rows by batch', () => {
    const schema = { fields: [field('id', { kind: 'int', bits: 32, signed: true })] };
    const found = of(writeArrowRows(schema, [[{ id: 1 }, { id: 2 }], [{ id: 3 }]]));
    expect(found).toMatchObject({
      rowCount: 3,
      schema: [{ name: 'id', type: 'int32', nullable: true }],
      batches: [{ rowCount: 2 }, { rowCount: 1 }],
    });
    expect(of(writeArrowRows(schema, []))).toMatchObject({ rowCount: 0, batches: [] });
  });
});
