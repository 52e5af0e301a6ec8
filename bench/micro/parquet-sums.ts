/** What benches of Parquet do beside scanning: sums that both sides must agree on, and the time of the processor. */
import type { Vector } from '../../formats/schema/vector.ts';

/** The sum of a column: of its numbers, or of the lengths of its texts. */
export function sumVector(vector: Vector): number {
  const { type } = vector;
  return type.kind === 'decimal' ? sumValues(vector) / 10 ** type.scale : sumValues(vector);
}

function sumValues(vector: Vector): number {
  const { length } = vector;
  switch (vector.layout) {
    case 'number':
      return vector.values instanceof Float64Array ? sumDoubles(vector.values, length) : sumInts(vector.values, length);
    case 'int64':
      return sumLanes(vector.lanes, length);
    case 'bytes':
      return sumInts(vector.lengths, length);
    case 'dictionary':
      return sumByCode(vector.codes, vector.dictionary.lengths, length);
    default:
      return Number.NaN;
  }
}

/** A function for each kind of array: one that has seen several takes twice the time. */
function sumDoubles(values: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i] as number;
  return sum;
}

function sumInts(values: ArrayLike<number>, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i] as number;
  return sum;
}

function sumLanes(lanes: Int32Array, length: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < 2 * length; i += 2) {
    low += (lanes[i] as number) >>> 0;
    high += lanes[i + 1] as number;
  }
  return high * 2 ** 32 + low;
}

function sumByCode(codes: Int32Array, values: Int32Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[codes[i] as number] as number;
  return sum;
}

/** Raises where sums are not DuckDB's, apart from the order of adding. */
export function checkSums(columns: readonly string[], found: readonly number[], expected: readonly number[]): void {
  columns.forEach((name, i) => {
    const [a, b] = [found[i] as number, expected[i] as number];
    if (Math.abs(a - b) > 1e-6 * Math.abs(b)) throw new RangeError(`${name}: ${a}, DuckDB has ${b}`);
  });
}

/** What the process computed while `work` ran, all of its threads together. */
export async function cpuMs(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
