/**
 * Vectors of one file in the types of all of them: wider integers and floats, structs with fields that this file lacks.
 * The types are those that `mergeSchemas` and `projectFields` gave.
 */
import type { DataType, Field } from './data-type.ts';
import { missingVector } from './take-rows.ts';
import type { NumberVector, Vector } from './vector.ts';

/** The vector as one of `type`; itself where nothing is to be done. What is made anew owns its memory. */
export function conformVector(vector: Vector, type: DataType): Vector {
  if (vector.layout === 'null') return { ...vector, type };
  switch (type.kind) {
    case 'struct':
      return vector.layout === 'struct' && vector.type.kind === 'struct'
        ? { ...vector, type, fields: conformFields(vector.fields, vector.type.fields, type.fields, vector.length) }
        : vector;
    case 'list':
      return vector.layout === 'list'
        ? { ...vector, type, element: conformVector(vector.element, type.element.type) }
        : vector;
    case 'map':
      if (vector.layout !== 'map') return vector;
      return {
        ...vector,
        type,
        keys: conformVector(vector.keys, type.key.type),
        values: conformVector(vector.values, type.value.type),
      };
    case 'int':
      return vector.layout === 'number' && type.bits === 64 ? toInt64(vector, type) : { ...vector, type };
    case 'float':
      return vector.layout === 'number' && type.bits === 64 && !(vector.values instanceof Float64Array)
        ? { ...vector, type, values: Float64Array.from(vector.values.subarray(0, vector.length)) }
        : { ...vector, type };
    default:
      return { ...vector, type };
  }
}

function conformFields(
  vectors: readonly Vector[],
  own: readonly Field[],
  wanted: readonly Field[],
  length: number,
): readonly Vector[] {
  return wanted.map((field) => {
    const found = vectors[own.findIndex(({ name }) => name === field.name)];
    return found === undefined ? missingVector(field, length) : conformVector(found, field.type);
  });
}

function toInt64({ values, length, validity, nullCount }: NumberVector, type: DataType): Vector {
  const lanes = new Int32Array(2 * length);
  const isSigned = values instanceof Int32Array;
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    lanes[2 * i] = value | 0;
    lanes[2 * i + 1] = isSigned ? (value | 0) >> 31 : 0;
  }
  return { layout: 'int64', type, length, validity, nullCount, lanes };
}
