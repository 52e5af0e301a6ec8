import { describe, expect, it } from 'vitest';
import { arrowSchema, batchMessage, footerBytes, schemaMessage } from '../../../formats/arrow/arrow-encoder.ts';
import { readFooter, readMessage } from '../../../formats/arrow/read-metadata.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { PLACE } from '../../support/arrow-columns.ts';

const SCHEMA = arrowSchema({
  fields: [field('a', { kind: 'decimal', precision: 20, scale: 2 }, false), field('u', { kind: 'uuid' })],
});

describe('metadata of Arrow', () => {
  it('says what the fields are', () => {
    const found = readMessage(schemaMessage(SCHEMA), PLACE);
    expect(found).toEqual({
      kind: 'schema',
      bodyLength: 0,
      schema: {
        fields: [
          { name: 'a', nullable: false, type: { kind: 'decimal', precision: 20, scale: 2, bits: 128 }, children: [] },
          {
            name: 'u',
            nullable: true,
            type: { kind: 'fixedBytes', byteLength: 16 },
            children: [],
            extension: 'arrow.uuid',
          },
        ],
      },
    });
  });

  it('says what a batch is made of', () => {
    const nodes = [{ length: 3, nullCount: 1 }];
    const buffers = [
      { offset: 0, length: 1 },
      { offset: 8, length: 12 },
    ];
    expect(readMessage(batchMessage(3, nodes, buffers, 24, true), PLACE)).toEqual({
      kind: 'batch',
      bodyLength: 24,
      batch: { rowCount: 3, nodes, buffers, compression: 'zstd', variadicCounts: [] },
    });
  });

  it('says where batches lie', () => {
    const blocks = [{ offset: 8, metadataLength: 200, bodyLength: 2 ** 40 }];
    expect(readFooter(footerBytes(SCHEMA, blocks), PLACE)).toMatchObject({ dictionaries: [], batches: blocks });
  });

  it('has bounds', () => {
    let deep: DataType = { kind: 'null' };
    for (let i = 0; i < 70; i++) deep = { kind: 'list', element: field('element', deep) };
    expect(() => readMessage(schemaMessage(arrowSchema({ fields: [field('x', deep)] })), PLACE)).toThrow(
      /LIMIT_EXCEEDED/,
    );
    expect(() => readMessage(new Uint8Array(64), PLACE)).toThrow(/ARROW_/);
    expect(() => readMessage(new Uint8Array(), PLACE)).toThrow(/ARROW_CORRUPT/);
  });
});
