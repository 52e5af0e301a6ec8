import fc from 'fast-check';

/** Bytes of all lengths about the limits of compressors, with repeats near and far. */
export const compressible: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 300 }))
        .map(([byte, n]) => new Uint8Array(n).fill(byte)),
      fc
        .tuple(fc.constantFrom('ab', 'abc', 'lorem ipsum ', 'x'), fc.integer({ min: 1, max: 60 }))
        .map(([s, n]) => Buffer.from(s.repeat(n))),
      fc.constantFrom(70_000, 3000).map((n) => Uint8Array.from({ length: n }, (_, i) => (i * i) >> 5)),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => new Uint8Array(Buffer.concat(pieces)));
