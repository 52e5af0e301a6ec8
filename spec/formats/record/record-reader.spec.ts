import { beforeAll, describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { type CodecName, initCompression } from '../../../formats/bytes/compression.ts';
import { frameChecksum } from '../../../formats/record/frame-header.ts';
import { materializeRows } from '../../../formats/record/materialize-rows.ts';
import { decodeFrameAt, decodeFrames } from '../../../formats/record/record-reader.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { type Batch, rowBatch } from '../../../formats/schema/batch.ts';
import type { ErrorCode } from '../../../lib/base/error-table.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { expectSame } from './same-value.ts';

/** Mutations of each kind; all together a few seconds. `CAIRN_MUTATIONS` makes a long run of it. */
const MUTATIONS = Number(process.env.CAIRN_MUTATIONS ?? 5000);
const SEED = 42;
const ORIGIN = { path: 'part-00007', offset: 4096 };
/** What damaged bytes may lead to; anything else is a bug. */
const ALLOWED: readonly ErrorCode[] = ['CORRUPT_FILE', 'UNSUPPORTED_VERSION', 'RECORD_CLASS_UNKNOWN'];
/** Most bytes the decoders may make of one of these small frames. */
const MEMORY_CAP = 64 * 1024 * 1024;

function frameOf(rows: readonly unknown[], codec: CodecName = 'none', road: 'auto' | 'values' = 'auto'): Uint8Array {
  const out = new ByteWriter();
  encodeFrame(rowBatch(rows), out, { codec, road });
  return out.take();
}

function rowsOf(batches: Iterable<Batch>): unknown[] {
  return [...batches].flatMap((batch) => (batch.kind === 'rows' ? batch.rows.slice() : materializeRows(batch)));
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const shaped = Array.from({ length: 90 }, (_, i) => ({
  id: i * 1000,
  v: i / 7,
  name: `name ${i}${i % 9 === 0 ? 'é' : ''}`,
  city: ['Oslo', 'Rome', 'Kyiv'][i % 3],
  tags: Array.from({ length: i % 5 }, (_, k) => k * i),
  at: i % 4 === 0 ? null : new Date(i * 1e6),
  big: BigInt(i) << 40n,
  pair: [i % 2 === 0, i % 3 === 0 ? undefined : 'x'] as const,
  any: i % 2 === 0 ? 'text' : { k: i },
}));
const values: unknown[] = [
  null,
  undefined,
  -0,
  Number.NaN,
  1e300,
  -70000,
  2n ** 80n,
  'lone \ud800',
  'é',
  [1, [2, [3]]],
  Object.assign([1, 2], { index: 1 }),
  Array.from({ length: 3 }, (_, i) => ({ a: i, b: 'x', c: [i] })),
  new Map<unknown, unknown>([['k', new Set([1, 'a'])]]),
  new Date(5),
  /a+/gi,
  new RangeError('boom', { cause: 'why' }),
  new URL('https://example.org/a?b'),
  new Float64Array([1, 2.5]),
  Buffer.from('bytes'),
  new Uint8Array([9, 8]),
  Object.assign(Object.create(null), { z: 1 }),
  // biome-ignore lint/suspicious/noSparseArray: a hole is the case
  [1, , 3],
];

const frames: (readonly [string, () => Uint8Array, readonly unknown[]])[] = [
  ['columns', () => frameOf(shaped), shaped],
  ['values', () => frameOf(values), values],
  ['columns with zstd', () => frameOf(shaped, 'zstd'), shaped],
  ['columns with deflate', () => frameOf(shaped, 'deflate'), shaped],
  ['values of shaped records', () => frameOf(shaped, 'none', 'values'), shaped],
];

/** Decodes everything; true when it gave records, false when it raised an allowed error. */
function survives(bytes: Uint8Array): boolean {
  try {
    for (const batch of decodeFrames(bytes, ORIGIN)) if (batch.kind === 'columns') materializeRows(batch);
    return true;
  } catch (error) {
    if (error instanceof CairnError && ALLOWED.includes(error.code)) return false;
    throw error;
  }
}

beforeAll(initCompression);

describe('the record reader', () => {
  it.each(frames)('reads what the writer wrote: %s', (_, make, rows) => {
    expectSame(rowsOf(decodeFrames(make(), ORIGIN)), rows);
  });

  it('reads frames one after another, each by itself', () => {
    const parts = frames.map(([, make]) => make());
    const all = new Uint8Array(Buffer.concat(parts));
    expectSame(
      rowsOf(decodeFrames(all, ORIGIN)),
      frames.flatMap(([, , rows]) => rows),
    );
    const second = decodeFrameAt(all, parts[0]?.length ?? 0, ORIGIN);
    expectSame(rowsOf([second.batch]), values);
    expect(second.byteLength).toBe(parts[1]?.length);
  });

  it('reads frames at any address, and shows the bytes themselves where they are aligned', () => {
    const frame = frameOf(Array.from({ length: 100 }, (_, i) => i / 3));
    for (const shift of [0, 1, 4, 8]) {
      const store = new Uint8Array(new ArrayBuffer(frame.length + shift), shift);
      store.set(frame);
      const [batch] = decodeFrames(store, ORIGIN);
      if (batch?.kind !== 'columns' || batch.root.kind !== 'double') return expect.unreachable();
      expect(batch.root.values[99]).toBe(33);
      expect(batch.root.values.buffer === store.buffer).toBe(shift % 8 === 0);
    }
  });

  it('gives nothing for no bytes, and an empty batch for a frame of none', () => {
    expect([...decodeFrames(new Uint8Array(0), ORIGIN)]).toEqual([]);
    expect(rowsOf(decodeFrames(frameOf([]), ORIGIN))).toEqual([]);
  });

  it('names the file and the absolute offset of damage', () => {
    const first = frameOf(shaped);
    const bytes = new Uint8Array(Buffer.concat([first, frameOf(values)]));
    bytes[first.length + 40] = (bytes[first.length + 40] as number) ^ 1;
    const batches = decodeFrames(bytes, ORIGIN);
    expect(batches.next().done).toBe(false);
    let error: unknown;
    try {
      batches.next();
    } catch (caught) {
      error = caught;
    }
    if (!CairnError.is(error, 'CORRUPT_FILE')) return expect.unreachable();
    expect(error.params).toMatchObject({ path: 'part-00007', offset: 4096 + first.length + 20 });
  });

  it('tells a frame of a later release from a damaged one', () => {
    const frame = frameOf([1, 2, 3]);
    frame[4] = 9;
    expect(() => [...decodeFrames(frame, ORIGIN)]).toThrow('CORRUPT_FILE');
    new DataView(frame.buffer).setUint32(20, frameChecksum(frame), true);
    expect(() => [...decodeFrames(frame, ORIGIN)]).toThrow('UNSUPPORTED_VERSION');
  });

  it('refuses frames over its limits before it decompresses them', () => {
    const frame = frameOf(['x'.repeat(100_000)], 'deflate');
    expect(() => decodeFrameAt(frame, 0, ORIGIN, { maxRawBytes: 1000, maxRows: 10 })).toThrow('at most 1000 bytes');
    const rows = frameOf([1, 2, 3]);
    expect(() => decodeFrameAt(rows, 0, ORIGIN, { maxRawBytes: 1000, maxRows: 2 })).toThrow('at most 2 records');
  });
});

describe('the record reader, given damaged bytes', () => {
  it.each(frames)('finds every truncation: %s', (_, make) => {
    const frame = make();
    for (let length = 1; length < frame.length; length++) {
      expect(survives(frame.subarray(0, length)), `cut at ${length}`).toBe(false);
    }
  });

  it.each(frames)('finds every flipped bit: %s', (_, make) => {
    const frame = make();
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const mask = 1 << (bit & 7);
      frame[bit >> 3] = (frame[bit >> 3] as number) ^ mask;
      if (survives(frame)) expect.unreachable(`bit ${bit}`);
      frame[bit >> 3] = (frame[bit >> 3] as number) ^ mask;
    }
  });

  it.each(frames)('finds splices and garbage: %s', (_, make) => {
    const frame = make();
    const pick = random(SEED);
    for (let i = 0; i < 500; i++) {
      const copy = new Uint8Array(frame);
      const length = 1 + pick(24);
      const from = pick(frame.length - length);
      const to = pick(frame.length - length);
      copy.copyWithin(to, from, from + length);
      if (Buffer.compare(copy, frame) !== 0) expect(survives(copy), `splice ${i}`).toBe(false);
      const garbage = Uint8Array.from({ length: pick(200) + 1 }, () => pick(256));
      expect(survives(garbage)).toBe(false);
    }
  });

  it.each(frames)('survives forged frames whose checksum is right: %s', (_, make) => {
    const frame = make();
    const pick = random(SEED);
    let read = 0;
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      const copy = new Uint8Array(frame);
      const edits = 1 + pick(3);
      for (let k = 0; k < edits; k++) {
        const at = 8 + pick(copy.length - 8);
        copy[at] = pick(3) === 0 ? ([0, 1, 0x7f, 0x80, 0xff][pick(5)] as number) : pick(256);
      }
      forge(copy);
      if (survives(copy)) read++;
      else refused++;
    }
    expect(read).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  it('keeps its memory within a constant factor of forged input', () => {
    const pick = random(SEED + 1);
    const frame = frameOf(values);
    const before = process.memoryUsage();
    let largest = 0;
    for (let i = 0; i < 2000; i++) {
      const copy = new Uint8Array(frame);
      // Counts are varints: a run of 0xff makes the largest there are.
      const at = 24 + pick(copy.length - 32);
      copy.fill(0xff, at, at + 1 + pick(4));
      forge(copy);
      survives(copy);
      const now = process.memoryUsage();
      largest = Math.max(largest, now.arrayBuffers + now.external - before.arrayBuffers - before.external);
    }
    expect(largest).toBeLessThan(MEMORY_CAP);
  });
});

/** Makes the header agree with the bytes again, as far as lengths and checksum go. */
function forge(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const codec = frame[6] as number;
  const stored = view.getUint32(12, true);
  if (stored > frame.length - 24 || Math.ceil((24 + stored) / 8) * 8 !== frame.length) {
    view.setUint32(12, frame.length - 24, true);
    if (codec === 0) view.setUint32(16, frame.length - 24, true);
  }
  view.setUint32(20, frameChecksum(frame), true);
}
