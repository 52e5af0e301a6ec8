/** Appends a tree of columns to a frame (FORMAT.md). `base` is where the frame begins: alignment counts from there. */

import { invariant } from '../../lib/base/invariant.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import type { Column } from '../schema/batch.ts';
import { COLUMN_KINDS, HAS_NULLS, SAME_AS_BEFORE } from './column-kinds.ts';
import { EncodedStrings } from './encoded-strings.ts';
import { ALIGNMENT, writeInts } from './int-array.ts';
import { writeTextBlock, writeTexts } from './text-block.ts';
import { formatKey } from './value-path.ts';
import { ValueWriter } from './value-writer.ts';

/** Appends `column`, which has `count` entries. Raises `VALUE_NOT_SERIALIZABLE` for members of value columns. */
export function writeColumn(out: ByteWriter, column: Column, count: number, base: number, path = 'record'): void {
  // Objects and tuples of nothing get marks too: an entry must cost a byte, so that no count runs away from its bytes.
  const nulls = column.nulls ?? (isEmpty(column) ? new Uint8Array(count) : undefined);
  out.u8(COLUMN_KINDS.indexOf(column.kind) + (nulls === undefined ? 0 : HAS_NULLS));
  invariant(
    entryCount(column, count) === count && (nulls?.length ?? count) === count,
    `a ${column.kind} column of another length`,
  );
  if (nulls !== undefined) out.raw(nulls);
  switch (column.kind) {
    case 'int':
      writeInts(out, column.values, base);
      return;
    case 'double':
    case 'date':
    case 'bigint':
      out.align(ALIGNMENT, base);
      out.raw(column.values);
      return;
    case 'boolean':
      out.raw(column.values);
      return;
    case 'dictionary':
      out.varint(column.dictionary.length);
      writeTexts(out, column.dictionary, base);
      writeInts(out, column.codes, base);
      return;
    case 'string':
      if (column instanceof EncodedStrings) writeTextBlock(out, column.block, base);
      else writeTexts(out, column.values, base);
      return;
    case 'object':
      out.varint(column.names.length);
      for (let i = 0; i < column.names.length; i++) {
        out.string(column.names[i] as string);
        const fieldPath = path + formatKey(column.names[i] as string);
        writeColumn(out, column.fields[i] as Column, count, base, fieldPath);
      }
      return;
    case 'tuple':
      out.varint(column.items.length);
      column.items.forEach((item, i) => {
        if (isSame(column.items[i - 1], item)) out.u8(SAME_AS_BEFORE);
        else writeColumn(out, item, count, base, `${path}[${i}]`);
      });
      return;
    case 'list': {
      const itemCount = column.offsets[count] as number;
      out.varint(itemCount);
      out.align(ALIGNMENT, base);
      out.raw(column.offsets);
      writeColumn(out, column.item, itemCount, base, `${path}[…]`);
      return;
    }
    case 'value': {
      const values = new ValueWriter(out, path);
      for (let i = 0; i < count; i++) values.write(column.values[i]);
      return;
    }
  }
}

/** Entries a column has by its own arrays; objects and tuples leave that to their children. */
function entryCount(column: Column, count: number): number {
  switch (column.kind) {
    case 'object':
    case 'tuple':
      return count;
    case 'list':
      return column.offsets.length - 1;
    case 'dictionary':
      return column.codes.length;
    case 'string':
      return column instanceof EncodedStrings ? column.block.count : column.values.length;
    default:
      return column.values.length;
  }
}

/** Numbers that would be read back as these; fewer than this are not worth the look. */
const LEAST_SAME = 16;

function isSame(before: Column | undefined, column: Column): boolean {
  if (column.kind !== 'int' && column.kind !== 'double') return false;
  if (before?.kind !== column.kind || before.nulls !== undefined || column.nulls !== undefined) return false;
  const [a, b] = [before.values, column.values];
  if (a.length < LEAST_SAME || a.byteLength !== b.byteLength || a.constructor !== b.constructor) return false;
  return before === column || Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function isEmpty(column: Column): boolean {
  return (
    (column.kind === 'object' && column.fields.length === 0) || (column.kind === 'tuple' && column.items.length === 0)
  );
}
