/**
 * From the buffers of a record batch to vectors. Buffers become arrays of vectors as they are where both have the same
 * form; everything that a vector promises is checked, or made so: offsets, codes, what lies in slots of missing values.
 */
import { unreachable } from '../../lib/base/invariant.ts';
import type { BinaryType, DataType, DecimalType, Field } from '../schema/data-type.ts';
import { countBits, maskRows } from '../schema/mask-rows.ts';
import { missingVector, takeRows } from '../schema/take-rows.ts';
import type { ListVector, Vector } from '../schema/vector.ts';
import type { BatchBody } from './batch-body.ts';
import type { ColumnPlan } from './column-plan.ts';
import { fieldOf } from './column-type.ts';
import { type ArrowPlace, damaged } from './damage.ts';
import { byteViews, extentsOf, listViews, offsets, runsOf } from './decode-lengths.ts';
import {
  booleans,
  codes,
  daySecondsAsMillis,
  decimals,
  floats,
  integers,
  lanes,
  type Slots,
  secondsAsMillis,
} from './decode-values.ts';
import type { ArrowDictionary, ArrowField, ArrowNode } from './metadata.ts';
import { pickRows } from './pick-rows.ts';

/** The values of a dictionary, by its id. Raises what decoding them does. */
export type DictionaryValues = (id: bigint, field: ArrowField, where: ArrowPlace) => Vector;

/** The column that a plan stands for, whose buffers were loaded. Raises `ARROW_CORRUPT` and `LIMIT_EXCEEDED`. */
export function decodeColumn(plan: ColumnPlan, body: BatchBody, dictionaries: DictionaryValues): Vector {
  return new ColumnDecoder(body, dictionaries).decode(plan);
}

class ColumnDecoder {
  readonly #body: BatchBody;
  readonly #dictionaries: DictionaryValues;

  constructor(body: BatchBody, dictionaries: DictionaryValues) {
    this.#body = body;
    this.#dictionaries = dictionaries;
  }

  decode(plan: ColumnPlan): Vector {
    const { field } = plan;
    const node = this.#body.node(plan.node);
    const { length } = node;
    const { where } = this.#body;
    const kind = field.dictionary === undefined ? field.type.kind : 'dictionary';
    const hasBits = kind !== 'null' && kind !== 'runEndEncoded';
    const validity = hasBits ? this.#validity(plan, node) : undefined;
    const slots = { length, validity, where };
    const vector =
      field.dictionary === undefined
        ? this.#values(plan, this.#typeOf(field), slots)
        : this.#coded(plan, field.dictionary, slots);
    return maskRows(vector, validity);
  }

