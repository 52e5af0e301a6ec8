/** The kernels in WebAssembly and in JavaScript: the same answers for the same bytes, sound or damaged. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arena } from '../../../formats/parquet/arena.ts';
import { createArena, hasWasmKernels } from '../../../formats/parquet/create-arena.ts';
import { deltaPacked, hybrid, snappyLiterals } from '../../support/parquet-bytes.ts';

const SEED = 4711;
const ROOM = 8192;

const roads = ['best', 'plain'].map((road) => createArena(road as 'best' | 'plain'));

interface Regions {
  readonly arena: Arena;
  readonly at: number;
  readonly out: number;
  readonly more: number;
}

/**
 * Runs a kernel on both roads over the same bytes and compares what it gives and, where that is no damage, what it
 * wrote, which is `written` bytes at `out` and as many at `more`.
 */
function same(
  bytes: ArrayLike<number>,
  written: number,
  run: (regions: Regions) => number | undefined,
): number | undefined {
  const results = roads.map((arena) => {
    arena.restart();
    const at = arena.keep(bytes.length + 3) + 3;
    const out = arena.keep(ROOM);
    const more = arena.keep(ROOM);
    arena.bytes.fill(0, out, out + ROOM);
    arena.bytes.fill(0, more, more + ROOM);
    arena.bytes.set(bytes, at);
    const found = run({ arena, at, out, more });
    const isSound = found === undefined || found >= 0;
    const hex = (from: number) =>
      isSound ? Buffer.from(arena.bytes.subarray(from, from + written)).toString('hex') : '';
    return { found, out: hex(out), more: hex(more) };
  });
  expect(results[0]).toEqual(results[1]);
  return results[0]?.found;
}

/** Clears what a kernel may have overshot from `end` on, and gives `end`. */
function clearAfter({ arena, out }: Regions, end: number): number {
  if (end > 0) arena.bytes.fill(0, end, out + ROOM);
  return end;
}

/** Bytes as a writer gives them, with some of them changed, or cut. */
function damaged(sound: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 3 });
  return fc.tuple(sound, changes, fc.integer({ min: 0, max: 20 })).map(([bytes, edits, cut]) => {
    const copy = bytes.slice(0, cut < 5 ? Math.max(0, bytes.length - cut) : bytes.length);
    for (const [at, value] of edits) if (at < copy.length) copy[at] = value;
    return copy;
  });
}

const check = <T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void, numRuns = 500) =>
  fc.assert(fc.property(arbitrary, predicate), { seed: SEED, numRuns });

const runs = (width: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 40 })), { maxLength: 12 })
    .map((pairs) => pairs.flatMap(([value, count]) => Array<number>(count).fill(value)));

