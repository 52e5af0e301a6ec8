import { CairnError } from '../../lib/base/errors.ts';
import { type DataType, type Field, field, type TimeUnit } from './data-type.ts';

/** Types without parameters, and short names for those that mostly have the same ones. */
const PLAIN: Readonly<Record<string, DataType>> = {
  null: { kind: 'null' },
  boolean: { kind: 'boolean' },
  int8: { kind: 'int', bits: 8, signed: true },
  int16: { kind: 'int', bits: 16, signed: true },
  int32: { kind: 'int', bits: 32, signed: true },
  int64: { kind: 'int', bits: 64, signed: true },
  uint8: { kind: 'int', bits: 8, signed: false },
  uint16: { kind: 'int', bits: 16, signed: false },
  uint32: { kind: 'int', bits: 32, signed: false },
  uint64: { kind: 'int', bits: 64, signed: false },
  bigint: { kind: 'int', bits: 64, signed: true },
  float16: { kind: 'float', bits: 16 },
  float32: { kind: 'float', bits: 32 },
  float64: { kind: 'float', bits: 64 },
  float: { kind: 'float', bits: 32 },
  double: { kind: 'float', bits: 64 },
  string: { kind: 'string' },
  binary: { kind: 'binary', byteLength: undefined },
  uuid: { kind: 'uuid' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp', unit: 'millis', withZone: true },
};

const MAX_DEPTH = 100;
const MAX_PRECISION = 76;

/**
 * The type that a text says, in the form that `formatType` gives: `int64`, `decimal(9,2)`, `timestamp(micros, zone)`,
 * `list<string not null>`, `map<string, int32>`, `struct<a: int32, b: list<date>>`. Short names are `double`, `float`,
 * `bigint` and `timestamp`, the last one in milliseconds with a zone. Raises `TYPE_UNKNOWN`.
 */
export function parseType(text: string): DataType {
  const parser = new TypeParser(text);
  const type = parser.type(0);
  parser.end();
  return type;
}

/** The column of a name: its type, and ` not null` after it where a value is always there. Raises `TYPE_UNKNOWN`. */
export function parseField(name: string, text: string): Field {
  const parser = new TypeParser(text);
  const parsed = parser.nullable(name, 0);
  parser.end();
  return parsed;
}

class TypeParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  type(depth: number): DataType {
    if (depth > MAX_DEPTH) throw this.#wrong(`nesting of over ${MAX_DEPTH} types`);
    const name = this.#word();
    switch (name) {
      case 'decimal': {
        const [precision, scale] = this.#arguments(2, 2).map(Number) as [number, number];
        const isSound = precision >= 1 && precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
        if (!isSound) throw this.#wrong('a precision of 1 to 76 and a scale of no more');
        return { kind: 'decimal', precision, scale };
      }
      case 'binary': {
        const [length] = this.#arguments(0, 1);
        if (length === undefined) return PLAIN.binary as DataType;
        if (!/^[1-9]\d{0,8}$/.test(length)) throw this.#wrong('a length in bytes');
        return { kind: 'binary', byteLength: Number(length) };
      }
      case 'time': {
        const [unit] = this.#arguments(1, 1);
        return { kind: 'time', unit: this.#unit(unit) };
      }
      case 'timestamp': {
        const [unit, zone] = this.#arguments(0, 2);
        if (unit === undefined) return PLAIN.timestamp as DataType;
        if (zone !== undefined && zone !== 'zone') throw this.#wrong("'zone', or nothing");
        return { kind: 'timestamp', unit: this.#unit(unit), withZone: zone === 'zone' };
      }
      case 'list': {
        this.#expect('<');
        const element = this.nullable('element', depth + 1);
        this.#expect('>');
        return { kind: 'list', element };
      }
      case 'map': {
        this.#expect('<');
        const key = field('key', this.type(depth + 1), false);
        this.#expect(',');
        const value = this.nullable('value', depth + 1);
        this.#expect('>');
        return { kind: 'map', key, value };
      }
      case 'struct':
        return { kind: 'struct', fields: this.#fields(depth + 1) };
      default: {
        const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
        if (plain === undefined) throw this.#wrong('a type');
        return plain;
      }
    }
  }

  nullable(name: string, depth: number): Field {
    const type = this.type(depth);
    const found = /^\s*not\s+null\b/.exec(this.#text.slice(this.#at));
    this.#at += found?.[0].length ?? 0;
    return field(name, type, found === null);
  }

  end(): void {
    this.#spaces();
    if (this.#at < this.#text.length) throw this.#wrong('nothing more');
  }

  #fields(depth: number): readonly Field[] {
    const fields: Field[] = [];
    this.#expect('<');
    do {
      this.#spaces();
      const name = /^[^:<>,]+/.exec(this.#text.slice(this.#at))?.[0];
      if (name === undefined) throw this.#wrong('the name of a field');
      this.#at += name.length;
      this.#expect(':');
      fields.push(this.nullable(name.trim(), depth));
    } while (this.#accept(','));
    this.#expect('>');
    return fields;
  }

  /** Words in parentheses; none where there are no parentheses. */
  #arguments(least: number, most: number): readonly string[] {
    const found: string[] = [];
    if (this.#accept('(')) {
      do found.push(this.#word());
      while (this.#accept(','));
      this.#expect(')');
    }
    if (found.length < least || found.length > most) throw this.#wrong(`${least} to ${most} parameters`);
    return found;
  }

  #unit(text: string | undefined): TimeUnit {
    if (text === 'millis' || text === 'micros' || text === 'nanos') return text;
    throw this.#wrong("'millis', 'micros' or 'nanos'");
  }

  #word(): string {
    this.#spaces();
    const word = /^\w+/.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) throw this.#wrong('a word');
    this.#at += word.length;
    return word;
  }

  #spaces(): void {
    while (this.#text[this.#at] === ' ') this.#at++;
  }

  #accept(character: string): boolean {
    this.#spaces();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) throw this.#wrong(`'${character}'`);
  }

  #wrong(expected: string): CairnError {
    return new CairnError('TYPE_UNKNOWN', { text: this.#text, expected, offset: this.#at });
  }
}
