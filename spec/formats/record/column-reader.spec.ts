import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import { COLUMN_KINDS, HAS_NULLS } from '../../../formats/record/column-kinds.ts';
import { readColumn } from '../../../formats/record/column-reader.ts';
import { EncodedStrings } from '../../../formats/record/encoded-strings.ts';
import { writeInts } from '../../../formats/record/int-array.ts';
import { writeTexts } from '../../../formats/record/text-block.ts';

type Kind = (typeof COLUMN_KINDS)[number];

function read(count: number, write: (out: ByteWriter, head: (kind: Kind, marks?: number) => void) => void) {
  const out = new ByteWriter();
  write(out, (kind, marks = 0) => out.u8(COLUMN_KINDS.indexOf(kind) + marks));
  return readColumn(new ByteReader(out.take()), count);
}

describe('the column reader', () => {
  it.each<[string, number, Parameters<typeof read>[1]]>([
    ['an unknown kind', 1, (out) => out.u8(33)],
    [
      'a mark over 2',
      1,
      (out, head) => {
        head('int', HAS_NULLS);
        out.u8(3);
      },
    ],
    ['marks of values', 1, (_, head) => head('value', HAS_NULLS)],
    ['more entries than bytes', 1e6, (_, head) => head('value')],
    [
      'a code over the dictionary',
      1,
      (out, head) => {
        head('dictionary');
        out.varint(1);
        writeTexts(out, ['x'], 0);
        writeInts(out, Uint8Array.of(1), 0);
      },
    ],
    [
      'a negative code',
      1,
      (out, head) => {
        head('dictionary');
        out.varint(1);
        writeTexts(out, ['x'], 0);
        writeInts(out, Int32Array.of(-1), 0);
      },
    ],
    [
      'a code of an empty dictionary',
      1,
      (out, head) => {
        head('dictionary');
        out.varint(0);
        writeTexts(out, [], 0);
        writeInts(out, Uint8Array.of(0), 0);
      },
    ],
    [
      'signed codes',
      1,
      (out, head) => {
        head('dictionary');
        out.varint(1);
        writeTexts(out, ['x'], 0);
        writeInts(out, Int8Array.of(0), 0);
      },
    ],
    [
      'offsets that fall',
      2,
      (out, head) => {
        head('list');
        out.varint(1);
        out.align(8);
        out.raw(Int32Array.of(0, 2, 1));
      },
    ],
    [
      'offsets that start late',
      1,
      (out, head) => {
        head('list');
        out.varint(1);
        out.align(8);
        out.raw(Int32Array.of(1, 1));
      },
    ],
    [
      'offsets that end elsewhere',
      1,
      (out, head) => {
        head('list');
        out.varint(5);
        out.align(8);
        out.raw(Int32Array.of(0, 4));
      },
    ],
    [
      'an empty object without marks',
      1,
      (out, head) => {
        head('object');
        out.varint(0);
      },
    ],
    [
      'an empty tuple without marks',
      1,
      (out, head) => {
        head('tuple');
        out.varint(0);
      },
    ],
    [
      'a tuple of nine',
      1,
      (out, head) => {
        head('tuple');
        out.varint(9);
        out.raw(new Uint8Array(20));
      },
    ],
    [
      'an item that is the one before it where there is none',
      1,
      (out, head) => {
        head('tuple');
        out.varint(1);
        out.u8(11);
      },
    ],
    [
      'a boolean once more',
      1,
      (out, head) => {
        head('tuple');
        out.varint(2);
        head('boolean');
        out.u8(1);
        out.u8(11);
      },
    ],
    [
      'a column that is the one before it outside of a tuple',
      1,
      (out) => {
        out.u8(11);
      },
    ],
    [
      '`__proto__` as a field',
      1,
      (out, head) => {
        head('object');
        out.varint(1);
        out.string('__proto__');
        out.raw(new Uint8Array(20));
      },
    ],
    [
      'a field twice',
      1,
      (out, head) => {
        head('object');
        out.varint(2);
        for (let i = 0; i < 2; i++) {
          out.string('a');
          head('boolean');
          out.u8(1);
        }
        out.raw(new Uint8Array(20));
      },
    ],
    [
      'columns nested too deep',
      1,
      (out, head) => {
        for (let i = 0; i < 40; i++) {
          head('tuple');
          out.varint(1);
        }
        head('boolean');
        out.u8(1);
      },
    ],
  ])('refuses %s', (_, count, write) => {
    expect(() => read(count, write)).toThrow('CORRUPT_DATA');
  });

  it('leaves strings encoded until they are asked for', () => {
    const column = read(2, (out, head) => {
      head('string');
      writeTexts(out, ['a', 'b'], 0);
    });
    expect(column).toBeInstanceOf(EncodedStrings);
    if (column.kind === 'string') expect(column.values).toEqual(['a', 'b']);
  });
});
