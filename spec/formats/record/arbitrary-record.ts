import fc from 'fast-check';

/** Numbers with their awkward members often. */
const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.integer(),
  fc.integer({ min: -300, max: 300 }),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 31,
    -(2 ** 31),
    2 ** 53,
    5e-324,
    127,
    128,
    65535,
    65536,
  ),
);

/** Strings with lone surrogates, NUL, emoji and names that objects know. */
const anyString: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0xd700, max: 0xe0ff }), { maxLength: 6 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    'é'.repeat(40),
    'x'.repeat(300),
    '\ud83d\ude00',
  ),
);

const anyKey = fc.oneof(anyString, fc.constantFrom('a', 'b', 'id', '0', '1', '__proto__', 'hasOwnProperty'));

function plainObject(value: fc.Arbitrary<unknown>, isNull = false): fc.Arbitrary<object> {
  return fc.array(fc.tuple(anyKey, value), { maxLength: 5 }).map((entries) => {
    const made = (isNull ? Object.create(null) : {}) as object;
    for (const [key, item] of entries) {
      Object.defineProperty(made, key, { value: item, writable: true, enumerable: true, configurable: true });
    }
    return made;
  });
}

function holey(items: unknown[], holes: readonly number[]): unknown[] {
  for (const hole of holes) if (hole < items.length) delete items[hole];
  return items;
}

const bytes = fc.uint8Array({ maxLength: 24 });
const buffer = bytes.map((source) => source.slice().buffer);

/** Any value a record may hold. */
export const anyRecord: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    anyNumber,
    anyString,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 100n), max: 2n ** 100n }),
    fc.date({ noInvalidDate: false }),
    bytes,
    bytes.map((source) => Buffer.from(source)),
    buffer,
    fc.array(fc.double(), { maxLength: 4 }).map((items) => new Float64Array(items)),
    fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength: 4 }).map((items) => new BigUint64Array(items)),
    fc.array(fc.integer(), { maxLength: 4 }).map((items) => new Int16Array(items)),
    buffer.map((source) => new DataView(source)),
    fc.constantFrom(/a+/g, /\//u).map((source) => new RegExp(source)),
    fc.webUrl().map((href) => new URL(href)),
    anyString.map((message) => new TypeError(message, { cause: message })),
  ),
  array: fc.array(tie('any'), { maxLength: 5 }),
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('array'),
    fc
      .tuple(fc.array(tie('any'), { maxLength: 5 }), fc.array(fc.nat(5), { maxLength: 3 }))
      .map(([a, h]) => holey(a, h)),
    fc.array(tie('any'), { maxLength: 3 }).map((items) => Object.assign(items, { index: 3, extra: 'x' })),
    plainObject(tie('any')),
    plainObject(tie('any'), true),
    fc.array(fc.tuple(tie('any'), tie('any')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('any'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
})).any as fc.Arbitrary<unknown>;

/** fast-check would make every second object one without a prototype. */
const PLAIN = { noNullPrototype: true };

const fieldKinds: readonly fc.Arbitrary<unknown>[] = [
  fc.integer({ min: -100, max: 100 }),
  fc.integer(),
  anyNumber,
  fc.double(),
  fc.constantFrom('red', 'green', 'blue'),
  anyString,
  fc.boolean(),
  fc.date({ noInvalidDate: false }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.array(fc.integer(), { maxLength: 12 }),
  fc.array(anyNumber, { maxLength: 12 }),
  fc.tuple(anyString, anyNumber),
  fc.constantFrom(null, undefined),
  fc.option(fc.integer(), { freq: 3 }),
  fc.option(anyString, { nil: undefined, freq: 3 }),
  fc.array(fc.record({ x: anyNumber, y: fc.option(anyString) }, PLAIN), { maxLength: 3 }),
  fc.option(fc.record({ p: fc.integer(), q: fc.array(anyString, { maxLength: 3 }) }, PLAIN), { freq: 3 }),
  fc.constant(0).map(() => ({})),
  fc.tuple(),
  fc.constant([]),
  anyRecord,
];

/** Records that mostly share a shape, as an RDD's do: objects, pairs or bare values of up to five random fields. */
export const shapedRecords: fc.Arbitrary<unknown[]> = fc
  .record({
    kinds: fc.array(fc.nat(fieldKinds.length - 1), { minLength: 1, maxLength: 5 }),
    form: fc.constantFrom('object', 'tuple', 'bare'),
    odd: fc.oneof({ weight: 7, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(anyRecord) }),
    maxLength: fc.constantFrom(3, 20, 200),
  })
  .chain(({ kinds, form, odd, maxLength }) => {
    const fields = kinds.map((kind) => fieldKinds[kind] as fc.Arbitrary<unknown>);
    const record =
      form === 'bare'
        ? (fields[0] as fc.Arbitrary<unknown>)
        : form === 'tuple'
          ? fc.tuple(...fields)
          : fc.record(Object.fromEntries(fields.map((field, i) => [`f${i}`, field])), PLAIN);
    return fc.array(record, { maxLength, size: 'max' }).map((rows): unknown[] => [...rows, ...odd]);
  });
