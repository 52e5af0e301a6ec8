/** From vectors to the buffers of a record batch, in the order of the schema: each field before its children. */
import { CairnError } from '../../lib/base/errors.ts';
import { invariant, unreachable } from '../../lib/base/invariant.ts';
import { numberToHalf } from '../bytes/half-float.ts';
import type { Field } from '../schema/data-type.ts';
import {
  type BooleanVector,
  type BytesVector,
  type DictionaryVector,
  type Int64Vector,
  isValid,
  type ListVector,
  type MapVector,
  type NumberVector,
  type Vector,
  type WideVector,
} from '../schema/vector.ts';
import { DECIMAL128_DIGITS } from './arrow-encoder.ts';
import { tooLarge } from './damage.ts';
import type { ArrowNode } from './metadata.ts';

/** What a batch is made of. Buffers may share the memory of the vectors. */
export class EncodedColumns {
  readonly nodes: ArrowNode[] = [];
  readonly buffers: Uint8Array[] = [];
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * `missing` is how many values have to be missing, as the struct that they are in is. Raises `NULL_NOT_ALLOWED`, and
   * `LIMIT_EXCEEDED` for texts that are too much for one batch.
   */
  add(field: Field, vector: Vector, column = field.name, missing = 0): void {
    const { length, nullCount } = vector;
    if (!field.nullable && nullCount > missing) throw new CairnError('NULL_NOT_ALLOWED', { path: this.#path, column });
    this.nodes.push({ length, nullCount });
    const { type } = field;
    if (type.kind === 'null') return;
    invariant(vector.layout !== 'null', `the column '${column}' has values`);
    this.buffers.push(bitsOf(vector));
    switch (vector.layout) {
      case 'boolean':
        this.buffers.push(packed(vector));
        return;
      case 'number':
        this.buffers.push(type.kind === 'decimal' ? decimalBytes(vector, 4) : numberBytes(vector));
        return;
      case 'int64':
        this.buffers.push(type.kind === 'decimal' ? decimalBytes(vector, 4) : view(vector.lanes, 2 * length));
        return;
      case 'wide': {
        const isLong = type.kind === 'decimal' && type.precision > DECIMAL128_DIGITS;
        this.buffers.push(decimalBytes(vector, isLong ? 8 : 4));
        return;
      }
      case 'bytes':
      case 'dictionary':
        this.#addBytes(field, vector, column);
        return;
      case 'list':
        this.#addList(field, vector, column);
        return;
      case 'map':
        this.#addMap(field, vector, column);
        return;
      case 'struct':
        invariant(type.kind === 'struct', 'structs are of struct types');
        type.fields.forEach((each, i) => {
          this.add(each, vector.fields[i] as Vector, `${column}.${each.name}`, nullCount);
        });
        return;
      default:
        unreachable(vector);
    }
  }

  #addBytes({ type }: Field, vector: BytesVector | DictionaryVector, column: string): void {
    const byteLength = type.kind === 'uuid' ? 16 : type.kind === 'binary' ? type.byteLength : undefined;
    const source = vector.layout === 'dictionary' ? vector.dictionary : vector;
    const codes = vector.layout === 'dictionary' ? vector.codes : undefined;
    const { length, validity } = vector;
    const offsets = new Int32Array(length + 1);
    let total = 0;
    for (let i = 0; i < length; i++) {
      // Values of one length have their room where they are missing, too.
      if (byteLength !== undefined) total += byteLength;
      else if (isValid(validity, i)) total += source.lengths[codes === undefined ? i : (codes[i] as number)] as number;
      if (total > MAX_POSITION) {
        const where = { path: this.#path, place: `column ${column}`, offset: 0 };
        throw tooLarge(where, 'a record batch', `over ${MAX_POSITION} bytes`, `${MAX_POSITION} bytes`);
      }
      offsets[i + 1] = total;
    }
    const bytes = new Uint8Array(total);
    for (let i = 0; i < length; i++) {
      if (!isValid(validity, i)) continue;
      const at = codes === undefined ? i : (codes[i] as number);
      const start = source.starts[at] as number;
      copyBytes(source.bytes, start, source.lengths[at] as number, bytes, offsets[i] as number);
    }
    if (byteLength === undefined) this.buffers.push(view(offsets, length + 1));
    this.buffers.push(bytes);
  }

  #addList({ type }: Field, vector: ListVector, column: string): void {
    invariant(type.kind === 'list', 'lists are of list types');
    this.buffers.push(view(vector.offsets, vector.length + 1));
    this.add(type.element, vector.element, `${column}.element`);
  }

  #addMap({ type }: Field, vector: MapVector, column: string): void {
    invariant(type.kind === 'map', 'maps are of map types');
    this.buffers.push(view(vector.offsets, vector.length + 1));
    // The struct of keys and values, which is always there.
    this.nodes.push({ length: vector.keys.length, nullCount: 0 });
    this.buffers.push(new Uint8Array());
    this.add({ ...type.key, nullable: false }, vector.keys, `${column}.key`);
    this.add(type.value, vector.values, `${column}.value`);
  }
}

const MAX_POSITION = 2 ** 31 - 1;

/** The bytes of the first `count` elements. */
function view(values: Int32Array | Uint32Array | Float32Array | Float64Array, count: number): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, count * values.BYTES_PER_ELEMENT);
}

/** Nothing where all is there. Bits beyond the last value are zeros. */
function bitsOf({ validity, nullCount, length }: Vector): Uint8Array {
  if (validity === undefined || nullCount === 0) return new Uint8Array();
  const bits = validity.slice(0, (length + 7) >> 3);
  if ((length & 7) !== 0) bits[length >> 3] = (bits[length >> 3] as number) & ((1 << (length & 7)) - 1);
  return bits;
}

function packed({ values, length }: BooleanVector): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) {
    if (values[i] === 1) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
  return bits;
}

/** Numbers in as many bits as their type has. */
function numberBytes({ type, values, length }: NumberVector): Uint8Array {
  const bits = type.kind === 'int' || type.kind === 'float' ? type.bits : 32;
  const own = values.subarray(0, length);
  if (bits === 8) return Uint8Array.from(own);
  if (bits === 16) {
    const narrow = type.kind === 'float' ? Uint16Array.from(own, numberToHalf) : Uint16Array.from(own);
    return new Uint8Array(narrow.buffer);
  }
  return view(own, length);
}

/** Two's complement of `width` words. */
function decimalBytes(vector: NumberVector | Int64Vector | WideVector, width: 4 | 8): Uint8Array {
  const { length } = vector;
  const own = vector.layout === 'wide' ? vector.words : vector.layout === 'int64' ? vector.lanes : vector.values;
  const from = vector.layout === 'wide' ? vector.width : vector.layout === 'int64' ? 2 : 1;
  invariant(own instanceof Int32Array, 'decimals are signed');
  if (from === width) return view(own, length * width);
  const words = new Int32Array(length * width);
  for (let i = 0; i < length; i++) {
    const sign = (own[(i + 1) * from - 1] as number) >> 31;
    for (let w = 0; w < width; w++) words[i * width + w] = w < from ? (own[i * from + w] as number) : sign;
  }
  return view(words, words.length);
}

/** A loop is faster than a call for what texts mostly are. */
function copyBytes(from: Uint8Array, at: number, length: number, to: Uint8Array, target: number): void {
  if (length > 32) to.set(from.subarray(at, at + length), target);
  else for (let i = 0; i < length; i++) to[target + i] = from[at + i] as number;
}
