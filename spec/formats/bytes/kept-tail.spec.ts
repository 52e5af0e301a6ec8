import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptTail } from '../../../formats/bytes/kept-tail.ts';
import type { RandomAccess } from '../../../formats/bytes/random-access.ts';

const CONTENT = Uint8Array.from({ length: 100 }, (_, i) => i);

/** A file of 100 bytes that notes what is read of it. */
function file(): RandomAccess & { readonly reads: (readonly [number, number])[] } {
  const reads: (readonly [number, number])[] = [];
  const read = (target: Uint8Array, position: number): number => {
    const bytes = CONTENT.subarray(position, position + target.length);
    target.set(bytes);
    reads.push([position, bytes.length]);
    return bytes.length;
  };
  return { path: '/f', sizeBytes: () => CONTENT.length, read, reads };
}

function readAll(source: RandomAccess, position: number, length: number): readonly number[] {
  const target = new Uint8Array(length);
  return [...target.subarray(0, source.read(target, position))];
}

it('gives what the file holds, wherever reads lie', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 110 }), fc.integer({ min: 0, max: 60 }));
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 8 }), (ranges) => {
      const source = new KeptTail(file());
      for (const [position, length] of ranges) {
        expect(readAll(source, position, length)).toEqual([...CONTENT.subarray(position, position + length)]);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});

it('reads what was read first once, and of what begins before it the beginning alone', () => {
  const plain = file();
  const source = new KeptTail(plain);
  readAll(source, 60, 40);
  readAll(source, 60, 40);
  readAll(source, 99, 1);
  readAll(source, 50, 20);
  readAll(source, 10, 50);
  expect(plain.reads).toEqual([
    [60, 40],
    [50, 10],
    [10, 50],
  ]);
});

it('keeps a copy: what becomes of the reader’s buffer does not matter', () => {
  const source = new KeptTail(file());
  const target = new Uint8Array(10);
  source.read(target, 90);
  target.fill(0);
  expect(readAll(source, 90, 10)).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  expect([source.path, source.sizeBytes()]).toEqual(['/f', 100]);
});
