/**
 * The loops in which a read spends its time, twice: in WebAssembly (wasm/parquet-kernels.ts, built into
 * wasm-module.ts) and in JavaScript (plain-kernels.ts), where WebAssembly is not to be had. Both give the same answers
 * for the same bytes, damaged ones included: spec/formats/parquet/kernels.prop.spec.ts.
 *
 * Positions and lengths are bytes of the arena both work in. Kernels read and write up to 64 bytes beyond what they are
 * told, which the arena leaves between regions. They give -1 for damage and never touch what lies further off.
 */
export interface Kernels {
  /** Raw Snappy from `from` to `to`, decompressed to `at`: where it ends, `end` at most. */
  snappy(from: number, to: number, at: number, end: number): number;
  /** A block of LZ4, the same way. */
  lz4(from: number, to: number, at: number, end: number): number;
  /**
   * `count` values of `width` bits (0 to 32) of the hybrid of runs and bit-packed groups, as int32 at `out`, which is a
   * multiple of four: where they end. A value of `limit` or more is damage.
   */
  codes(from: number, to: number, width: number, count: number, out: number, limit: number): number;
  /** The same for levels of up to 8 bits, as bytes; one over `max` is damage. */
  levels(from: number, to: number, width: number, count: number, out: number, max: number): number;
  /** Levels of one bit, into the bitmap at `bitmap` from its bit `bit` on: how many are 1. */
  levelBits(from: number, to: number, count: number, bitmap: number, bit: number): number;
  /** Booleans of one bit each as bytes. */
  bits(from: number, count: number, out: number): void;
  /** `count` byte arrays with their lengths before them, as positions and lengths in int32: where they end. */
  byteArrays(from: number, to: number, count: number, starts: number, lengths: number): number;
  /** Positions of byte arrays that lie end to end from `from` on, from their lengths: where they end, `to` at most. */
  endToEnd(from: number, to: number, count: number, starts: number, lengths: number): number;
  /**
   * Byte arrays of which the first `prefixes[i]` bytes are those of the one before and the rest, `lengths[i]` bytes,
   * lies end to end from `from` on: joins them at `out`, up to `end`, and turns `lengths` into whole lengths. Gives
   * where they end in `out`.
   */
  joinPrefixes(
    from: number,
    to: number,
    count: number,
    prefixes: number,
    starts: number,
    lengths: number,
    out: number,
    end: number,
  ): number;
  /** `dictionary[code]` for `count` checked codes: values of four bytes. */
  gather32(codes: number, count: number, dictionary: number, out: number): void;
  /** The same for values of eight bytes. */
  gather64(codes: number, count: number, dictionary: number, out: number): void;
  /** `count` int32 in DELTA_BINARY_PACKED, no more and no fewer: where they end. */
  delta32(from: number, to: number, count: number, out: number): number;
  /** The same for int64. */
  delta64(from: number, to: number, count: number, out: number): number;
  /** `count` values of `width` bytes whose first bytes lie together, then the second ones, and so on. */
  byteStreams(from: number, count: number, width: number, out: number): void;
  /**
   * Moves the first values of `values`, of `width` (1, 4 or 8) bytes each, to the slots out of `slots` whose bits are
   * set, in order and in place; the others become 0.
   */
  spread(values: number, width: number, slots: number, present: number, bitmap: number): void;
}

/** What plain kernels work on; the views are other ones after the arena has grown. */
export interface KernelMemory {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly view: DataView;
}
