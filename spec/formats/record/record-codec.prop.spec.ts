import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { decodeFrames } from '../../../formats/record/record-reader.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import { anyRecord, shapedRecords } from './arbitrary-record.ts';
import { expectSame } from './same-value.ts';

const SEED = 20_240_611;
const ORIGIN = { path: 'spec', offset: 0 };

function rowsOf(batches: Iterable<Batch>): unknown[] {
  return [...batches].flatMap((batch) =>
    batch.kind === 'rows' ? batch.rows.slice(batch.from, batch.to) : materializeRows(batch),
  );
}

describe('the record codec, over random records', () => {
  it('gives back any value through the value codec', () => {
    fc.assert(
      fc.property(anyRecord, (value) => {
        expectSame(decodeValue(encodeValue(value)), value);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it('gives back shaped records through columns', () => {
    let built = 0;
    fc.assert(
      fc.property(shapedRecords, (rows) => {
        const batch = buildColumns(rows, 0, rows.length);
        if (batch === undefined) return;
        built++;
        expectSame(materializeRows(batch), rows);
      }),
      { seed: SEED, numRuns: 600 },
    );
    expect(built).toBeGreaterThan(500);
  });

  it.each(['auto', 'values'] as const)('gives back shaped records through frames, road %s', (road) => {
    fc.assert(
      fc.property(shapedRecords, (rows) => {
        const out = new ByteWriter();
        encodeFrame(rowBatch(rows), out, { codec: 'none', road });
        expectSame(rowsOf(decodeFrames(out.take(), ORIGIN)), rows);
      }),
      { seed: SEED, numRuns: 600 },
    );
  });
});
