/** Which nodes a node's record refers to, without making anything of it. */
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { readRecord } from './node-record.ts';
import { NodeTag } from './packet.ts';
import type { ShapeTable } from './shape-table.ts';

/** The nodes that a whole record (tag, length, payload) refers to, in its order. */
export function readReferences(record: Uint8Array, shapes: ShapeTable): readonly number[] {
  const input = new ByteReader(record);
  const tag = input.u8();
  input.u32();
  const found: number[] = [];
  if (tag === NodeTag.REFERENCE) return found;
  readRecord(tag, input, shapes, (node) => {
    found.push(node);
    return undefined;
  });
  return found;
}
