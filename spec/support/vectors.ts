/** Vectors of plain values, for specs of what reads vectors. */
import type { DataType } from '../../formats/schema/data-type.ts';
import type { BytesVector, Vector } from '../../formats/schema/vector.ts';

/** Bits of what is there. */
function validityOf(values: readonly unknown[]): { validity: Uint8Array | undefined; nullCount: number } {
  const nullCount = values.filter((value) => value === null).length;
  if (nullCount === 0) return { validity: undefined, nullCount };
  const validity = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, i) => {
    if (value !== null) validity[i >> 3] = (validity[i >> 3] as number) | (1 << (i & 7));
  });
  return { validity, nullCount };
}

/** Of numbers, as int32 or in a float type as doubles. */
export function numberVector(type: DataType, values: readonly (number | null)[]): Vector {
  const filled = values.map((value) => value ?? 0);
  const array = type.kind === 'float' ? Float64Array.from(filled) : Int32Array.from(filled);
  return { layout: 'number', type, length: values.length, values: array, ...validityOf(values) };
}

export function booleanVector(values: readonly (boolean | null)[]): Vector {
  const array = Uint8Array.from(values, (value) => (value === true ? 1 : 0));
  return { layout: 'boolean', type: { kind: 'boolean' }, length: values.length, values: array, ...validityOf(values) };
}

export function int64Vector(type: DataType, values: readonly (bigint | null)[]): Vector {
  const lanes = new Int32Array(BigInt64Array.from(values, (value) => BigInt.asIntN(64, value ?? 0n)).buffer);
  return { layout: 'int64', type, length: values.length, lanes, ...validityOf(values) };
}

export function wideVector(type: DataType, values: readonly (bigint | null)[], width: 4 | 8 = 4): Vector {
  const words = new Int32Array(values.length * width);
  values.forEach((value, i) => {
    for (let w = 0; w < width; w++) words[i * width + w] = Number(BigInt.asIntN(32, (value ?? 0n) >> BigInt(32 * w)));
  });
  return { layout: 'wide', type, length: values.length, words, width, ...validityOf(values) };
}

export function bytesVector(type: DataType, values: readonly (string | Uint8Array | null)[]): BytesVector {
  const parts = values.map((value) => Buffer.from((value ?? '') as string));
  const starts = new Int32Array(parts.length);
  const lengths = Int32Array.from(parts, ({ length }) => length);
  for (let i = 1; i < parts.length; i++) starts[i] = (starts[i - 1] as number) + (lengths[i - 1] as number);
  const bytes = new Uint8Array(Buffer.concat(parts));
  return { layout: 'bytes', type, length: values.length, bytes, starts, lengths, ...validityOf(values) };
}

export function dictionaryVector(type: DataType, values: readonly (string | Uint8Array | null)[]): Vector {
  const entries = [...new Set(values.filter((value) => value !== null))];
  const codes = Int32Array.from(values, (value) => (value === null ? 0 : entries.indexOf(value)));
  const dictionary = bytesVector(type, entries);
  return { layout: 'dictionary', type, length: values.length, codes, dictionary, ...validityOf(values) };
}
