import { Buffer as ImportedBuffer } from 'node:buffer';
import { createRequire } from 'node:module';
import importedProcess from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { travel, travelAll } from '../../support/travel.ts';

async function refusal(fn: unknown): Promise<string> {
  return capture([fn]).then(
    () => 'shipped',
    (error: Error) => error.message,
  );
}

describe('a function', () => {
  it('keeps name, length and properties', async () => {
    const plus = (a: number, b: number) => a + b;
    const fn = Object.assign(plus, { unit: 'm' });
    const copy = await travel(fn);
    expect([copy.name, copy.length, copy.unit, copy(1, 2)]).toEqual(['plus', 2, 'm', 3]);
  });

  it('has static members made after all that they use', async () => {
    const settings = { limits: new Map([['rows', 5]]) };
    const readLimit = (name: string) => settings.limits.get(name) ?? 0;
    // biome-ignore lint/complexity/noStaticOnlyClass: static members are what the case is about
    class Limits {
      static readonly rows = readLimit('rows') * 2;
    }
    expect((await travel(() => Limits.rows))()).toBe(10);
  });

  it('has static methods that were put in the place of its own', async () => {
    class Shape {
      readonly kind = 'shape';
      static describe() {
        return new Shape().kind;
      }
      static get size() {
        return 1;
      }
    }
    const own = Shape.describe;
    Shape.describe = () => `a ${own()}`;
    Object.defineProperty(Shape, 'size', { get: () => 2 });
    expect((await travel(() => [Shape.describe(), Shape.size]))()).toEqual(['a shape', 2]);
  });

  it('captures a function bound to what captures it', async () => {
    const counter = { start: 3 };
    function count(this: { start: number }, n: number): number {
      return n === 0 ? this.start : bound(n - 1) + 1;
    }
    const bound: (n: number) => number = count.bind(counter);
    expect((await travel(bound))(2)).toBe(5);
  });

  it('keeps a prototype object that was replaced', async () => {
    function Old(this: { x: number }, x: number) {
      this.x = x;
    }
    Old.prototype = {
      get(this: { x: number }) {
        return this.x;
      },
    };
    const Maker = Old as unknown as new (x: number) => { get(): number };
    const made = new Maker(4);
    const copy = await travel(() => [made.get(), made instanceof Maker, new Maker(5).get()]);
    expect(copy()).toEqual([4, true, 5]);
  });

  it('keeps what was inherited by setPrototypeOf', async () => {
    class Base {
      hello() {
        return 'hello';
      }
      static make() {
        return 'made';
      }
    }
    class Late {}
    Object.setPrototypeOf(Late.prototype, Base.prototype);
    Object.setPrototypeOf(Late, Base);
    const Joined = Late as unknown as typeof Base;
    expect((await travel(() => [new Joined().hello(), Joined.make()]))()).toEqual(['hello', 'made']);
  });

  it('refers to what Node exports under the names of globals', async () => {
    const copy = await travel(() => [ImportedBuffer.from('a').length, typeof importedProcess.pid]);
    expect(copy()).toEqual([1, 'number']);
    const values = (await travel(() => [ImportedBuffer, importedProcess]))();
    expect(values).toEqual([Buffer, process]);
  });

  it('takes along a require that was made for its module', async () => {
    const require = createRequire(import.meta.url);
    const load = require;
    const copy = await travel(() => (load('node:path') as typeof import('node:path')).posix.sep);
    expect(copy()).toBe('/');
  });

  it('calls super in methods of objects inside of it', async () => {
    const fn = () => {
      const object = {
        __proto__: { name: () => 'base' },
        name(): string {
          return `${(super.name as () => string)()} and own`;
        },
      };
      return object.name();
    };
    expect((await travel(fn))()).toBe('base and own');
  });

  it('is the same one wherever functions captured with it refer to it', async () => {
    const shared = () => 1;
    const [a, b, c] = await travelAll([() => shared, () => shared, shared]);
    expect(a()).toBe(b());
    expect(a()).toBe(c);
  });

  it('is refused when it needs what only its place had', async () => {
    class Job {
      readonly #key = 1;
      readonly factor = 2;
      scale() {
        return (x: number) => x * this.factor;
      }
      secret(other: Job) {
        return () => other.#key;
      }
    }
    expect(await refusal(new Job().scale())).toMatch(
      /uses 'this' of the enclosing function.*\n.*const \{ field \} = this/,
    );
    expect(await refusal(new Job().secret(new Job()))).toMatch(/uses private member #key/);
    expect(await refusal(new Function('o', 'return () => { with (o) { return x } }')({}))).toMatch(/calls 'with'/);
    expect(await refusal(Function.prototype.call.bind(() => 1))).toBe('shipped');
  });

  it('is strict or sloppy as it was', async () => {
    const make = new Function(
      'n',
      'const even = (i) => i === 0 ? kind() : odd(i - 1); function odd(i) { return even(i - 1) } function kind() { return typeof this + typeof even } return even',
    );
    const sloppy = make(0) as (n: number) => string;
    expect((await travel(sloppy))(4)).toBe(sloppy(4));
    const reserved = new Function('const static_ = 1; var let = 2; return () => let + static_')() as () => number;
    await expect(travel(reserved)).rejects.toThrow(/CLOSURE_NOT_REVIVED: function/);
  });

  it('is refused behind a proxy', async () => {
    const Made = new Proxy(class {}, {});
    expect(await refusal(() => new Made())).toMatch(/captures 'Made' -> Proxy \(a Proxy cannot be copied\)/);
  });

  it('is refused when a test runner made it', async () => {
    const spy = vi.fn((x: number) => x + 1);
    expect(await refusal(() => spy(1))).toMatch(/npm package '@vitest\/spy'|npm package 'vitest'|Proxy|private|cannot/);
  });

  it('that the platform made is refused with a remedy', async () => {
    const settle: ((value: unknown) => void)[] = [];
    new Promise((resolve) => settle.push(resolve)).catch(() => {});
    expect(await refusal(() => settle)).toMatch(/native code.*\n.*perWorker/);
  });
});