  /** What is there, unless all is: the bits decide, and are not looked at where the file says that nothing is missing. */
  #validity(plan: ColumnPlan, { length, nullCount }: ArrowNode): Uint8Array | undefined {
    if (nullCount === 0) return undefined;
    const bits = this.#buffer(plan, 0);
    const { where } = this.#body;
    const size = (length + 7) >> 3;
    if (bits.length < size)
      throw damaged(where, `${size} bytes that tell which of ${length} values are there`, bits.length);
    return countBits(bits, length) === length ? undefined : bits;
  }

  #values(plan: ColumnPlan, type: DataType, slots: Slots): Vector {
    const own = plan.field.type;
    const all = { type, validity: undefined, nullCount: 0 };
    switch (own.kind) {
      case 'null':
        return missingVector({ name: '', type, nullable: true }, slots.length);
      case 'boolean':
        return { ...all, ...booleans(this.#buffer(plan, 1), slots) };
      case 'int':
        if (own.bits === 64) return { ...all, ...lanes(this.#buffer(plan, 1), slots) };
        return { ...all, ...integers(this.#buffer(plan, 1), own.bits, own.signed, slots) };
      case 'float':
        return { ...all, ...floats(this.#buffer(plan, 1), own.bits as 16 | 32 | 64, slots) };
      case 'decimal':
        return { ...all, ...decimals(this.#buffer(plan, 1), type as DecimalType, own.bits, slots) };
      case 'date':
        if (own.unit === 'millis') return { ...all, ...lanes(this.#buffer(plan, 1), slots) };
        return { ...all, ...integers(this.#buffer(plan, 1), 32, true, slots) };
      case 'time':
        if (own.unit === 'seconds') return { ...all, ...daySecondsAsMillis(this.#buffer(plan, 1), slots) };
        if (own.unit === 'millis') return { ...all, ...integers(this.#buffer(plan, 1), 32, true, slots) };
        return { ...all, ...lanes(this.#buffer(plan, 1), slots) };
      case 'timestamp':
        if (own.unit === 'seconds') return { ...all, ...secondsAsMillis(this.#buffer(plan, 1), slots) };
        return { ...all, ...lanes(this.#buffer(plan, 1), slots) };
      case 'duration':
        return { ...all, ...lanes(this.#buffer(plan, 1), slots) };
      case 'bytes':
        return this.#bytes(plan, type, own.lengths, slots);
      case 'interval':
        return this.#fixedBytes(plan, type, (type as BinaryType).byteLength ?? 0, slots);
      case 'fixedBytes':
        return this.#fixedBytes(plan, type, own.byteLength, slots);
      case 'list':
        return this.#list(plan, type, own.lengths, slots);
      case 'fixedList':
        return this.#fixedList(plan, type, own.size, slots);
      case 'map':
        return this.#map(plan, slots);
      case 'struct':
        return this.#struct(plan, slots);
      case 'runEndEncoded':
        return this.#runs(plan, slots);
      case 'other':
        throw damaged(slots.where, 'a type that is read', own.name);
      default:
        return unreachable(own);
    }
  }

  #bytes(plan: ColumnPlan, type: DataType, lengths: 'offsets32' | 'offsets64' | 'views', slots: Slots): Vector {
    const all = { layout: 'bytes', type, length: slots.length, validity: undefined, nullCount: 0 } as const;
    if (lengths === 'views') {
      const buffers = plan.buffers.slice(2).map((index) => this.#body.buffer(index));
      return { ...all, ...byteViews(this.#buffer(plan, 1), buffers, slots) };
    }
    const bytes = this.#buffer(plan, 2);
    const ends = offsets(this.#buffer(plan, 1), lengths === 'offsets32' ? 32 : 64, bytes.length, slots);
    return { ...all, bytes, ...extentsOf(ends, slots.length) };
  }

  #fixedBytes(plan: ColumnPlan, type: DataType, byteLength: number, { length, where }: Slots): Vector {
    const bytes = this.#buffer(plan, 1);
    if (byteLength * length > bytes.length) throw damaged(where, `${byteLength * length} bytes`, bytes.length);
    const starts = new Int32Array(length);
    for (let i = 0; i < length; i++) starts[i] = i * byteLength;
    const lengths = new Int32Array(length).fill(byteLength);
    return { layout: 'bytes', type, length, validity: undefined, nullCount: 0, bytes, starts, lengths };
  }

  #list(
    plan: ColumnPlan,
    type: DataType,
    lengths: 'offsets32' | 'offsets64' | 'views32' | 'views64',
    slots: Slots,
  ): Vector {
    const element = this.decode(plan.children[0] as ColumnPlan);
    const bits = lengths === 'offsets32' || lengths === 'views32' ? 32 : 64;
    if (lengths === 'views32' || lengths === 'views64') {
      const views = listViews(this.#buffer(plan, 1), this.#buffer(plan, 2), bits, element.length, slots);
      return this.#listOfViews(type, views.starts, views.lengths, element, slots);
    }
    const ends = offsets(this.#buffer(plan, 1), bits, element.length, slots);
    return { ...this.#listOf(ends, element, slots), type };
  }

  /** Elements in the order of the lists, which views need not have. */
  #listOfViews(type: DataType, starts: Int32Array, sizes: Int32Array, element: Vector, { length }: Slots): Vector {
    const ends = new Int32Array(length + 1);
    let total = 0;
    for (let i = 0; i < length; i++) {
      total += sizes[i] as number;
      // Before it is more than an int32: views may show the same elements over and over.
      this.#body.checkLength(total);
      ends[i + 1] = total;
    }
    const rows = new Int32Array(total);
    for (let i = 0, at = 0; i < length; i++) {
      const start = starts[i] as number;
      for (let k = 0; k < (sizes[i] as number); k++) rows[at++] = start + k;
    }
    const picked = this.#pick(element, rows);
    return { layout: 'list', type, length, validity: undefined, nullCount: 0, offsets: ends, element: picked };
  }

  #fixedList(plan: ColumnPlan, type: DataType, size: number, slots: Slots): Vector {
    const { length, where } = slots;
    const element = this.decode(plan.children[0] as ColumnPlan);
    if (size * length > element.length) throw damaged(where, `${size * length} elements`, element.length);
    const ends = new Int32Array(length + 1);
    for (let i = 0; i <= length; i++) ends[i] = i * size;
    return { ...this.#listOf(ends, element, slots), type };
  }

  /** Offsets from 0, of the elements alone that they lead to. */
  #listOf(ends: Int32Array, element: Vector, { length }: Slots): Omit<ListVector, 'type'> {
    const first = ends[0] as number;
    const last = ends[length] as number;
    const all = { layout: 'list', length, validity: undefined, nullCount: 0 } as const;
    if (first === 0 && last === element.length) return { ...all, offsets: ends, element };
    const rows = new Int32Array(last - first);
    for (let i = 0; i < rows.length; i++) rows[i] = first + i;
    return { ...all, offsets: ends.map((end) => end - first), element: takeRows(element, rows) };
  }

  #map(plan: ColumnPlan, slots: Slots): Vector {
    const entries = this.decode(plan.children[0] as ColumnPlan);
    const ends = offsets(this.#buffer(plan, 1), 32, entries.length, slots);
    const { element, ...list } = this.#listOf(ends, entries, slots);
    if (element.layout !== 'struct') throw damaged(slots.where, 'a map of entries', element.layout);
    const [keys, values] = element.fields as readonly [Vector, Vector];
    return { ...list, layout: 'map', type: this.#typeOf(plan.field), keys, values };
  }

  #struct(plan: ColumnPlan, { length, where }: Slots): Vector {
    const fields = plan.children.map((child) => {
      const vector = this.decode(child);
      if (vector.length !== length) throw damaged(where, `${length} values in each field of a struct`, vector.length);
      return vector;
    });
    const names = plan.children.map(({ field }, i): Field => {
      return { name: field.name, type: (fields[i] as Vector).type, nullable: field.nullable };
    });
    return {
      layout: 'struct',
      type: { kind: 'struct', fields: names },
      length,
      validity: undefined,
      nullCount: 0,
      fields,
    };
  }

  #runs(plan: ColumnPlan, slots: Slots): Vector {
    const [ends, values] = plan.children.map((child) => this.decode(child)) as [Vector, Vector];
    if (ends.nullCount > 0) throw damaged(slots.where, 'an end for each run', 'a missing one');
    const found = ends.layout === 'number' ? ends.values : ends.layout === 'int64' ? endsOf64(ends.lanes, slots) : [];
    if (values.length < ends.length) throw damaged(slots.where, `${ends.length} values of runs`, values.length);
    return this.#pick(values, runsOf(found.slice(0, ends.length), slots));
  }

  #coded(plan: ColumnPlan, { id, bits, signed }: ArrowDictionary, slots: Slots): Vector {
    const { length, where } = slots;
    const values = this.#dictionaries(id, plan.field, where);
    const found = codes(this.#buffer(plan, 1), bits, signed, values.length, slots);
    // Where no value is there, there need not be a dictionary either.
    if (values.length === 0) return missingVector({ name: '', type: values.type, nullable: true }, length);
    return this.#pick(values, found);
  }

  #pick(values: Vector, rows: Int32Array): Vector {
    return pickRows(values, rows, (count) => this.#body.checkLength(count));
  }

  #typeOf(field: ArrowField): DataType {
    return fieldOf(field, this.#body.where.path).type;
  }

  #buffer(plan: ColumnPlan, index: number): Uint8Array {
    return this.#body.buffer(plan.buffers[index] as number);
  }
}

/** Ends of runs as 64-bit integers, which are no more than there are values. */
function endsOf64(words: Int32Array, { where }: Slots): Int32Array {
  const ends = new Int32Array(words.length / 2);
  for (let i = 0; i < ends.length; i++) {
    if (words[2 * i + 1] !== 0) throw damaged(where, 'an end that 31 bits hold', 'a larger one');
    ends[i] = words[2 * i] as number;
  }
  return ends;
}
