/** What all builders of vectors have: the bitmap of what is there, and their errors. */
import { CairnError } from '../../lib/base/errors.ts';
import type { DataType } from './data-type.ts';
import { formatType } from './data-type.ts';
import type { Vector } from './vector.ts';

/** Makes a vector of values that come one after another. */
export interface VectorBuilder {
  /** How many values were added since the last `take`. */
  readonly length: number;
  /** Raises ROW_NOT_WRITABLE and VALUE_NOT_EXACT. */
  add(value: unknown): void;
  /** The values as a vector, and begins anew. */
  take(): Vector;
}

const FIRST_SLOTS = 1024;

/** Counts slots, and remembers which of them hold nothing. */
export abstract class SlotBuilder<T extends DataType> {
  readonly type: T;
  readonly column: string;
  readonly format: string;
  #length = 0;
  #nullCount = 0;
  #validity: Uint8Array | undefined;
  protected capacity = 0;

  constructor(type: T, column: string, format: string) {
    this.type = type;
    this.column = column;
    this.format = format;
  }

  get length(): number {
    return this.#length;
  }

  /** Makes room for `capacity` slots, keeping what the first `length` hold. */
  protected abstract grow(capacity: number): void;

  /** The next slot, which is there. */
  protected next(): number {
    const slot = this.#length++;
    if (slot >= this.capacity) this.#grow();
    const validity = this.#validity;
    if (validity !== undefined) {
      if (slot >> 3 >= validity.length) this.#growValidity(slot);
      const bits = this.#validity as Uint8Array;
      bits[slot >> 3] = (bits[slot >> 3] as number) | (1 << (slot & 7));
    }
    return slot;
  }

  /** The next slot, which holds nothing. */
  protected nextNull(): number {
    const slot = this.#length++;
    if (slot >= this.capacity) this.#grow();
    if (this.#validity === undefined) {
      this.#validity = new Uint8Array((this.capacity + 7) >> 3);
      this.#validity.fill(255, 0, slot >> 3);
      this.#validity[slot >> 3] = (1 << (slot & 7)) - 1;
    } else if (slot >> 3 >= this.#validity.length) this.#growValidity(slot);
    this.#nullCount++;
    return slot;
  }

  /** What every vector has; begins anew. */
  protected takeSlots() {
    const length = this.#length;
    const taken = {
      type: this.type,
      length,
      validity: this.#nullCount === 0 ? undefined : this.#validity,
      nullCount: this.#nullCount,
    };
    this.#length = 0;
    this.#nullCount = 0;
    this.#validity = undefined;
    this.capacity = 0;
    return taken;
  }

  protected notOfType(value: unknown): CairnError {
    const expected = formatType(this.type);
    return rowNotWritable(
      this.format,
      `column '${this.column}' is ${expected}, and ${describe(value)} is none`,
      `map records to values of the column's type, or give the column another type in the schema`,
    );
  }

  protected notExact(value: unknown): CairnError {
    return new CairnError('VALUE_NOT_EXACT', {
      column: this.column,
      value: describe(value),
      target: formatType(this.type),
      remedy: 'round values first, or give the column a wider type in the schema',
    });
  }

  #grow(): void {
    this.capacity = Math.max(FIRST_SLOTS, 2 * this.capacity);
    this.grow(this.capacity);
  }

  #growValidity(slot: number): void {
    const larger = new Uint8Array(Math.max(FIRST_SLOTS, 2 * ((slot >> 3) + 1)));
    if (this.#validity !== undefined) larger.set(this.#validity);
    this.#validity = larger;
  }
}

export function rowNotWritable(format: string, reason: string, remedy: string): CairnError {
  return new CairnError('ROW_NOT_WRITABLE', { format, reason, remedy });
}

const MAX_SHOWN = 40;

/** A value as errors show it: never by a method of its own. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > MAX_SHOWN ? `'${value.slice(0, MAX_SHOWN)}…'` : `'${value}'`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    default:
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString();
      return Object.prototype.toString.call(value) === '[object Object]' ? 'an object' : 'an object of a class';
  }
}
