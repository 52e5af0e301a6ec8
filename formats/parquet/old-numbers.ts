/** Numbers that lie as byte arrays: FLOAT16, and the timestamps in INT96 that Impala and old Sparks wrote. */
import { CairnError } from '../../lib/base/errors.ts';
import { halfToNumber } from '../bytes/half-float.ts';
import type { KernelMemory } from './kernels.ts';

/** Turns `count` half floats into float32 at `out`. */
export function readFloat16s(memory: KernelMemory, starts: number, count: number, out: number): void {
  const { bytes, words, view } = memory;
  for (let i = 0; i < count; i++) {
    const start = words[(starts >> 2) + i] as number;
    view.setFloat32(out + 4 * i, halfToNumber((bytes[start] as number) | ((bytes[start + 1] as number) << 8)), true);
  }
}

/** The Julian day of 1970-01-01. */
const EPOCH_DAY = 2_440_588;
const MICROS_A_DAY = 86_400_000_000;

/**
 * Turns `count` INT96, nanoseconds of the day and a Julian day, into microseconds since 1970 as int64 at `out`: what
 * Spark makes of them. Raises `VALUE_NOT_EXACT` for one with a part of a microsecond, or that 64 bits cannot hold.
 */
export function readInt96s(memory: KernelMemory, starts: number, count: number, out: number, column: string): void {
  const { words, view } = memory;
  for (let i = 0; i < count; i++) {
    const start = words[(starts >> 2) + i] as number;
    const low = view.getUint32(start, true);
    const high = view.getInt32(start + 4, true);
    const day = view.getInt32(start + 8, true) - EPOCH_DAY;
    const nanos = high * 2 ** 32 + low;
    const micros = day * MICROS_A_DAY + nanos / 1000;
    if (Number.isSafeInteger(nanos) && Number.isSafeInteger(micros)) {
      words[(out >> 2) + 2 * i] = micros;
      words[(out >> 2) + 2 * i + 1] = Math.floor(micros / 2 ** 32);
      continue;
    }
    const exact = BigInt(day) * BigInt(MICROS_A_DAY) + view.getBigInt64(start, true) / 1000n;
    if (view.getBigInt64(start, true) % 1000n !== 0n || BigInt.asIntN(64, exact) !== exact) {
      throw new CairnError('VALUE_NOT_EXACT', {
        column,
        value: `of day ${day} since 1970 and ${view.getBigInt64(start, true)} nanoseconds`,
        target: 'a timestamp in microseconds',
        remedy: 'write the column again as a timestamp in nanoseconds, or read other columns',
      });
    }
    view.setBigInt64(out + 8 * i, exact, true);
  }
}
