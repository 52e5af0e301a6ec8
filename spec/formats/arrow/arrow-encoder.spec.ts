import { MessageReader } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { arrowSchema, batchMessage, footerBytes, schemaMessage } from '../../../formats/arrow/arrow-encoder.ts';
import { fieldOf } from '../../../formats/arrow/column-type.ts';
import { readFooter, readMessage } from '../../../formats/arrow/read-metadata.ts';
import { type DataType, field } from '../../../formats/schema/data-type.ts';
import { PLACE } from '../../support/arrow-columns.ts';
import { TYPE_SAMPLES } from '../../support/parquet-samples.ts';

const INT: DataType = { kind: 'int', bits: 32, signed: true };

describe('metadata that is written', () => {
  it('says the types that were given', () => {
    const types: readonly DataType[] = [
      ...TYPE_SAMPLES.map(({ type }) => type),
      { kind: 'null' },
      { kind: 'decimal', precision: 76, scale: 3 },
      { kind: 'list', element: field('element', INT, false) },
      { kind: 'map', key: field('key', { kind: 'string' }, false), value: field('value', INT) },
      { kind: 'struct', fields: [field('', INT), field('b', INT, false)] },
    ];
    const fields = types.map((type, i) => field(`x${i}`, type, i % 2 === 0));
    const found = readMessage(schemaMessage(arrowSchema({ fields })), PLACE);
    expect(found.kind === 'schema' && found.schema.fields.map((each) => fieldOf(each, 'a'))).toEqual(fields);
  });

  it('has room for batches of any place and size', () => {
    const block = { offset: 2 ** 50, metadataLength: 8, bodyLength: 2 ** 45 };
    const schema = arrowSchema({ fields: [] });
    expect(readFooter(footerBytes(schema, [block, block]), PLACE).batches).toEqual([block, block]);
    const message = batchMessage(0, [], [], 2 ** 45, false);
    expect(readMessage(message, PLACE)).toMatchObject({ bodyLength: 2 ** 45 });
    const prefixed = Buffer.concat([Buffer.from(Int32Array.of(-1, message.length).buffer), message]);
    expect(new MessageReader(prefixed).readMessage()?.isRecordBatch()).toBe(true);
  });
});
