import { describe, expect, it } from 'vitest';
import { ByteArrayStore } from '../../../formats/parquet/write-byte-arrays.ts';
import type { BytesVector, Vector } from '../../../formats/schema/vector.ts';

function bytesVector(texts: readonly string[]): BytesVector {
  const bytes = new Uint8Array(Buffer.from(texts.join('')));
  const lengths = Int32Array.from(texts, (each) => Buffer.byteLength(each));
  const starts = new Int32Array(texts.length);
  for (let i = 1; i < texts.length; i++) starts[i] = (starts[i - 1] as number) + (lengths[i - 1] as number);
  return {
    ...{ layout: 'bytes', type: { kind: 'string' }, length: texts.length, validity: undefined, nullCount: 0 },
    ...{ bytes, starts, lengths },
  };
}

const coded = (texts: readonly string[], codes: readonly number[]): Vector => ({
  ...{ layout: 'dictionary', type: { kind: 'string' }, length: codes.length, validity: undefined, nullCount: 0 },
  ...{ codes: Int32Array.from(codes), dictionary: bytesVector(texts) },
});

const all = (vector: Vector) => Int32Array.from({ length: vector.length }, (_, i) => i);

function valuesOf(store: ByteArrayStore): readonly string[] {
  const found = store.coded();
  if (found !== undefined) {
    const { bytes, starts, lengths } = found.dictionary.entries();
    return Array.from({ length: store.count }, (_, i) => {
      const code = found.codes[i] as number;
      const start = starts[code] as number;
      return Buffer.from(bytes.subarray(start, start + (lengths[code] as number))).toString();
    });
  }
  const { bytes, ends } = store.plain();
  return Array.from({ length: store.count }, (_, i) => {
    const start = i === 0 ? 0 : (ends[i - 1] as number);
    if (store.prefixBytes > 0) expect(Buffer.from(bytes).readInt32LE(start)).toBe((ends[i] as number) - start - 4);
    return Buffer.from(bytes.subarray(start + store.prefixBytes, ends[i])).toString();
  });
}

const REPEATED = Array.from({ length: 9000 }, (_, i) => `city ${i % 20}`);
const UNIQUE = Array.from({ length: 9000 }, (_, i) => `the text of row ${i}`);
const OPTIONS = { fixedLength: 0, dictionaryBytes: 1 << 20 };

describe('ByteArrayStore', () => {
  it('keeps a dictionary of what repeats, and lays out plainly what does not', () => {
    for (const [texts, isCoded] of [
      [REPEATED, true],
      [UNIQUE, false],
    ] as const) {
      const store = new ByteArrayStore(OPTIONS);
      const vector = bytesVector(texts);
      store.append(vector, all(vector), vector.length);
      store.settle();
      expect(store.coded() !== undefined).toBe(isCoded);
      expect(valuesOf(store)).toEqual(texts);
    }
  });

  it('takes codes by their values, also after bytes and once there is no dictionary', () => {
    const store = new ByteArrayStore(OPTIONS);
    const parts: readonly Vector[] = [
      ...[bytesVector(['b', 'x']), coded(['a', 'b', 'a', 'unused'], [0, 2, 1, 1]), bytesVector(UNIQUE)],
      coded(['q', ''], [1, 0]),
    ];
    for (const part of parts) store.append(part, all(part), part.length);
    expect(store.coded()).toBeUndefined();
    expect(valuesOf(store)).toEqual(['b', 'x', 'a', 'a', 'b', 'b', ...UNIQUE, '', 'q']);
    const small = new ByteArrayStore(OPTIONS);
    for (const part of parts.slice(0, 2)) small.append(part, all(part), part.length);
    expect(small.coded()?.dictionary.count).toBe(3);
  });

  it('gives its dictionary up when that grows too large, or saves nothing in the end', () => {
    const large = new ByteArrayStore({ fixedLength: 0, dictionaryBytes: 50 });
    const vector = bytesVector(REPEATED);
    large.append(vector, all(vector), vector.length);
    expect(large.coded()).toBeUndefined();
    expect(valuesOf(large)).toEqual(REPEATED);
    const few = new ByteArrayStore(OPTIONS);
    const two = bytesVector(['a', 'b']);
    few.append(two, all(two), 2);
    few.settle();
    expect(few.coded()).toBeUndefined();
    expect(valuesOf(few)).toEqual(['a', 'b']);
  });

  it('has no lengths before values of one length, takes the slots it is told, and begins anew', () => {
    const store = new ByteArrayStore({ fixedLength: 2, dictionaryBytes: 0 });
    const vector = bytesVector(['aa', 'bb', 'cc']);
    store.append(vector, Int32Array.of(2, 0), 2);
    expect(valuesOf(store)).toEqual(['cc', 'aa']);
    expect(store.sizeBytes).toBe(4);
    store.clear();
    expect([store.count, store.sizeBytes]).toEqual([0, 0]);
    const longer = bytesVector(['aa', 'bbb']);
    expect(() => store.append(longer, all(longer), 2)).toThrow(/INTERNAL/);
    expect(() => store.append(coded(['bbb'], [0]), Int32Array.of(0), 1)).toThrow(/INTERNAL/);
  });
});
