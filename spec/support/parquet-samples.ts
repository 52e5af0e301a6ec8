import type { DataType, TimeUnit } from '../../formats/schema/data-type.ts';

/** A value as it is given, as `vectorValue` has it, and as DuckDB prints it. */
export type Sample = readonly [given: unknown, plain: unknown, printed: string];

export interface TypeSamples {
  readonly type: DataType;
  readonly samples: readonly Sample[];
}

const int = (bits: 8 | 16 | 32 | 64, signed: boolean, ...values: readonly (number | bigint)[]): TypeSamples => ({
  type: { kind: 'int', bits, signed },
  samples: values.map((value) => [value, bits === 64 ? BigInt(value) : value, String(value)]),
});

const FLOATS: readonly Sample[] = [
  [0, 0, '0.0'],
  [-0, -0, '-0.0'],
  [1.5, 1.5, '1.5'],
  [-2048, -2048, '-2048.0'],
  [Number.NaN, Number.NaN, 'nan'],
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 'inf'],
  [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, '-inf'],
];

const decimal = (precision: number, scale: number, ...values: readonly string[]): TypeSamples => ({
  type: { kind: 'decimal', precision, scale },
  samples: values.map((value) => {
    const unscaled = BigInt(value.replace('.', ''));
    return [value, precision <= 9 ? Number(unscaled) : unscaled, value];
  }),
});

const bytes = (type: DataType, ...values: readonly (readonly number[])[]): TypeSamples => ({
  type,
  samples: values.map((each) => [
    Uint8Array.from(each),
    Buffer.from(each).toString('hex'),
    each.map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  ]),
});

const UNITS: { readonly [K in TimeUnit]: bigint } = { millis: 1n, micros: 1000n, nanos: 1_000_000n };

const timestamp = (unit: TimeUnit, withZone: boolean): TypeSamples => ({
  type: { kind: 'timestamp', unit, withZone },
  samples: ['1969-12-31 23:59:59.999', '1970-01-01 00:00:00', '2024-02-29 12:34:56.789'].map((text) => {
    const at = new Date(`${text.replace(' ', 'T')}Z`);
    return [at, BigInt(at.getTime()) * UNITS[unit], withZone ? `${text}+00` : text];
  }),
});

/** Every type that values can have on their own, with its extremes. */
export const TYPE_SAMPLES: readonly TypeSamples[] = [
  {
    type: { kind: 'boolean' },
    samples: [
      [true, true, 'true'],
      [false, false, 'false'],
    ],
  },
  int(8, true, -128, 0, 127),
  int(8, false, 0, 255),
  int(16, true, -32768, 32767),
  int(16, false, 65535, 1),
  int(32, true, -(2 ** 31), -1, 0, 2 ** 31 - 1),
  int(32, false, 0, 2 ** 31, 2 ** 32 - 1),
  int(64, true, -(2n ** 63n), -1, 0, 2 ** 53 - 1, 2n ** 63n - 1n),
  int(64, false, 0, 2n ** 63n, 2n ** 64n - 1n),
  { type: { kind: 'float', bits: 16 }, samples: [...FLOATS, [65504, 65504, '65504.0']] },
  { type: { kind: 'float', bits: 32 }, samples: [...FLOATS, [2 ** -149, 2 ** -149, '1e-45']] },
  { type: { kind: 'float', bits: 64 }, samples: [...FLOATS, [0.1, 0.1, '0.1']] },
  decimal(9, 2, '-9999999.99', '0.00', '9999999.99', '0.05'),
  decimal(18, 0, '-999999999999999999', '0', '999999999999999999'),
  decimal(38, 10, '-9999999999999999999999999999.9999999999', '-0.0000000001', '1.0000000000'),
  {
    type: { kind: 'string' },
    samples: [
      ['', '', ''],
      ['abc', 'abc', 'abc'],
      ['\uffff', '\uffff', '\uffff'],
      ['😀', '😀', '😀'],
      ['\ud800', '\ufffd', '\ufffd'],
      ['é'.repeat(150), 'é'.repeat(150), 'é'.repeat(150)],
      ['é'.repeat(151), 'é'.repeat(151), 'é'.repeat(151)],
    ],
  },
  bytes({ kind: 'binary', byteLength: undefined }, [], [0, 255, 128], Array<number>(100).fill(255)),
  bytes({ kind: 'binary', byteLength: 3 }, [0, 0, 1], [255, 255, 255]),
  {
    type: { kind: 'uuid' },
    samples: ['00000000-0000-0000-0000-000000000001', 'ffeeddcc-bbaa-9988-7766-554433221100'].map(
      (text): Sample => [text, text.replaceAll('-', ''), text],
    ),
  },
  {
    type: { kind: 'date' },
    samples: [
      [new Date('1969-12-31'), -1, '1969-12-31'],
      [new Date('2024-02-29'), 19782, '2024-02-29'],
    ],
  },
  {
    type: { kind: 'time', unit: 'millis' },
    samples: [
      [0, 0, '00:00:00'],
      [86_399_999, 86_399_999, '23:59:59.999'],
    ],
  },
  {
    type: { kind: 'time', unit: 'micros' },
    samples: [
      [1, 1n, '00:00:00.000001'],
      [86_399_999_999n, 86_399_999_999n, '23:59:59.999999'],
    ],
  },
  ...(['millis', 'micros', 'nanos'] as const).flatMap((unit) => [timestamp(unit, false), timestamp(unit, true)]),
];
