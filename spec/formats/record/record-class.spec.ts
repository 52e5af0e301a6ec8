import { afterEach, describe, expect, it } from 'vitest';
import {
  collectClasses,
  findClassNamed,
  findClassOf,
  type RegisteredClass,
  recordClasses,
  registerRecordClass,
  unregisterRecordClass,
} from '../../../formats/record/record-class.ts';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}
class Tip extends Money {}

function register(version: number): void {
  registerRecordClass<Money, { c: number }>({
    name: 'money',
    version,
    constructor: Money,
    toRecord: (money) => ({ c: money.cents }),
    fromRecord: (data, stored) => new Money(stored === 0 ? data.c * 100 : data.c),
  });
}

afterEach(() => {
  unregisterRecordClass('money');
});

describe('record classes', () => {
  it('carry instances, private fields and all', () => {
    register(1);
    const read = decodeValue(encodeValue([new Money(5), { price: new Money(7) }])) as [Money, { price: Money }];
    expect(read[0]).toBeInstanceOf(Money);
    expect([read[0].cents, read[1].price.cents]).toEqual([5, 7]);
  });

  it('are given the version that was stored', () => {
    register(0);
    const old = encodeValue(new Money(3));
    register(1);
    expect((decodeValue(old) as Money).cents).toBe(300);
  });

  it('do not take in subclasses', () => {
    register(1);
    expect(() => encodeValue({ tip: new Tip(1) })).toThrow('record.tip is an instance of Tip');
  });

  it('unknown to the reader are an error that names them', () => {
    register(4);
    const bytes = encodeValue([new Money(1)]);
    unregisterRecordClass('money');
    expect(() => decodeValue(bytes)).toThrow(
      "RECORD_CLASS_UNKNOWN: stored records hold instances of class 'money' (version 4)",
    );
  });

  it('name the path inside what toRecord gave', () => {
    registerRecordClass<Money, unknown>({
      name: 'money',
      constructor: Money,
      toRecord: () => ({ fn: () => 1 }),
      fromRecord: () => new Money(0),
    });
    expect(() => encodeValue({ a: new Money(1) })).toThrow('record.a.toRecord().fn');
  });

  it('are replaced by a later registration of the name, and can be taken out', () => {
    register(1);
    registerRecordClass<Tip, null>({
      name: 'money',
      constructor: Tip,
      toRecord: () => null,
      fromRecord: () => new Tip(1),
    });
    expect(findClassOf(Money.prototype)).toBeUndefined();
    expect(findClassOf(Tip.prototype)).toBe(findClassNamed('money'));
    expect(unregisterRecordClass('money')).toBe(true);
    expect(unregisterRecordClass('money')).toBe(false);
    expect(findClassOf(Tip.prototype)).toBeUndefined();
  });

  it('are told as they were given, with a number that grows with every change', () => {
    const { version, definitions } = recordClasses();
    register(1);
    const after = recordClasses();
    expect(after.version).toBeGreaterThan(version);
    expect(after.definitions.slice(definitions.length)).toMatchObject([
      { name: 'money', version: 1, constructor: Money },
    ]);
    expect(recordClasses().version).toBe(after.version);
    unregisterRecordClass('money');
    expect(recordClasses().version).toBeGreaterThan(after.version);
    expect(recordClasses().definitions).toEqual(definitions);
  });

  it.each([
    ['name', { name: '' }],
    ['version', { version: -1 }],
    ['constructor', { constructor: undefined }],
    ['toRecord', { toRecord: 1 }],
    ['fromRecord', { fromRecord: undefined }],
  ])('refuse a wrong %s', (argument, part) => {
    const good = { name: 'money', constructor: Money, toRecord: () => 1, fromRecord: () => new Money(1) };
    expect(() => registerRecordClass({ ...good, ...part } as typeof good)).toThrow(`registerRecordClass: ${argument}`);
  });
});

describe('the classes that records need', () => {
  it('are collected while records are encoded, nested collections apart', () => {
    register(4);
    const [outer, inner] = [new Map<string, RegisteredClass>(), new Map<string, RegisteredClass>()];
    const result = collectClasses(outer, () => {
      encodeValue([1, { plain: true }]);
      expect([...outer.keys()]).toEqual([]);
      collectClasses(inner, () => encodeValue([new Money(5), new Money(6)]));
      expect([...outer.keys()]).toEqual([]);
      return encodeValue({ deep: [new Money(7)] });
    });
    expect(decodeValue(result)).toEqual({ deep: [new Money(7)] });
    for (const found of [outer, inner]) {
      expect([...found.values()].map(({ name, version }) => [name, version])).toEqual([['money', 4]]);
    }
  });

  it('are not collected after the end, which an error may be', () => {
    register(1);
    const found = new Map<string, RegisteredClass>();
    expect(() => collectClasses(found, () => encodeValue(() => 1))).toThrow('VALUE_NOT_SERIALIZABLE');
    encodeValue(new Money(1));
    expect(found.size).toBe(0);
  });
});
