import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toJsonText } from '../../../lib/api/record-json.ts';

/** Objects whose keys look like tags are what could be mistaken. */
const KEYS = fc.oneof(
  fc.constantFrom('$date', '$object', '$bigint', '$map', '$set', '$undefined', '$number', '$', '__proto__', 'a', '1'),
  fc.string({ unit: 'binary', maxLength: 4 }),
);

const { record } = fc.letrec<{ record: unknown }>((tie) => ({
  record: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.double(), fc.integer(), fc.bigInt(), fc.string({ unit: 'binary' }), fc.boolean()),
    fc.constantFrom(null, undefined, -0),
    fc.date({ noInvalidDate: false }),
    fc.array(tie('record'), { maxLength: 4 }),
    fc.array(tie('record'), { maxLength: 4 }).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('record'), tie('record')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    fc.array(fc.tuple(KEYS, tie('record')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
  ),
}));

/** The inverse, as a reader of the page on checkpoints would write it. */
function fromJson(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json);
  const [tag, value] = entries.length === 1 ? (entries[0] as [string, unknown]) : ['', undefined];
  switch (tag) {
    case '$number':
      return Number(value);
    case '$bigint':
      return BigInt(String(value));
    case '$undefined':
      return undefined;
    case '$date':
      return new Date(value === null ? Number.NaN : String(value));
    case '$set':
      return new Set((value as unknown[]).map(fromJson));
    case '$map':
      return new Map((value as [unknown, unknown][]).map(([key, item]) => [fromJson(key), fromJson(item)]));
    case '$object':
      return plain(value as object);
    default:
      expect(tag).not.toMatch(/^\$/);
      return plain(json);
  }
}

function plain(json: object): object {
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, fromJson(item)]));
}

it('writes one line from which the very record can be read again', () => {
  fc.assert(
    fc.property(record, (value) => {
      const text = toJsonText(value);
      expect(text).not.toMatch(/[\n\r]/);
      expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
      expect(fromJson(JSON.parse(text))).toStrictEqual(value);
    }),
    { seed: 20_260_102, numRuns: 500 },
  );
});
