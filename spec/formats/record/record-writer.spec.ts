import { beforeAll, describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { initCompression } from '../../../formats/bytes/compression.ts';
import { buildColumns } from '../../../formats/record/build-columns.ts';
import { setRecordCodegen } from '../../../formats/record/record-codegen.ts';
import { decodeFrames } from '../../../formats/record/record-reader.ts';
import { type EncodeOptions, encodeFrame } from '../../../formats/record/record-writer.ts';
import { type ColumnBatch, rowBatch } from '../../../formats/schema/batch.ts';
import { expectGolden } from '../../support/golden.ts';

const NONE: EncodeOptions = { codec: 'none' };

/** Offset, sixteen bytes, and their ASCII: as `xxd` prints them. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Buffer.from(bytes.subarray(at, at + 16));
    const hex = row
      .toString('hex')
      .replace(/(....)(?=.)/g, '$1 ')
      .padEnd(39);
    const text = row.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${hex}  ${text}`);
  }
  return lines.join('\n');
}

function encode(rows: readonly unknown[], options = NONE): Uint8Array {
  const out = new ByteWriter();
  encodeFrame(rowBatch(rows), out, options);
  return out.take();
}

const rows = Array.from({ length: 300 }, (_, i) => ({ id: i, name: `name ${i}`, tags: [i, i + 1].slice(i % 3) }));

beforeAll(initCompression);

describe('the record writer', () => {
  it.each<[string, readonly unknown[], EncodeOptions]>([
    [
      'columns-of-pairs',
      [
        ['a', 1],
        ['b', 2],
        ['a', 300],
      ],
      NONE,
    ],
    [
      'columns-of-objects',
      [
        { id: 1, v: 0.5, ok: true, at: new Date(0), big: 5n, tags: [1, 2], name: 'é' },
        { id: -2, v: -0, ok: false, at: new Date(Number.NaN), big: -5n, tags: [], name: null },
        { id: 3, v: Number.NaN, ok: true, at: new Date(1), big: 0n, tags: [3], name: '\ud800' },
      ],
      NONE,
    ],
    [
      'columns-with-values',
      [
        { id: 1, any: 'x' },
        { id: 2, any: { k: [null] } },
      ],
      NONE,
    ],
    ['columns-of-empty-objects', [{}, {}, null], NONE],
    [
      'values',
      [null, undefined, true, false, 5, 200, -1, 1.5, 'text', 7n, 2n ** 64n, new Date(3), [1, 'x'], { a: 1 }, { a: 2 }],
      { codec: 'none', road: 'values' },
    ],
    [
      'values-of-builtins',
      [
        new Map([[1, new Set(['x'])]]),
        new Uint16Array([1, 2]),
        Buffer.from('buf'),
        new ArrayBuffer(2),
        /x/g,
        new URL('a:b'),
        Object.assign([1], { index: 0 }),
        Object.assign(new Array(3), { 1: 'mid' }),
        Object.assign(Object.create(null), { __proto__: 1 }),
      ],
      NONE,
    ],
    ['deflate', new Array(40).fill('the same again'), { codec: 'deflate', road: 'values' }],
    ['no-records', [], NONE],
  ])('writes the bytes of the golden: %s', (name, records, options) => {
    expectGolden(`formats/record/${name}.txt`, hexDump(encode(records, options)));
  });

  it('tells what it wrote', () => {
    const out = new ByteWriter();
    out.u8(1);
    const first = encodeFrame(rowBatch(rows, 10, 110), out, NONE);
    expect(first).toEqual({ rowCount: 100, road: 'columns', byteLength: out.length - 1 });
    expect(first.byteLength % 8).toBe(0);
    expect(encodeFrame(rowBatch(rows), out, { codec: 'none', road: 'values' }).road).toBe('values');
    expect(encodeFrame(rowBatch([1, 'x']), out, NONE).road).toBe('values');
    expect([...decodeFrames(out.bytes(1).slice(), { path: '', offset: 0 })].length).toBe(3);
  });

  it('writes the same bytes for rows and for their columns, with and without generated code', () => {
    const batch = buildColumns(rows) as ColumnBatch;
    const out = new ByteWriter();
    encodeFrame(batch, out, NONE);
    const generated = encode(rows);
    setRecordCodegen(false);
    const plain = encode(rows);
    setRecordCodegen(true);
    expect(Buffer.compare(out.bytes(), generated)).toBe(0);
    expect(Buffer.compare(plain, generated)).toBe(0);
  });

  it('writes the same bytes for every NaN', () => {
    const bits = new Float64Array(new BigUint64Array([0x7ff8000000000000n, 0xfff8000000000001n]).buffer);
    for (const road of ['auto', 'values'] as const) {
      const bytes = [0, 1].map((k) => encode(new Array(100).fill({ n: bits[k] }), { codec: 'none', road }));
      expect(Buffer.compare(bytes[0] as Uint8Array, bytes[1] as Uint8Array)).toBe(0);
    }
  });

  it('writes the same bytes for columns it has read', () => {
    const frame = encode(rows);
    const [batch] = decodeFrames(frame, { path: '', offset: 0 });
    const out = new ByteWriter();
    encodeFrame(batch as ColumnBatch, out, NONE);
    expect(Buffer.compare(out.bytes(), frame)).toBe(0);
  });

  it('writes columns as values when that is asked for', () => {
    const out = new ByteWriter();
    const { road } = encodeFrame(buildColumns(rows) as ColumnBatch, out, { codec: 'none', road: 'values' });
    expect(road).toBe('values');
    expect(Buffer.compare(out.bytes(), encode(rows, { codec: 'none', road: 'values' }))).toBe(0);
  });

  it.each(['zstd', 'deflate'] as const)('compresses with %s what shrinks, and nothing else', (codec) => {
    const text = new Array(100).fill({ text: 'again and again '.repeat(5) });
    expect(encode(text, { codec, road: 'values' }).length).toBeLessThan(
      encode(text, { codec: 'none', road: 'values' }).length,
    );
    const short = (name: typeof codec | 'none') => encode(['q7'], { codec: name, road: 'values' });
    expect(Buffer.compare(short(codec), short('none'))).toBe(0);
    expect(encode([], { codec, road: 'values' }).length).toBe(24);
  });

  it('leaves the writer as it was when a record cannot be stored, and names the path', () => {
    const out = new ByteWriter();
    encodeFrame(rowBatch([1]), out, NONE);
    const before = hexDump(out.bytes());
    const bad = Array.from({ length: 100 }, (_, i) => ({ id: i, user: { link: i === 50 ? () => 1 : i } }));
    expect(() => encodeFrame(rowBatch(bad), out, NONE)).toThrow('record.user.link is function');
    const inList = Array.from({ length: 100 }, (_, i) => ({ id: i, list: [{ f: i === 50 ? Symbol('x') : 1 }] }));
    expect(() => encodeFrame(rowBatch(inList), out, NONE)).toThrow('record.list[0].f is a symbol');
    const inLists = Array.from({ length: 100 }, (_, i) => ({
      id: i,
      list: new Array(i % 3).fill({ f: i === 50 ? Symbol('x') : 1 }),
    }));
    expect(() => encodeFrame(rowBatch(inLists), out, NONE)).toThrow('record.list[…].f is a symbol');
    expect(() => encodeFrame(rowBatch(bad), out, { codec: 'none', road: 'values' })).toThrow(
      'record.user.link is function',
    );
    expect(hexDump(out.bytes())).toBe(before);
  });

  it('raises LIMIT_EXCEEDED over its limits', () => {
    const out = new ByteWriter();
    const limits = { maxRawBytes: 100, maxRows: 10 };
    expect(() => encodeFrame(rowBatch(['x'.repeat(101)]), out, { codec: 'deflate', limits })).toThrow('LIMIT_EXCEEDED');
    expect(() => encodeFrame(rowBatch(new Array(11).fill(1)), out, { codec: 'none', limits })).toThrow(
      'LIMIT_EXCEEDED',
    );
    expect(out.length).toBe(0);
  });
});
