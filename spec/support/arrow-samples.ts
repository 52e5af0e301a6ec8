/** Arrow files by the package itself, with what our writer does not write. */
import {
  Bool,
  Dictionary,
  Field,
  Float64,
  Int32,
  LargeUtf8,
  List,
  makeData,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Struct,
  Table,
  TimestampMicrosecond,
  Utf8,
  Utf8View,
  vectorFromArray,
} from 'apache-arrow';

const ROWS = Array.from({ length: 7 }, (_, i) => i);
const sometimes = <T>(value: (i: number) => T) => ROWS.map((i) => (i % 3 === 1 ? null : value(i)));

/** Columns of many types, seven rows, a third of them missing. */
function sampleTable(): Table {
  const views = Buffer.alloc(7 * 16);
  for (const i of ROWS) {
    views.writeInt32LE(i, i * 16);
    views.write('x'.repeat(i), i * 16 + 4);
  }
  const viewData = makeData({ type: new Utf8View(), length: 7, nullCount: 0, views, variadicBuffers: [] });
  return new Table({
    n: vectorFromArray(
      sometimes((i) => i),
      new Int32(),
    ),
    d: vectorFromArray(
      sometimes((i) => i / 2),
      new Float64(),
    ),
    b: vectorFromArray(
      sometimes((i) => i % 2 === 0),
      new Bool(),
    ),
    t: vectorFromArray(
      sometimes((i) => new Date(i)),
      new TimestampMicrosecond('UTC'),
    ),
    s: vectorFromArray(
      sometimes((i) => `text ${i}`),
      new Utf8(),
    ),
    big: vectorFromArray(
      sometimes((i) => `large ${i}`),
      new LargeUtf8(),
    ),
    code: vectorFromArray(
      sometimes((i) => `code ${i % 2}`),
      new Dictionary(new Utf8(), new Int32(), 3),
    ),
    l: vectorFromArray(
      sometimes((i) => ROWS.slice(0, i)),
      new List(new Field('item', new Int32())),
    ),
    st: vectorFromArray(
      sometimes((i) => ({ x: i, y: `${i}` })),
      new Struct([new Field('x', new Int32()), new Field('y', new Utf8())]),
    ),
    v: new Table({ v: viewData }).getChild('v') as never,
  });
}

/** What the columns of `sampleTable` hold, values as `vectorValue` has them. */
export const SAMPLE_VALUES: Readonly<Record<string, readonly unknown[]>> = {
  n: sometimes((i) => i),
  d: sometimes((i) => i / 2),
  b: sometimes((i) => i % 2 === 0),
  t: sometimes((i) => BigInt(i) * 1000n),
  s: sometimes((i) => `text ${i}`),
  big: sometimes((i) => `large ${i}`),
  code: sometimes((i) => `code ${i % 2}`),
  l: sometimes((i) => ROWS.slice(0, i)),
  st: sometimes((i) => [
    ['x', i],
    ['y', `${i}`],
  ]),
  v: ROWS.map((i) => 'x'.repeat(i)),
};

export function sampleBytes(format: 'file' | 'stream'): Uint8Array {
  const writer = format === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  return writer.writeAll(sampleTable()).finish().toUint8Array(true);
}
