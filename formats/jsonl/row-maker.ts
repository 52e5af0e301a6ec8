/**
 * Makes rows of parsed JSON: objects with the fields of a schema in its order, all of one form.
 *
 * Writes a function with an object literal in it, for V8 makes that in one step and knows the form of every row; the
 * plain form beside it serves names that no literal can have, schemas too wide to compile, and when generated code is off.
 *
 * When changing this: both roads must give the same; the spec runs each of its cases on both.
 */
import { quoteKey, SourceBuilder } from '../../lib/base/compile-source.ts';
import { isRecordCodegenEnabled } from '../record/record-codegen.ts';
import { fieldPairs, type TextField, type TextType } from '../text/text-type.ts';
import { type Convert, type JsonValueOptions, markBad, type RecordState, scalarConverter } from './json-values.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Makes a row of a record. What is missing is null; what is of no use is null and marks the record. */
export type RowMaker = (record: JsonObject, state: RecordState) => Record<string, unknown>;

const MAX_GENERATED_FIELDS = 120;

/** `place` is where the records are, '' at the top. */
export function makeRowMaker(fields: readonly TextField[], place: string, options: JsonValueOptions): RowMaker {
  const inside = (name: string): string => (place === '' ? name : `${place}.${name}`);
  const converters = fields.map(([name, type]) => makeConverter(type, inside(name), options));
  const isPlain = fields.length > MAX_GENERATED_FIELDS || fields.some(([name]) => name === '__proto__');
  const mayRefuse = place !== '' || !options.isSelection;
  if (isPlain || !isRecordCodegenEnabled()) return plainMaker(fields, converters, place, mayRefuse);
  return generatedMaker(fields, converters, place, mayRefuse);
}

function makeConverter(type: TextType, place: string, options: JsonValueOptions): Convert {
  if (typeof type === 'string') return scalarConverter(type, place, options);
  if ('struct' in type) {
    const make = makeRowMaker(fieldPairs(type.struct), place, options);
    return (value, state) => {
      if (value === null || value === undefined) return null;
      if (typeof value !== 'object' || Array.isArray(value)) return markBad(state, place, 'an object', value);
      return make(value as JsonObject, state);
    };
  }
  const convert = makeConverter(type.list, `${place}[]`, options);
  return (value, state) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) return markBad(state, place, 'an array', value);
    const items = new Array<unknown>(value.length);
    for (let i = 0; i < items.length; i++) items[i] = convert(value[i], state);
    return items;
  };
}

function plainMaker(
  fields: readonly TextField[],
  converters: readonly Convert[],
  place: string,
  mayRefuse: boolean,
): RowMaker {
  return (record, state) => {
    const row: Record<string, unknown> = {};
    let known = 0;
    for (let i = 0; i < fields.length; i++) {
      const [name] = fields[i] as TextField;
      const isThere = Object.hasOwn(record, name);
      if (isThere) known++;
      const value = isThere ? (converters[i] as Convert)(record[name], state) : null;
      if (name === '__proto__') {
        Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true });
      } else {
        row[name] = value;
      }
    }
    if (mayRefuse && state.refusesUnknown) refuseUnknown(record, known, fields, place, state);
    return row;
  };
}

/** Values of these types are right as they are: no function is called for them. */
const CHECKS: Readonly<Record<string, (v: string) => string>> = {
  string: (v) => `typeof ${v} === 'string'`,
  boolean: (v) => `typeof ${v} === 'boolean'`,
  double: (v) => `typeof ${v} === 'number'`,
  int32: (v) => `typeof ${v} === 'number' && (${v} | 0) === ${v}`,
};

function generatedMaker(
  fields: readonly TextField[],
  converters: readonly Convert[],
  place: string,
  mayRefuse: boolean,
): RowMaker {
  const b = new SourceBuilder();
  const refuse = b.bind('refuse', (record: JsonObject, known: number, state: RecordState) =>
    refuseUnknown(record, known, fields, place, state),
  );
  const hasOwn = b.bind('hasOwn', Object.hasOwn);
  b.block('return function makeRow(record, state)', () => {
    b.line('let known = 0;');
    const values = fields.map(([name, type], i) => {
      const key = quoteKey(name);
      const value = b.fresh('v');
      // Every object has these, whatever the record says.
      const isInherited = name in Object.prototype;
      b.line(
        `let ${value} = ${isInherited ? `${hasOwn}(record, ${key}) ? record[${key}] : undefined` : `record[${key}]`};`,
      );
      b.line(`if (${value} === undefined) ${value} = null;`);
      b.block('else', () => {
        b.line('known++;');
        const check = typeof type === 'string' && Object.hasOwn(CHECKS, type) ? CHECKS[type]?.(value) : undefined;
        const convert = `${value} = ${b.bind('convert', converters[i])}(${value}, state);`;
        b.line(check === undefined ? convert : `if (!(${check})) ${convert}`);
      });
      return `${key}: ${value}`;
    });
    if (mayRefuse) b.line(`if (state.refusesUnknown) ${refuse}(record, known, state);`);
    b.line(`return { ${values.join(', ')} };`);
  });
  return b.compile<RowMaker>('make-json-row');
}

function refuseUnknown(
  record: JsonObject,
  known: number,
  fields: readonly TextField[],
  place: string,
  state: RecordState,
): void {
  let count = 0;
  // Parsed JSON has no properties but its own.
  for (const _ in record) count++;
  if (count === known) return;
  const names = new Set(fields.map(([name]) => name));
  const unknown = Object.keys(record).find((name) => !names.has(name));
  if (unknown !== undefined) {
    markBad(state, place === '' ? unknown : `${place}.${unknown}`, 'no field of the schema', record[unknown]);
  }
}
