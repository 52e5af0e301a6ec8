/** Decimals of files as JS values: exact text, unscaled bigints, or the nearest numbers. */
import type { Column, NullMarks, StringColumn } from '../schema/batch.ts';
import type { DecimalType } from '../schema/data-type.ts';
import { ownVector } from '../schema/own-vector.ts';
import { bigInts, type Int64Vector, type NumberVector, type WideVector } from '../schema/vector.ts';

type DecimalVector = NumberVector | Int64Vector | WideVector;

/** A column that owns its memory. */
export function decimalColumn(
  vector: DecimalVector,
  type: DecimalType,
  mode: 'string' | 'number' | 'bigint',
  nulls: NullMarks | undefined,
): Column {
  const { length } = vector;
  if (mode === 'bigint') {
    if (vector.layout === 'int64') return { kind: 'bigint', values: new BigInt64Array(bigInts(vector)), nulls };
    const values = Array.from({ length }, (_, i) => (nulls?.[i] === 1 ? null : BigInt(unscaledAt(vector, i))));
    return { kind: 'value', values, nulls: undefined };
  }
  if (mode === 'number') return { kind: 'double', values: nearestNumbers(vector, type.scale), nulls };
  return new DecimalTexts(ownVector(vector) as DecimalVector, type.scale, nulls);
}

/** Powers of ten beyond this are not exact. */
const MAX_EXACT_POWER = 22;

/**
 * The doubles next to the decimals. Where the integer and the power of ten are exact, dividing rounds once, as it
 * should; elsewhere it would round twice, and numbers are made of text, which has the one rounding that is right.
 */
function nearestNumbers(vector: DecimalVector, scale: number): Float64Array {
  const { length } = vector;
  const values = new Float64Array(length);
  const power = Number(`1e${scale}`);
  if (vector.layout === 'wide' || scale > MAX_EXACT_POWER) {
    for (let i = 0; i < length; i++) values[i] = Number(decimalText(unscaledAt(vector, i), scale));
  } else if (vector.layout === 'number') {
    for (let i = 0; i < length; i++) values[i] = (vector.values[i] as number) / power;
  } else {
    const { lanes } = vector;
    for (let i = 0; i < length; i++) {
      const unscaled = (lanes[2 * i + 1] as number) * 2 ** 32 + ((lanes[2 * i] as number) >>> 0);
      // Of what is beyond, the sum is beyond as well.
      const isExact = Math.abs(unscaled) <= Number.MAX_SAFE_INTEGER;
      values[i] = isExact ? unscaled / power : Number(decimalText(unscaledAt(vector, i), scale));
    }
  }
  return values;
}

/** Made on first use, so that columns that nobody looks at cost nothing. */
class DecimalTexts implements StringColumn {
  readonly kind = 'string';
  readonly nulls: NullMarks | undefined;
  readonly #vector: DecimalVector;
  readonly #scale: number;
  #values: readonly string[] | undefined;

  constructor(vector: DecimalVector, scale: number, nulls: NullMarks | undefined) {
    this.#vector = vector;
    this.#scale = scale;
    this.nulls = nulls;
  }

  get values(): readonly string[] {
    this.#values ??= Array.from({ length: this.#vector.length }, (_, i) =>
      this.nulls?.[i] === 1 ? '' : decimalText(unscaledAt(this.#vector, i), this.#scale),
    );
    return this.#values;
  }
}

/** The unscaled integer: a number where it is safe, which is faster to make into text. */
function unscaledAt(vector: DecimalVector, i: number): number | bigint {
  if (vector.layout === 'number') return vector.values[i] as number;
  if (vector.layout === 'int64') {
    const high = vector.lanes[2 * i + 1] as number;
    const value = high * 2 ** 32 + ((vector.lanes[2 * i] as number) >>> 0);
    return Number.isSafeInteger(value) ? value : (bigInts(vector)[i] as bigint);
  }
  const { words, width } = vector;
  let value = BigInt(words[(i + 1) * width - 1] as number);
  for (let w = width - 2; w >= 0; w--) value = (value << 32n) | BigInt((words[i * width + w] as number) >>> 0);
  return value;
}

/** `(-1250, 2)` is `'-12.50'`: all digits of the scale, and at least one before the point. */
export function decimalText(unscaled: number | bigint, scale: number): string {
  const text = String(unscaled);
  if (scale === 0) return text;
  const sign = text.startsWith('-') ? '-' : '';
  const digits = text.slice(sign.length).padStart(scale + 1, '0');
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
