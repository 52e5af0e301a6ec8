/**
 * Reads what `ValueWriter` wrote, from bytes that may be anything: every value it makes costs input, nothing is
 * evaluated, and keys such as `__proto__` become own properties.
 */

import { CairnError } from '../../lib/base/errors.ts';
import type { ByteReader } from '../bytes/byte-reader.ts';
import { MAX_VALUE_DEPTH } from './limits.ts';
import { findClassNamed, type RegisteredClass } from './record-class.ts';
import * as tag from './value-tags.ts';

/** Arrays up to this length are allocated at once; longer ones grow, since nested counts could add up to much. */
const ALLOCATE_AT_ONCE = 1024;
const MAX_BIGINT_BYTES = 2 ** 24;

interface Shape {
  readonly names: readonly string[];
  /** A name that plain assignment would not make an own property. */
  readonly isHostile: boolean;
}

export class ValueReader {
  readonly #in: ByteReader;
  readonly #shapes: Shape[] = [];
  readonly #classes: { readonly entry: RegisteredClass; readonly version: number }[] = [];

  constructor(source: ByteReader) {
    this.#in = source;
  }

  /**
   * The next record. Raises `CORRUPT_DATA` for damage and `RECORD_CLASS_UNKNOWN` for an instance of a class that is
   * not registered in this thread; an error of a class's `fromRecord` passes unchanged.
   */
  read(): unknown {
    return this.#value(0);
  }

  #value(depth: number): unknown {
    const source = this.#in;
    const code = source.u8();
    if (code >= tag.TAG_SMALL_INT) return code - tag.TAG_SMALL_INT;
    switch (code) {
      case tag.TAG_NULL:
        return null;
      case tag.TAG_UNDEFINED:
        return undefined;
      case tag.TAG_FALSE:
        return false;
      case tag.TAG_TRUE:
        return true;
      case tag.TAG_INT:
        return source.zigzag();
      case tag.TAG_DOUBLE:
        return source.f64();
      case tag.TAG_STRING:
        return source.string();
      case tag.TAG_BIGINT_64:
        return BigInt.asIntN(64, source.u64());
      case tag.TAG_BIGINT:
        return this.#bigint();
      case tag.TAG_DATE:
        return new Date(source.f64());
      case tag.TAG_URL:
        return this.#url();
      case tag.TAG_TYPED_ARRAY:
        return this.#typedArray();
      case tag.TAG_ARRAY_BUFFER:
        return this.#copy().buffer;
      case tag.TAG_BUFFER: {
        const bytes = this.#copy();
        return Buffer.from(bytes.buffer, 0, bytes.length);
      }
      case tag.TAG_DATA_VIEW:
        return new DataView(this.#copy().buffer);
    }
    if (depth >= MAX_VALUE_DEPTH) {
      throw source.corrupt(`nesting of at most ${MAX_VALUE_DEPTH} levels`, 'deeper nesting', source.offset - 1);
    }
    return this.#container(code, depth + 1);
  }

  #container(code: number, depth: number): unknown {
    const source = this.#in;
    switch (code) {
      case tag.TAG_ARRAY:
        return this.#array(depth);
      case tag.TAG_SPARSE_ARRAY:
        return this.#sparse(depth);
      case tag.TAG_OBJECT:
        return this.#fields({}, depth);
      case tag.TAG_NULL_OBJECT:
        return this.#fields(Object.create(null) as Record<string, unknown>, depth);
      case tag.TAG_INLINE_OBJECT:
        return this.#pairs({}, depth);
      case tag.TAG_INLINE_NULL_OBJECT:
        return this.#pairs(Object.create(null) as object, depth);
      case tag.TAG_MAP: {
        const map = new Map<unknown, unknown>();
        const count = source.count(2, 'map entries');
        for (let i = 0; i < count; i++) {
          const key = this.#value(depth);
          map.set(key, this.#value(depth));
        }
        return map;
      }
      case tag.TAG_SET: {
        const set = new Set<unknown>();
        const count = source.count(1, 'set items');
        for (let i = 0; i < count; i++) set.add(this.#value(depth));
        return set;
      }
      case tag.TAG_CLASS:
        return this.#instance(depth);
      case tag.TAG_REGEXP:
        return this.#regexp(depth);
      case tag.TAG_ERROR:
        return this.#error(depth);
      case tag.TAG_WITH_PROPERTIES: {
        const properties: object = this.#pairs({}, depth);
        const start = source.offset;
        const value = this.#value(depth);
        if (typeof value !== 'object' || value === null) throw source.corrupt('an object', 'another value', start);
        return Object.defineProperties(value, Object.getOwnPropertyDescriptors(properties));
      }
      default:
        throw source.corrupt('a value tag', code, source.offset - 1);
    }
  }

  #array(depth: number): unknown[] {
    const count = this.#in.count(1, 'array items');
    const items: unknown[] = count <= ALLOCATE_AT_ONCE ? new Array(count) : [];
    for (let i = 0; i < count; i++) items[i] = this.#value(depth);
    return items;
  }

