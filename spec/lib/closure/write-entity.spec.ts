import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { DESERIALIZE, SERIALIZE } from '../../../lib/closure/well-known.ts';
import { travel } from '../../support/travel.ts';

async function refusal(fn: unknown): Promise<CairnError> {
  const error = await travel(fn).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CairnError.is(error, 'TASK_NOT_SERIALIZABLE')) throw error ?? new RangeError('it was shipped');
  return error;
}

describe('an entity', () => {
  it('keeps class, fields and getters of an instance', async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
      get double() {
        return this.x * 2;
      }
    }
    const point = new Point(4);
    const copy = await travel(() => [point.double, point instanceof Point, Object.keys(point), point] as const);
    const [double, isPoint, keys, instance] = copy();
    expect([double, isPoint, keys]).toEqual([8, true, ['x']]);
    expect(instance).not.toBe(point);
  });

  it('keeps a null prototype, hidden properties, accessors and symbol keys', async () => {
    const registered = Symbol.for('spec.key');
    const object = Object.create(null) as Record<string | symbol, unknown>;
    object.a = 1;
    object[registered] = 2;
    Object.defineProperty(object, 'hidden', { value: 3 });
    Object.defineProperty(object, 'sum', {
      get(this: { a: number }) {
        return this.a + 1;
      },
      enumerable: true,
    });
    const copy = (await travel(() => object))();
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect([copy.a, copy[registered], copy.hidden, copy.sum]).toEqual([1, 2, 3, 2]);
    expect(Object.keys(copy)).toEqual(['a', 'sum']);
  });

  it('keeps a prototype that is a plain object', async () => {
    const base = {
      hello(this: { name: string }) {
        return `hello ${this.name}`;
      },
    };
    const object = Object.assign(Object.create(base) as typeof base, { name: 'a' });
    const copy = (await travel(() => object))();
    expect(copy.hello()).toBe('hello a');
    expect(Object.hasOwn(copy, 'hello')).toBe(false);
  });

  it('keeps subclasses of Map, Array, Error, Date and typed arrays', async () => {
    class Names extends Map<string, number> {
      total() {
        return [...this.values()].reduce((a, b) => a + b, 0);
      }
    }
    class Stack extends Array<number> {
      top() {
        return this.at(-1);
      }
    }
    class Failure extends Error {
      readonly code = 7;
    }
    class Day extends Date {
      year() {
        return this.getUTCFullYear();
      }
    }
    class Bits extends Uint8Array {
      first() {
        return this[0];
      }
    }
    const values = [
      new Names([['a', 1]]),
      Stack.from([1, 2]) as Stack,
      new Failure('x'),
      new Day(0),
      new Bits([9]),
    ] as const;
    const copy = await travel(() => {
      const [names, stack, failure, day, bits] = values;
      return [
        names.total(),
        stack.top(),
        failure.code,
        failure.message,
        day.year(),
        bits.first(),
        failure instanceof Failure,
      ];
    });
    expect(copy()).toEqual([1, 2, 7, 'x', 1970, 9, true]);
  });

  it('makes instances with hooks by their hooks, after all that these reach', async () => {
    const rates = { eur: 2 };
    class Money {
      readonly #amount: number;
      readonly value: number;
      constructor(amount: number) {
        this.#amount = amount;
        this.value = amount * rates.eur;
      }
      static [SERIALIZE](money: Money) {
        return { amount: money.#amount };
      }
      static [DESERIALIZE](data: { amount: number }) {
        return new Money(data.amount);
      }
    }
    const money = new Money(5);
    expect((await travel(() => money.value))()).toBe(10);
  });

  it('refuses private fields and methods, and says what to do', async () => {
    class Secret {
      #run() {
        return 1;
      }
      run() {
        return this.#run();
      }
    }
    const secret = new Secret();
    const error = await refusal(() => secret.run());
    expect(error.message).toMatch(/captures 'secret' -> Secret \(class Secret has private fields #run/);
    expect(error.hint).toMatch(/\[SERIALIZE\]/);
  });

  it('refuses subclasses of what cannot be copied', async () => {
    class Numbers extends Intl.NumberFormat {}
    const numbers = new Numbers();
    const error = await refusal(() => numbers.format(1));
    expect(error.message).toMatch(/captures 'numbers' -> Numbers \(extends Intl\.NumberFormat, whose objects/);
  });
});
