import { bigInts, isValid, type Vector } from '../../formats/schema/vector.ts';

/**
 * Value i of a vector as plain data, the simplest way: numbers, bigints (int64 and wide decimals), booleans, strings
 * (text, else hexadecimal digits), arrays, entries of maps and structs as arrays of pairs.
 */
export function vectorValue(vector: Vector, i: number): unknown {
  if (!isValid(vector.validity, i)) return null;
  switch (vector.layout) {
    case 'null':
      return null;
    case 'boolean':
      return vector.values[i] === 1;
    case 'number':
      return vector.values[i];
    case 'int64': {
      const value = bigInts(vector)[i] as bigint;
      return vector.type.kind === 'int' && !vector.type.signed ? BigInt.asUintN(64, value) : value;
    }
    case 'wide': {
      let value = 0n;
      for (let w = vector.width - 1; w >= 0; w--) {
        value = (value << 32n) | BigInt((vector.words[i * vector.width + w] as number) >>> 0);
      }
      return BigInt.asIntN(vector.width * 32, value);
    }
    case 'bytes': {
      const start = vector.starts[i] as number;
      const bytes = Buffer.from(vector.bytes.subarray(start, start + (vector.lengths[i] as number)));
      return bytes.toString(vector.type.kind === 'string' ? 'utf8' : 'hex');
    }
    case 'dictionary':
      return vectorValue(vector.dictionary, vector.codes[i] as number);
    case 'list':
      return range(vector.offsets, i).map((k) => vectorValue(vector.element, k));
    case 'map':
      return range(vector.offsets, i).map((k) => [vectorValue(vector.keys, k), vectorValue(vector.values, k)]);
    case 'struct': {
      const { type } = vector;
      return vector.fields.map((each, k) => [
        type.kind === 'struct' ? type.fields[k]?.name : undefined,
        vectorValue(each, i),
      ]);
    }
  }
}

export function vectorValues(vector: Vector): readonly unknown[] {
  return Array.from({ length: vector.length }, (_, i) => vectorValue(vector, i));
}

function range(offsets: Int32Array, i: number): readonly number[] {
  const start = offsets[i] as number;
  return Array.from({ length: (offsets[i + 1] as number) - start }, (_, k) => start + k);
}
