import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import type { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { ValueTag } from './packet.ts';

/** Writes a primitive, or a reference to a node. Numbers are written by value: 1 has one form, however V8 holds it. */
export function writeValue(out: ByteWriter, value: unknown, node?: number): void {
  if (node !== undefined) {
    out.u8(ValueTag.NODE);
    out.varint(node);
    return;
  }
  switch (typeof value) {
    case 'number':
      if ((value | 0) === value && !Object.is(value, -0)) {
        out.u8(ValueTag.INT32);
        out.zigzag(value);
      } else {
        out.u8(ValueTag.DOUBLE);
        out.f64(Number.isNaN(value) ? Number.NaN : value);
      }
      break;
    case 'string':
      out.u8(ValueTag.STRING);
      out.string(value);
      break;
    case 'boolean':
      out.u8(value ? ValueTag.TRUE : ValueTag.FALSE);
      break;
    case 'bigint':
      out.u8(ValueTag.BIGINT);
      out.string(value.toString(16));
      break;
    default:
      out.u8(value === null ? ValueTag.NULL : ValueTag.UNDEFINED);
  }
}

/** Reads what `writeValue` wrote; `nodeAt` gives the object of a node. */
export function readValue(input: ByteReader, nodeAt: (node: number) => unknown): unknown {
  const tag = input.u8();
  switch (tag) {
    case ValueTag.UNDEFINED:
      return undefined;
    case ValueTag.NULL:
      return null;
    case ValueTag.TRUE:
      return true;
    case ValueTag.FALSE:
      return false;
    case ValueTag.INT32:
      return input.zigzag();
    case ValueTag.DOUBLE:
      return input.f64();
    case ValueTag.STRING:
      return input.string();
    case ValueTag.BIGINT:
      return readBigInt(input.string());
    case ValueTag.NODE:
      return nodeAt(input.varint());
    default:
      throw input.corrupt('the tag of a value', tag, input.offset - 1);
  }
}

function readBigInt(text: string): bigint {
  return text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
}
