/** Decimals of files as JS values: exact text, unscaled bigints, or the nearest numbers. */
import type { Column, NullMarks, StringColumn } from '../schema/batch.ts';
import type { DecimalType } from '../schema/data-type.ts';
import { bigInts, type Int64Vector, type NumberVector, type WideVector } from '../schema/vector.ts';

type DecimalVector = NumberVector | Int64Vector | WideVector;

export function decimalColumn(
  vector: DecimalVector,
  type: DecimalType,
  mode: 'string' | 'number' | 'bigint',
  nulls: NullMarks | undefined,
): Column {
  const { length } = vector;
  if (mode === 'bigint') {
    if (vector.layout === 'int64') return { kind: 'bigint', values: bigInts(vector), nulls };
    const values = Array.from({ length }, (_, i) => (nulls?.[i] === 1 ? null : BigInt(unscaledAt(vector, i))));
    return { kind: 'value', values, nulls: undefined };
  }
  const texts = new DecimalTexts(vector, type.scale, nulls);
  // Text has the one rounding that is right: dividing by a power of ten would be a second one.
  return mode === 'string' ? texts : { kind: 'double', values: Float64Array.from(texts.values, Number), nulls };
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
