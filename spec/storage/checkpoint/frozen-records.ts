/** What `fixtures/storage/checkpoint/v1` holds. Never to be changed: a later release reads the same records there. */
import type { CodecName } from '../../../formats/bytes/compression.ts';
import type { RecordClass } from '../../../formats/record/record-class.ts';

export class FrozenPoint {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

export const FROZEN_POINT: RecordClass<FrozenPoint, readonly [number, number]> = {
  name: 'FrozenPoint',
  version: 3,
  constructor: FrozenPoint,
  toRecord: ({ x, y }) => [x, y],
  fromRecord: ([x, y]) => new FrozenPoint(x, y),
};

/** By partition, then by batch: columns, nothing, values of every kind, and columns of many chunks, compressed. */
export const FROZEN_PARTITIONS: readonly (readonly (readonly unknown[])[])[] = [
  [
    Array.from({ length: 40 }, (_, i) => ({
      id: i,
      value: i / 8,
      name: `name ${i % 7}`,
      at: new Date(i * 86_400_000),
    })),
    Array.from({ length: 5 }, (_, i) => [`key ${i}`, i * 1.5]),
  ],
  [],
  [
    [
      ...[
        null,
        undefined,
        true,
        -0,
        Number.NaN,
        2 ** 53,
        12n,
        -(2n ** 70n),
        'ü',
        '\ud800',
        Object.assign(new Array(3), { 0: 1, 2: 3 }),
        new Map([[1, 'a']]),
      ],
      ...[
        new Set(['x']),
        new Uint8Array([1, 2, 3]),
        Object.fromEntries([['constructor', 1]]),
        /a+/gu,
        new RangeError('no'),
      ],
      ...[
        new FrozenPoint(1, 2),
        [new FrozenPoint(3, -0)],
        { nested: { deep: [{ a: 1 }] } },
        new URL('http://example.org/a?b'),
      ],
    ],
  ],
  [
    Array.from({ length: 60 }, (_, i) => ({ id: i, text: 'the same text again' })),
    Array.from({ length: 60 }, (_, i) => ({ id: i, big: BigInt(i) })),
  ],
  [Array.from({ length: 80 }, (_, i) => [i, i / 4])],
];

export const FROZEN_CODECS: readonly CodecName[] = ['none', 'none', 'none', 'zstd', 'deflate'];
