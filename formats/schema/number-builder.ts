import { unreachable } from '../../lib/base/invariant.ts';
import { SlotBuilder } from './builder-parts.ts';
import type {
  BooleanType,
  DateType,
  FloatType,
  IntType,
  NullType,
  TimestampType,
  TimeType,
  TimeUnit,
} from './data-type.ts';
import type { BooleanVector, Int64Vector, NullVector, NumberVector } from './vector.ts';

const DAY_MS = 86_400_000;

/** Of nothing but missing values. */
export class NullBuilder extends SlotBuilder<NullType> {
  add(value: unknown): void {
    if (value !== null && value !== undefined) throw this.notOfType(value);
    this.nextNull();
  }

  take(): NullVector {
    return { layout: 'null', ...this.takeSlots() };
  }

  protected override grow(): void {}
}

export class BooleanBuilder extends SlotBuilder<BooleanType> {
  #values = new Uint8Array();

  add(value: unknown): void {
    if (typeof value === 'boolean') {
      const slot = this.next();
      this.#values[slot] = value ? 1 : 0;
    } else if (value === null || value === undefined) this.nextNull();
    else throw this.notOfType(value);
  }

  take(): BooleanVector {
    const values = this.#values;
    this.#values = new Uint8Array();
    return { layout: 'boolean', ...this.takeSlots(), values };
  }

  protected override grow(capacity: number): void {
    const larger = new Uint8Array(capacity);
    larger.set(this.#values);
    this.#values = larger;
  }
}

type SmallNumber = IntType | FloatType | DateType | TimeType;
type NumberArray = Int32Array | Uint32Array | Float32Array | Float64Array;

/** Integers to 32 bits, floats, dates, times in milliseconds. */
export class NumberBuilder extends SlotBuilder<SmallNumber> {
  #values: NumberArray = this.#make(0);
  /** Whole numbers between these; undefined for floats. */
  readonly #range = rangeOf(this.type);

  add(value: unknown): void {
    if (typeof value === 'number' && this.type.kind !== 'date') {
      this.#check(value);
      const slot = this.next();
      this.#values[slot] = value;
    } else if (value === null || value === undefined) this.nextNull();
    else {
      const number = this.#convert(value);
      const slot = this.next();
      this.#values[slot] = number;
    }
  }

  take(): NumberVector {
    const values = this.#values;
    this.#values = this.#make(0);
    return { layout: 'number', ...this.takeSlots(), values };
  }

  protected override grow(capacity: number): void {
    const larger = this.#make(capacity);
    larger.set(this.#values);
    this.#values = larger;
  }

  #make(length: number): NumberArray {
    const { type } = this;
    if (type.kind === 'float') return type.bits === 64 ? new Float64Array(length) : new Float32Array(length);
    if (type.kind === 'int' && type.bits === 32 && !type.signed) return new Uint32Array(length);
    return new Int32Array(length);
  }

  #check(value: number): void {
    const range = this.#range;
    if (range !== undefined) {
      if (!(value >= range[0] && value <= range[1] && Number.isInteger(value))) throw this.notExact(value);
    } else if (!isExact(value, (this.type as FloatType).bits)) throw this.notExact(value);
  }

  #convert(value: unknown): number {
    if (this.type.kind === 'date') {
      if (!(value instanceof Date)) throw this.notOfType(value);
      const days = value.getTime() / DAY_MS;
      if (!Number.isInteger(days)) throw this.notExact(value);
      return days;
    }
    const isWhole = typeof value === 'bigint' && this.type.kind !== 'float';
    if (!isWhole) throw this.notOfType(value);
    const number = Number(value);
    this.#check(number);
    return number;
  }
}

function rangeOf(type: SmallNumber): readonly [number, number] | undefined {
  switch (type.kind) {
    case 'float':
      return undefined;
    case 'int':
      return type.signed ? [-(2 ** (type.bits - 1)), 2 ** (type.bits - 1) - 1] : [0, 2 ** type.bits - 1];
    case 'date':
      return [-(2 ** 31), 2 ** 31 - 1];
    case 'time':
      return [0, DAY_MS - 1];
    default:
      return unreachable(type);
  }
}

const LARGEST_HALF = 65_504;

function isExact(value: number, bits: 16 | 32 | 64): boolean {
  if (bits === 64 || Number.isNaN(value) || Math.fround(value) === value) {
    if (bits !== 16 || !Number.isFinite(value) || value === 0) return true;
    // Eleven bits, the last of them no less than 2^-24.
    const size = Math.abs(value);
    const step = 2 ** Math.max(Math.floor(Math.log2(size)) - 10, -24);
    return size <= LARGEST_HALF && Number.isInteger(size / step);
  }
  return false;
}

/** Units in a millisecond. */
const UNITS: { readonly [K in TimeUnit]: number } = { millis: 1, micros: 1000, nanos: 1_000_000 };

/** 64-bit integers, timestamps, and times in micro- and nanoseconds. */
export class Int64Builder extends SlotBuilder<IntType | TimestampType | TimeType> {
  #lanes = new Int32Array();

  add(value: unknown): void {
    if (typeof value === 'number') this.#addNumber(value);
    else if (value === null || value === undefined) this.nextNull();
    else if (typeof value === 'bigint') this.#addBigInt(value, value);
    else if (value instanceof Date && this.type.kind === 'timestamp') this.#addDate(value, this.type.unit);
    else throw this.notOfType(value);
  }

  take(): Int64Vector {
    const lanes = this.#lanes;
    this.#lanes = new Int32Array();
    return { layout: 'int64', ...this.takeSlots(), lanes };
  }

  protected override grow(capacity: number): void {
    const larger = new Int32Array(2 * capacity);
    larger.set(this.#lanes);
    this.#lanes = larger;
  }

  #addNumber(value: number): void {
    const { type } = this;
    // Of timestamps a number says too little: milliseconds, or the column's unit.
    if (type.kind === 'timestamp') throw this.notOfType(value);
    const isUnsigned = type.kind === 'time' || !type.signed;
    if (!Number.isSafeInteger(value) || (isUnsigned && value < 0)) throw this.notExact(value);
    if (type.kind === 'time' && value >= DAY_MS * UNITS[type.unit]) throw this.notExact(value);
    this.#put(value);
  }

  #put(value: number): void {
    const slot = this.next();
    this.#lanes[2 * slot] = value;
    this.#lanes[2 * slot + 1] = Math.floor(value / 2 ** 32);
  }

  #addDate(value: Date, unit: TimeUnit): void {
    const millis = value.getTime();
    if (Number.isNaN(millis)) throw this.notOfType(value);
    const units = millis * UNITS[unit];
    if (Number.isSafeInteger(units)) this.#put(units);
    else this.#addBigInt(BigInt(millis) * BigInt(UNITS[unit]), value);
  }

  #addBigInt(value: bigint, given: unknown): void {
    const { type } = this;
    const fits =
      type.kind === 'time'
        ? value >= 0n && value < BigInt(DAY_MS * UNITS[type.unit])
        : type.kind === 'int' && !type.signed
          ? BigInt.asUintN(64, value) === value
          : BigInt.asIntN(64, value) === value;
    if (!fits) throw this.notExact(given);
    const slot = this.next();
    this.#lanes[2 * slot] = Number(BigInt.asIntN(32, value));
    this.#lanes[2 * slot + 1] = Number(BigInt.asIntN(32, value >> 32n));
  }
}