describe('the kernels on two roads', () => {
  it('are really two', () => {
    expect(hasWasmKernels()).toBe(true);
    expect(roads[0]?.bytes.buffer.constructor).toBe(ArrayBuffer);
    expect(Object.keys(roads[0]?.kernels ?? {}).sort()).toEqual(Object.keys(roads[1]?.kernels ?? {}).sort());
  });

  it('decompress Snappy alike', () => {
    const literal = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((bytes) => [(bytes.length - 1) << 2, ...bytes]);
    const long = fc
      .uint8Array({ minLength: 61, maxLength: 300 })
      .map((b) => [61 << 2, (b.length - 1) & 255, (b.length - 1) >> 8, ...b]);
    const near = fc
      .tuple(fc.integer({ min: 4, max: 11 }), fc.integer({ min: 1, max: 300 }))
      .map(([l, d]) => [((d >> 8) << 5) | ((l - 4) << 2) | 1, d & 255]);
    const far = fc
      .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 40 }))
      .map(([l, d]) => [((l - 1) << 2) | 2, d, 0]);
    const stream = fc
      .array(fc.oneof(literal, long, near, far), { maxLength: 30 })
      .map((parts) => Uint8Array.from([0, ...parts.flat()]));
    let sound = 0;
    check(damaged(stream), (bytes) => {
      const end = same(bytes, ROOM / 2, (r) =>
        clearAfter(r, r.arena.kernels.snappy(r.at, r.at + bytes.length, r.out, r.out + ROOM / 2)),
      );
      if ((end as number) > 0) sound++;
    });
    expect(sound).toBeGreaterThan(50);
  });

  it('decompress LZ4 alike', () => {
    const sequence = fc
      .tuple(fc.uint8Array({ maxLength: 14 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 1, max: 40 }))
      .map(([text, length, distance]) => [(text.length << 4) | length, ...text, distance, 0]);
    const long = fc
      .uint8Array({ minLength: 15, maxLength: 200 })
      .map((text) => [0xff, text.length - 15, ...text, 3, 0, 77]);
    const stream = fc
      .array(fc.oneof(sequence, long), { maxLength: 30 })
      .map((parts) => Uint8Array.from([...parts.flat(), 0x10, 65]));
    let sound = 0;
    check(damaged(stream), (bytes) => {
      const end = same(bytes, ROOM / 2, (r) =>
        clearAfter(r, r.arena.kernels.lz4(r.at, r.at + bytes.length, r.out, r.out + ROOM / 2)),
      );
      if ((end as number) > 0) sound++;
    });
    expect(sound).toBeGreaterThan(50);
  });

  it.each([0, 1, 2, 3, 5, 7, 8, 9, 12, 16, 17, 24, 25, 31, 32])('decode codes of %i bits alike', (width) => {
    const values = runs(width).chain((all) =>
      fc.tuple(fc.constant(all.length), damaged(fc.constant(hybrid(all, width)))),
    );
    check(
      fc.tuple(values, fc.integer({ min: 1, max: 2 ** 31 })),
      ([[count, bytes], limit]) => {
        same(bytes, count * 4, ({ arena, at, out }) =>
          arena.kernels.codes(at, at + bytes.length, width, count, out, limit),
        );
      },
      150,
    );
  });

  it.each([0, 1, 2, 3, 5, 8])('decode levels of %i bits alike', (width) => {
    const values = runs(width).chain((all) =>
      fc.tuple(fc.constant(all.length), damaged(fc.constant(hybrid(all, width)))),
    );
    check(
      fc.tuple(values, fc.integer({ min: 0, max: 2 ** width })),
      ([[count, bytes], max]) => {
        same(bytes, count, ({ arena, at, out }) => arena.kernels.levels(at, at + bytes.length, width, count, out, max));
      },
      150,
    );
  });

  it('decode levels of one bit into bitmaps alike', () => {
    const values = runs(1).chain((all) => fc.tuple(fc.constant(all.length), damaged(fc.constant(hybrid(all, 1)))));
    check(fc.tuple(values, fc.integer({ min: 0, max: 20 })), ([[count, bytes], bit]) => {
      same(bytes, (bit + count) >> 3, ({ arena, at, out }) => {
        arena.bytes.fill(0b1010_1010, out, out + 3);
        return arena.kernels.levelBits(at, at + bytes.length, count, out, bit);
      });
    });
  });

  it('decode deltas alike', () => {
    const ints = fc.array(fc.oneof(fc.integer(), fc.integer({ min: -9, max: 9 })), { maxLength: 200 });
    const packed32 = ints.chain((all) => fc.tuple(fc.constant(all.length), damaged(fc.constant(deltaPacked(all, 32)))));
    check(packed32, ([count, bytes]) => {
      same(bytes, count * 4, ({ arena, at, out }) => arena.kernels.delta32(at, at + bytes.length, count, out));
    });
    const wider = ints.chain((all) => fc.tuple(fc.constant(all.length), damaged(fc.constant(deltaPacked(all, 64)))));
    check(wider, ([count, bytes]) => {
      same(bytes, count * 4, ({ arena, at, out }) => arena.kernels.delta32(at, at + bytes.length, count, out));
    });
    const longs = fc.array(
      fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -9n, max: 9n })),
      { maxLength: 200 },
    );
    const packed64 = longs.chain((all) =>
      fc.tuple(fc.constant(all.length), damaged(fc.constant(deltaPacked(all, 64)))),
    );
    check(packed64, ([count, bytes]) => {
      same(bytes, count * 8, ({ arena, at, out }) => arena.kernels.delta64(at, at + bytes.length, count, out));
    });
  });

  it('find and join byte arrays alike', () => {
    const texts = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 40 });
    const plain = texts.chain((all) => {
      const bytes = Uint8Array.from(all.flatMap((text) => [text.length, 0, 0, 0, ...text]));
      return fc.tuple(fc.constant(all.length), damaged(fc.constant(bytes)));
    });
    check(plain, ([count, bytes]) => {
      same(bytes, count * 4, ({ arena, at, out, more }) =>
        arena.kernels.byteArrays(at, at + bytes.length, count, out, more),
      );
    });
    const pieces = fc.array(fc.tuple(fc.integer({ min: -1, max: 12 }), fc.integer({ min: -1, max: 12 })), {
      maxLength: 30,
    });
    check(fc.tuple(pieces, fc.uint8Array({ maxLength: 200 })), ([pairs, bytes]) => {
      const count = pairs.length;
      const set = ({ arena, more }: Regions) => {
        arena.words.set(
          pairs.map(([, rest]) => rest),
          more >> 2,
        );
        arena.words.set(
          pairs.map(([prefix]) => prefix),
          (more + 4096) >> 2,
        );
      };
      same(bytes, count * 4, (r) => {
        set(r);
        return r.arena.kernels.endToEnd(r.at, r.at + bytes.length, count, r.out, r.more);
      });
      same(bytes, 4096, (r) => {
        set(r);
        const { arena, at, out, more } = r;
        const text = out + 2048;
        const end = arena.kernels.joinPrefixes(at, at + bytes.length, count, more + 4096, out, more, text, text + 300);
        return clearAfter(r, end);
      });
    });
  });

  it('gather, join streams, unpack booleans and spread alike', () => {
    const codes = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 });
    check(
      fc.tuple(codes, fc.uint8Array({ minLength: 80, maxLength: 80 })),
      ([all, dictionary]) => {
        for (const width of [4, 8]) {
          same([], all.length * width, ({ arena, out, more }) => {
            arena.words.set(all, more >> 2);
            arena.bytes.set(dictionary, more + 4096);
            const gather = width === 4 ? arena.kernels.gather32 : arena.kernels.gather64;
            gather(more, all.length, more + 4096, out);
            arena.bytes.fill(0, out + all.length * width, out + all.length * width + 64);
            return undefined;
          });
        }
      },
      100,
    );
    check(fc.tuple(fc.integer({ min: 1, max: 17 }), fc.uint8Array({ maxLength: 300 })), ([width, bytes]) => {
      const count = Math.floor(bytes.length / width);
      same(bytes, count * width, ({ arena, at, out }) => {
        arena.kernels.byteStreams(at, count, width, out);
        return undefined;
      });
      same(bytes, bytes.length * 8, ({ arena, at, out }) => {
        arena.kernels.bits(at, bytes.length * 8, out);
        return undefined;
      });
    });
    check(
      fc.tuple(fc.array(fc.boolean(), { maxLength: 90 }), fc.uint8Array({ minLength: 720, maxLength: 720 })),
      ([there, values]) => {
        const bitmap = new Uint8Array(12);
        there.forEach((bit, i) => {
          bitmap[i >> 3] = (bitmap[i >> 3] as number) | (Number(bit) << (i & 7));
        });
        const present = there.filter(Boolean).length;
        for (const width of [1, 4, 8]) {
          same(bitmap, there.length * width, ({ arena, at, out }) => {
            arena.bytes.set(values, out);
            arena.kernels.spread(out, width, there.length, present, at);
            return undefined;
          });
        }
      },
    );
  });

  it('take what writers give, long or short', () => {
    const text = Buffer.from('abcdefgh'.repeat(400));
    const bytes = snappyLiterals(text);
    expect(
      same(
        bytes,
        text.length,
        ({ arena, at, out }) => arena.kernels.snappy(at, at + bytes.length, out, out + text.length) - out,
      ),
    ).toBe(text.length);
  });
});
