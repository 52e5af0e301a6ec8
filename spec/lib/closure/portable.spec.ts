import { describe, expect, it } from 'vitest';
import { capture, check } from '../../../lib/closure/capture.ts';
import { fingerprintOf } from '../../../lib/closure/fingerprint.ts';
import type { Packet } from '../../../lib/closure/packet.ts';
import { portable, portableMark, portableValue, resolvePortable } from '../../../lib/closure/portable.ts';
import { revive } from '../../../lib/closure/revive.ts';
import { PORTABLE } from '../../../lib/closure/well-known.ts';
import { withCaptures } from '../../../lib/closure/with-captures.ts';
import { travel, travelAll } from '../../support/travel.ts';

const scaled = portable('spec/scaled', (by: number, f: (x: number) => number) => (x: number) => f(x) * by);
const listed = portable('spec/listed', (items: { readonly of: readonly number[] }) => () => items.of.join());
const plain = portableValue('spec/plain', (x: number) => x + 1);
const table = portableValue('spec/table', { one: 1 });

class Base {
  greet(): string {
    return 'hello';
  }
}
portableValue('spec/base', Base);

describe('portable', () => {
  it('gives functions that work, and say how they were made', () => {
    const f = scaled(3, (x) => x + 1);
    expect(f(1)).toBe(6);
    expect(portableMark(f)).toMatchObject({ name: 'spec/scaled', parameters: [3, expect.any(Function)] });
    expect(Object.keys(f)).toEqual([]);
  });

  it('makes them again from their parameters, which travel as any captured value', async () => {
    const offset = 10;
    const f = await travel(scaled(3, (x) => x + offset));
    expect(f(1)).toBe(33);
    expect(portableMark(f)?.parameters?.[0]).toBe(3);
  });

  it('copies nothing of the function itself', async () => {
    const packet = await capture([scaled(3, plain)], { byReference: () => false });
    expect(packet.places.size).toBe(0);
    expect(Buffer.from(packet.bytes).includes('=>')).toBe(false);
  });

  it('gives what is shared and what is nested once', async () => {
    const shared = { of: [1, 2] };
    const add = (x: number) => x + shared.of.length;
    const inner = scaled(2, add);
    const [a, b, c] = await travelAll([listed(shared), scaled(5, inner), inner]);
    expect([a(), b(1), c(1)]).toEqual(['1,2', 30, 6]);
    expect(portableMark(b)?.parameters?.[1]).toBe(c);
  });

  it('makes again what a function of the user captures', async () => {
    const twice = scaled(2, (x) => x);
    class Derived extends Base {
      override greet(): string {
        return `${super.greet()}!`;
      }
    }
    const task = () => [twice(4), new Derived().greet(), new Derived() instanceof Base, new Base()] as const;
    const [value, greeting, isBase, base] = (await travel(task))();
    expect([value, greeting, isBase]).toEqual([8, 'hello!', true]);
    expect(base).toBeInstanceOf(Base);
  });

  it('has static blocks find it whole', async () => {
    const list = listed({ of: [7] });
    class Early {
      readonly own = 1;
      static {
        Reflect.set(Early, 'text', list());
      }
    }
    expect((await travel(() => [new Early().own, Reflect.get(Early, 'text')]))()).toEqual([1, '7']);
  });

  it('keeps the path of an error at the function of the user', async () => {
    const db = { socket: new WeakMap() };
    const culprit = (x: number) => (db.socket.has(db) ? 1 : x);
    const path =
      /closure at spec\/lib\/closure\/portable\.spec\.ts:\d+ \('culprit'\) captures 'db' -> Object\.socket -> WeakMap/;
    await expect(capture([scaled(1, culprit)])).rejects.toThrow(path);
    expect(() => check(scaled(1, culprit))).toThrow(path);
    const behind = scaled(1, culprit);
    await expect(capture([() => behind(1)])).rejects.toThrow(
      /closure at \S+ captures 'behind' -> function culprit \(\S+\) captures 'db' -> Object\.socket -> WeakMap/,
    );
  });

  it('names a parameter that cannot travel', async () => {
    const bad = portable('spec/bad', (map: object) => () => map);
    await expect(capture([bad(new WeakMap())])).rejects.toThrow(/TASK_NOT_SERIALIZABLE: WeakMap/);
  });

  it('judges assignments by its parameters as by tasks', async () => {
    let n = 0;
    const count = (x: number) => {
      n += x;
      return n;
    };
    await expect(capture([scaled(1, scaled(1, count))])).rejects.toThrow(/captures 'n' and assigns it/);
  });

  it('needs no inspector when its functions need none', async () => {
    const factor = 2;
    const f = scaled(
      5,
      withCaptures({ factor }, (x) => x * factor),
    );
    expect((await travel(f))(1)).toBe(10);
  });

  it('is fingerprinted by name and parameters', async () => {
    const digest = async (fn: unknown) => fingerprintOf(await capture([fn])).digest;
    const f = (x: number) => x;
    expect(await digest(scaled(2, f))).toBe(await digest(scaled(2, f)));
    expect(await digest(scaled(2, f))).not.toBe(await digest(scaled(3, f)));
    expect(await digest(plain)).not.toBe(await digest(table));
  });

  it('raises INTERNAL for two things of one name, and for one thing of two', () => {
    expect(() => portable('spec/scaled', () => () => 0)).toThrow(/two portable functions are named 'spec\/scaled'/);
    expect(() => portableValue('spec/again', plain)).toThrow(/portable already/);
    expect(() => portable('spec/not-new', (f: object) => f)(plain)).toThrow(/portable already/);
  });

  it('raises CLOSURE_NOT_REVIVED where a name is not known', async () => {
    const packet = await capture([plain]);
    const bytes = Buffer.from(packet.bytes);
    bytes.write('spec/plane', bytes.indexOf('spec/plain'));
    const forged: Packet = { ...packet, bytes };
    await expect(revive(forged)).rejects.toThrow(/CLOSURE_NOT_REVIVED: the engine's own 'spec\/plane'/);
    expect(() => resolvePortable({ name: 'spec/plain', parameters: [] })).toThrow(/CLOSURE_NOT_REVIVED/);
    expect(() => resolvePortable({ name: 'spec/scaled', parameters: undefined })).toThrow(/CLOSURE_NOT_REVIVED/);
  });

  it('copies what another copy of the engine has marked, where the name means nothing', async () => {
    const foreign = Object.defineProperty((x: number) => x + 5, PORTABLE, { value: { name: 'elsewhere' } });
    expect((await travel(foreign))(1)).toBe(6);
  });
});

describe('portableValue', () => {
  it('is the same object in a thread, whatever it is', async () => {
    expect(await travelAll([plain, table, Base])).toEqual([plain, table, Base]);
    const [f, object, maker] = await travelAll([plain, table, Base]);
    expect([f === plain, object === table, maker === Base]).toEqual([true, true, true]);
    expect((await travel(() => [table, plain]))()[0]).toBe(table);
  });
});