  #sparse(depth: number): unknown[] {
    const source = this.#in;
    const length = source.u32();
    const count = source.count(2, 'array items');
    const items: unknown[] = [];
    if (length > 4096 + 8 * count) {
      // An index this far out makes V8 hold the array as a table, so that its length costs nothing.
      items[2 ** 32 - 2] = undefined;
    }
    items.length = length;
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const start = source.offset;
      const index = source.varint();
      if (index <= previous || index >= length) throw source.corrupt('rising indexes below the length', index, start);
      previous = index;
      items[index] = this.#value(depth);
    }
    return items;
  }

  #fields(target: Record<string, unknown>, depth: number): object {
    const source = this.#in;
    const start = source.offset;
    const reference = source.varint();
    const shape = reference === 0 ? this.#newShape() : this.#shapes[reference - 1];
    if (shape === undefined) throw source.corrupt(`a shape below ${this.#shapes.length}`, reference - 1, start);
    const { names } = shape;
    if (names.length > source.remaining)
      throw source.corrupt(`${names.length} values`, `${source.remaining} bytes left`);
    if (shape.isHostile) for (const name of names) define(target, name, this.#value(depth));
    else for (let i = 0; i < names.length; i++) target[names[i] as string] = this.#value(depth);
    return target;
  }

  #newShape(): Shape {
    const source = this.#in;
    const start = source.offset;
    const count = source.count(1, 'keys');
    if (count > tag.MAX_SHAPE_KEYS) throw source.corrupt(`at most ${tag.MAX_SHAPE_KEYS} keys`, count, start);
    if (this.#shapes.length >= tag.MAX_SHAPES) {
      throw source.corrupt(`at most ${tag.MAX_SHAPES} shapes`, 'one more', start);
    }
    const names: string[] = [];
    for (let i = 0; i < count; i++) names.push(source.string());
    const shape: Shape = { names, isHostile: names.includes('__proto__') };
    this.#shapes.push(shape);
    return shape;
  }

  #pairs(target: object, depth: number): object {
    const count = this.#in.count(2, 'properties');
    for (let i = 0; i < count; i++) {
      const name = this.#in.string();
      define(target, name, this.#value(depth));
    }
    return target;
  }

  #instance(depth: number): unknown {
    const source = this.#in;
    const start = source.offset;
    const reference = source.varint();
    if (reference === 0) {
      const name = source.string();
      const version = source.varint();
      const entry = findClassNamed(name);
      if (entry === undefined) throw new CairnError('RECORD_CLASS_UNKNOWN', { name, version });
      this.#classes.push({ entry, version });
    }
    const used = reference === 0 ? this.#classes.at(-1) : this.#classes[reference - 1];
    if (used === undefined) throw source.corrupt(`a class below ${this.#classes.length}`, reference - 1, start);
    return used.entry.fromRecord(this.#value(depth), used.version);
  }

  #regexp(depth: number): RegExp {
    const start = this.#in.offset;
    const pattern = this.#in.string();
    const flags = this.#in.string();
    const lastIndex = this.#value(depth);
    try {
      const made = new RegExp(pattern, flags);
      made.lastIndex = typeof lastIndex === 'number' ? lastIndex : 0;
      return made;
    } catch (error) {
      if (error instanceof SyntaxError) throw this.#in.corrupt('a regular expression', 'an invalid one', start);
      throw error;
    }
  }

  #error(depth: number): Error {
    const source = this.#in;
    const start = source.offset;
    const maker = tag.ERRORS[source.u8()];
    if (maker === undefined) throw source.corrupt('a kind of error', 'another number', start);
    const parts = source.u8();
    const error: Error = maker === AggregateError ? new AggregateError([]) : new (maker as ErrorConstructor)();
    Reflect.deleteProperty(error, 'errors');
    if ((parts & tag.ERROR_HAS_MESSAGE) !== 0) hide(error, 'message', source.string());
    hide(error, 'stack', (parts & tag.ERROR_HAS_STACK) !== 0 ? source.string() : undefined);
    if ((parts & tag.ERROR_HAS_CAUSE) !== 0) hide(error, 'cause', this.#value(depth));
    if ((parts & tag.ERROR_HAS_ERRORS) !== 0) hide(error, 'errors', this.#value(depth));
    this.#pairs(error, depth);
    return error;
  }

  #bigint(): bigint {
    const source = this.#in;
    const isNegative = source.u8() !== 0;
    const start = source.offset;
    const byteLength = source.count(1, 'bytes of a bigint');
    if (byteLength === 0 || byteLength > MAX_BIGINT_BYTES) {
      throw source.corrupt(`1 to ${MAX_BIGINT_BYTES} bytes of a bigint`, byteLength, start);
    }
    const bytes = source.raw(byteLength);
    const size = BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
    return isNegative ? -size : size;
  }

  #url(): URL {
    const start = this.#in.offset;
    const href = this.#in.string();
    try {
      // Not URL.canParse: on Node 20 it takes some text that the constructor refuses.
      return new URL(href);
    } catch (error) {
      if (error instanceof TypeError) throw this.#in.corrupt('a URL', 'other text', start);
      throw error;
    }
  }

  #typedArray(): tag.TypedArray {
    const source = this.#in;
    const start = source.offset;
    const maker = tag.TYPED_ARRAYS[source.u8()];
    if (maker === undefined) throw source.corrupt('a kind of typed array', 'another number', start);
    const bytes = this.#copy();
    if (bytes.length % maker.BYTES_PER_ELEMENT !== 0) {
      throw source.corrupt(`a multiple of ${maker.BYTES_PER_ELEMENT} bytes`, bytes.length, start);
    }
    return new maker(bytes.buffer);
  }

  #copy(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#in.raw(this.#in.count(1, 'bytes')));
  }
}

/** Sets an own property whatever its name: assignment would treat `__proto__` as the prototype. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function hide(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}
