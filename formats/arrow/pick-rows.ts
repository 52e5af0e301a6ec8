import { maskRows } from '../schema/mask-rows.ts';
import { takeRows } from '../schema/take-rows.ts';
import { type BytesVector, isValid, type Vector } from '../schema/vector.ts';

/**
 * The rows at `rows`, which may name one of them over and over, as codes of dictionaries and runs do. Unlike `takeRows`
 * no bytes are copied: what a few bytes of a file stand for must not fill the memory. Elements of lists are, and
 * `checkCount` is asked before there is room made for so many.
 */
export function pickRows(vector: Vector, rows: Int32Array, checkCount: (count: number) => void): Vector {
  const { type } = vector;
  const { length } = rows;
  switch (vector.layout) {
    case 'bytes':
      return pickBytes(vector, rows);
    case 'dictionary': {
      const codes = rows.map((row) => vector.codes[row] as number);
      const picked = { ...vector, length, codes, validity: undefined, nullCount: 0 };
      return maskRows(picked, bitsAt(vector, rows));
    }
    case 'list': {
      const { offsets, elements } = pickElements(vector.offsets, rows, checkCount);
      const element = pickRows(vector.element, elements, checkCount);
      return maskRows({ layout: 'list', type, length, offsets, element, ...ALL }, bitsAt(vector, rows));
    }
    case 'map': {
      const { offsets, elements } = pickElements(vector.offsets, rows, checkCount);
      const keys = pickRows(vector.keys, elements, checkCount);
      const values = pickRows(vector.values, elements, checkCount);
      return maskRows({ layout: 'map', type, length, offsets, keys, values, ...ALL }, bitsAt(vector, rows));
    }
    case 'struct': {
      const fields = vector.fields.map((each) => pickRows(each, rows, checkCount));
      return maskRows({ layout: 'struct', type, length, fields, ...ALL }, bitsAt(vector, rows));
    }
    default:
      return takeRows(vector, rows);
  }
}

const ALL = { validity: undefined, nullCount: 0 } as const;

function pickBytes(values: BytesVector, rows: Int32Array): Vector {
  const { type } = values;
  // The same object where it can be: what is made of a dictionary once serves all of its batches.
  const dictionary: BytesVector = values.nullCount === 0 ? values : { ...values, ...ALL };
  const picked = { layout: 'dictionary', type, length: rows.length, codes: rows, dictionary, ...ALL } as const;
  return maskRows(picked, bitsAt(values, rows));
}

/** Which of the rows are there; undefined where all are. */
function bitsAt({ validity, nullCount }: Vector, rows: Int32Array): Uint8Array | undefined {
  if (validity === undefined || nullCount === 0) return undefined;
  const bits = new Uint8Array((rows.length + 7) >> 3);
  for (let i = 0; i < rows.length; i++) {
    if (isValid(validity, rows[i] as number)) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  }
  return bits;
}

function pickElements(
  offsets: Int32Array,
  rows: Int32Array,
  checkCount: (count: number) => void,
): { readonly offsets: Int32Array; readonly elements: Int32Array } {
  const own = new Int32Array(rows.length + 1);
  let total = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    total += (offsets[row + 1] as number) - (offsets[row] as number);
    checkCount(total);
    own[i + 1] = total;
  }
  const elements = new Int32Array(total);
  for (let i = 0, at = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    for (let k = offsets[row] as number; k < (offsets[row + 1] as number); k++) elements[at++] = k;
  }
  return { offsets: own, elements };
}
