import { SlotBuilder } from './builder-parts.ts';
import type { DecimalType } from './data-type.ts';
import type { Int64Vector, NumberVector, WideVector } from './vector.ts';

/** Digits with a point and an exponent, as numbers print. */
const DIGITS = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Decimals, exactly as they are given. */
export class DecimalBuilder extends SlotBuilder<DecimalType> {
  #words = new Int32Array();
  readonly #width = this.type.precision <= 9 ? 1 : this.type.precision <= 18 ? 2 : this.type.precision <= 38 ? 4 : 8;
  readonly #limit = 10n ** BigInt(this.type.precision);

  add(value: unknown): void {
    if (value === null || value === undefined) {
      this.nextNull();
      return;
    }
    const unscaled = this.#unscaled(value);
    if (unscaled >= this.#limit || -unscaled >= this.#limit) throw this.notExact(value);
    const at = this.next() * this.#width;
    let rest = unscaled;
    for (let w = 0; w < this.#width; w++) {
      this.#words[at + w] = Number(BigInt.asIntN(32, rest));
      rest >>= 32n;
    }
  }

  take(): NumberVector | Int64Vector | WideVector {
    const words = this.#words;
    this.#words = new Int32Array();
    const slots = this.takeSlots();
    const width = this.#width;
    if (width === 1) return { layout: 'number', ...slots, values: words };
    return width === 2 ? { layout: 'int64', ...slots, lanes: words } : { layout: 'wide', ...slots, words, width };
  }

  protected override grow(capacity: number): void {
    const larger = new Int32Array(capacity * this.#width);
    larger.set(this.#words);
    this.#words = larger;
  }

  #unscaled(value: unknown): bigint {
    const { scale } = this.type;
    if (typeof value === 'bigint') return value * 10n ** BigInt(scale);
    if (typeof value !== 'string' && typeof value !== 'number') throw this.notOfType(value);
    const found = DIGITS.exec(String(value).trim());
    const [, sign, whole = '', fraction = '', exponent = '0'] = found ?? [];
    if (found === null || whole + fraction === '') throw this.notOfType(value);
    const digits = BigInt(whole + fraction);
    if (digits === 0n) return 0n;
    const shift = scale - fraction.length + Number(exponent);
    // No decimal has so many digits: not worth a number of that size.
    if (shift > 100) throw this.notExact(value);
    let unscaled = digits;
    if (shift >= 0) unscaled *= 10n ** BigInt(shift);
    else {
      const cut = 10n ** BigInt(-shift);
      if (digits % cut !== 0n) throw this.notExact(value);
      unscaled /= cut;
    }
    return sign === '-' ? -unscaled : unscaled;
  }
}
