/**
 * Writes any value a record may hold, with a closed set of tags (FORMAT.md).
 *
 * A record is what its own enumerable string-keyed properties hold, as for `structuredClone`: symbol keys and
 * non-enumerable properties are left out, accessors are read (which runs the user's code) and stored as what they
 * gave. Objects seen twice are written twice. The keys of plain objects are written once per writer: a reader must
 * read the same values from the start.
 */
import { types } from 'node:util';
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { isPlainArray } from './infer-columns.ts';
import { MAX_VALUE_DEPTH } from './limits.ts';
import { findClassOf, noteClassUse, type RegisteredClass } from './record-class.ts';
import { NEW_SHAPE, NO_SHAPE, ShapeTable } from './shape-table.ts';
import { formatValuePath } from './value-path.ts';
import * as tag from './value-tags.ts';

/** From this depth on, ancestors are compared with each container: before it a cycle costs a few copies. */
const CYCLE_CHECK_DEPTH = 8;

const REMEDY_CLASS = 'make it a plain object, or register its class with registerRecordClass';

export class ValueWriter {
  readonly #out: ByteWriter;
  readonly #rootName: string;
  readonly #shapes = new ShapeTable();
  readonly #classes = new Map<RegisteredClass, number>();
  /** Per depth: the container being written and the key in it. Only errors and the cycle check read them. */
  readonly #containers: unknown[] = [];
  readonly #keys: (string | number)[] = [];

  /** `rootName` is what errors call the value written: where it is in its record. */
  constructor(out: ByteWriter, rootName = 'record') {
    this.#out = out;
    this.#rootName = rootName;
  }

  /**
   * Appends one record. Raises `VALUE_NOT_SERIALIZABLE`, naming the path inside the record, for functions, symbols,
   * promises, instances of unregistered classes, cycles and nesting over 1,000; what was appended is then unusable.
   */
  write(record: unknown): void {
    this.#value(record, 0);
  }

  #value(value: unknown, depth: number): void {
    const out = this.#out;
    switch (typeof value) {
      case 'number':
        if ((value | 0) === value && (value !== 0 || !Object.is(value, -0))) {
          if (value >= 0 && value < 128) out.u8(tag.TAG_SMALL_INT + value);
          else {
            out.u8(tag.TAG_INT);
            out.zigzag(value);
          }
        } else {
          out.u8(tag.TAG_DOUBLE);
          out.f64(Number.isNaN(value) ? Number.NaN : value);
        }
        return;
      case 'string':
        out.u8(tag.TAG_STRING);
        out.string(value);
        return;
      case 'boolean':
        out.u8(value ? tag.TAG_TRUE : tag.TAG_FALSE);
        return;
      case 'undefined':
        out.u8(tag.TAG_UNDEFINED);
        return;
      case 'bigint':
        this.#bigint(value);
        return;
      case 'object':
        if (value === null) out.u8(tag.TAG_NULL);
        else this.#object(value, depth);
        return;
      default:
        throw this.#refused(value, depth, 'store what it gives, not the function or symbol itself');
    }
  }

  #bigint(value: bigint): void {
    const out = this.#out;
    if (BigInt.asIntN(64, value) === value) {
      out.u8(tag.TAG_BIGINT_64);
      out.u64(BigInt.asUintN(64, value));
      return;
    }
    const hex = (value < 0n ? -value : value).toString(16);
    out.u8(tag.TAG_BIGINT);
    out.u8(value < 0n ? 1 : 0);
    const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    out.varint(bytes.length);
    out.raw(bytes);
  }

  #object(value: object, depth: number): void {
    const prototype: object | null = Object.getPrototypeOf(value);
    this.#enter(value, depth);
    if (prototype === Object.prototype || prototype === null) {
      this.#plain(value as Record<string, unknown>, prototype === null, depth);
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      this.#array(value, depth);
    } else if (!this.#builtin(value, prototype, depth)) {
      const registered = findClassOf(prototype);
      if (registered === undefined) throw this.#unknownObject(value, depth);
      this.#instance(value, registered, depth);
    }
  }

  #enter(value: object, depth: number): void {
    if (depth >= MAX_VALUE_DEPTH) {
      throw this.#refused(value, depth, 'flatten it', `nested deeper than ${MAX_VALUE_DEPTH} levels`);
    }
    const containers = this.#containers;
    if (depth >= CYCLE_CHECK_DEPTH) {
      for (let i = 0; i < depth; i++) {
        if (containers[i] !== value) continue;
        throw this.#refused(value, depth, 'store an id in place of the reference', 'part of itself (a cycle)');
      }
    }
    containers[depth] = value;
  }

  #plain(value: Record<string, unknown>, isNull: boolean, depth: number): void {
    const out = this.#out;
    const names = Object.keys(value);
    const keys = this.#keys;
    const shape = names.length > tag.MAX_SHAPE_KEYS ? NO_SHAPE : this.#shapes.find(names);
    if (shape === NO_SHAPE) {
      out.u8(isNull ? tag.TAG_INLINE_NULL_OBJECT : tag.TAG_INLINE_OBJECT);
      this.#pairs(value, names, depth);
      return;
    }
    out.u8(isNull ? tag.TAG_NULL_OBJECT : tag.TAG_OBJECT);
    if (shape === NEW_SHAPE) {
      out.varint(0);
      out.varint(names.length);
      for (const name of names) out.string(name);
    } else {
      out.varint(shape + 1);
    }
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      keys[depth] = name;
      this.#value(value[name], depth + 1);
    }
  }

  #pairs(value: object, names: readonly string[], depth: number): void {
    this.#out.varint(names.length);
    for (const name of names) {
      this.#out.string(name);
      this.#keys[depth] = name;
      this.#value((value as Record<string, unknown>)[name], depth + 1);
    }
  }

  #array(value: readonly unknown[], depth: number): void {
    const out = this.#out;
    // Own keys are the indexes in order, then names: all indexes are there, and nothing else, exactly when as many
    // keys as items end in the last index.
    if (!isPlainArray(value)) {
      const names = Object.keys(value);
      const indexCount = countIndexes(names);
      if (indexCount < names.length) this.#properties(value, names.slice(indexCount), depth);
      if (indexCount < value.length) {
        this.#sparse(value, names, indexCount, depth);
        return;
      }
    }
    out.u8(tag.TAG_ARRAY);
    out.varint(value.length);
    for (let i = 0; i < value.length; i++) {
      this.#keys[depth] = i;
      this.#value(value[i], depth + 1);
    }
  }

  #sparse(value: readonly unknown[], names: readonly string[], indexCount: number, depth: number): void {
    const out = this.#out;
    out.u8(tag.TAG_SPARSE_ARRAY);
    out.u32(value.length);
    out.varint(indexCount);
    for (let i = 0; i < indexCount; i++) {
      const index = Number(names[i]);
      out.varint(index);
      this.#keys[depth] = index;
      this.#value(value[index], depth + 1);
    }
  }

  #properties(value: object, names: readonly string[], depth: number): void {
    this.#out.u8(tag.TAG_WITH_PROPERTIES);
    this.#pairs(value, names, depth);
  }

  /** Writes what is built into JavaScript and Node; false for anything else. */
  #builtin(value: object, prototype: object, depth: number): boolean {
    const out = this.#out;
    if (types.isProxy(value)) return false;
    if (prototype === Date.prototype && types.isDate(value)) {
      this.#ownProperties(value, depth);
      out.u8(tag.TAG_DATE);
      out.f64(value.getTime());
      return true;
    }
    if (prototype === Map.prototype && types.isMap(value)) {
      this.#ownProperties(value, depth);
      this.#map(value, depth);
      return true;
    }
    if (prototype === Set.prototype && types.isSet(value)) {
      this.#ownProperties(value, depth);
      out.u8(tag.TAG_SET);
      out.varint(value.size);
      let i = 0;
      for (const item of value) {
        this.#keys[depth] = i++;
        this.#value(item, depth + 1);
      }
      return true;
    }
    if (ArrayBuffer.isView(value)) return this.#view(value, prototype);
    if (prototype === ArrayBuffer.prototype && types.isArrayBuffer(value)) {
      out.u8(tag.TAG_ARRAY_BUFFER);
      out.varint(value.byteLength);
      out.raw(new Uint8Array(value));
      return true;
    }
    if (prototype === RegExp.prototype && types.isRegExp(value)) {
      const { lastIndex } = value;
      this.#ownProperties(value, depth);
      out.u8(tag.TAG_REGEXP);
      out.string(value.source);
      out.string(value.flags);
      this.#keys[depth] = 'lastIndex';
      this.#value(lastIndex, depth + 1);
      return true;
    }
    if (prototype === URL.prototype && value instanceof URL) {
      out.u8(tag.TAG_URL);
      out.string(value.href);
      return true;
    }
    return this.#error(value, prototype, depth);
  }

  #ownProperties(value: object, depth: number): void {
    const names = Object.keys(value);
    if (names.length > 0) this.#properties(value, names, depth);
  }

  #map(value: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.#out.u8(tag.TAG_MAP);
    this.#out.varint(value.size);
    let i = 0;
    for (const [key, item] of value) {
      this.#keys[depth] = i++;
      this.#value(key, depth + 1);
      this.#keys[depth] = i++;
      this.#value(item, depth + 1);
    }
  }

  #view(value: ArrayBufferView, prototype: object): boolean {
    const out = this.#out;
    if (prototype === Buffer.prototype) out.u8(tag.TAG_BUFFER);
    else if (prototype === DataView.prototype) out.u8(tag.TAG_DATA_VIEW);
    else {
      const kind = TYPED_PROTOTYPES.indexOf(prototype);
      if (kind < 0) return false;
      out.u8(tag.TAG_TYPED_ARRAY);
      out.u8(kind);
    }
    out.varint(value.byteLength);
    out.raw(value);
    return true;
  }

  #error(value: object, prototype: object, depth: number): boolean {
    const kind = ERROR_PROTOTYPES.indexOf(prototype);
    if (kind < 0 || !types.isNativeError(value)) return false;
    const out = this.#out;
    const source = value as Error & { readonly errors?: unknown };
    const hasMessage = typeof source.message === 'string' && Object.hasOwn(value, 'message');
    const hasStack = typeof source.stack === 'string';
    const hasCause = Object.hasOwn(value, 'cause');
    const hasErrors = Object.hasOwn(value, 'errors');
    out.u8(tag.TAG_ERROR);
    out.u8(kind);
    out.u8(
      (hasMessage ? tag.ERROR_HAS_MESSAGE : 0) +
        (hasStack ? tag.ERROR_HAS_STACK : 0) +
        (hasCause ? tag.ERROR_HAS_CAUSE : 0) +
        (hasErrors ? tag.ERROR_HAS_ERRORS : 0),
    );
    if (hasMessage) out.string(source.message);
    if (hasStack) out.string(source.stack as string);
    for (const part of ['cause', 'errors'] as const) {
      if (part === 'cause' ? !hasCause : !hasErrors) continue;
      this.#keys[depth] = part;
      this.#value(source[part], depth + 1);
    }
    const names = Object.keys(value).filter((name) => !tag.ERROR_PARTS.includes(name));
    this.#pairs(value, names, depth);
    return true;
  }

  #instance(value: object, registered: RegisteredClass, depth: number): void {
    const out = this.#out;
    const data = registered.toRecord(value);
    out.u8(tag.TAG_CLASS);
    const known = this.#classes.get(registered);
    if (known === undefined) {
      this.#classes.set(registered, this.#classes.size);
      noteClassUse(registered);
      out.varint(0);
      out.string(registered.name);
      out.varint(registered.version);
    } else {
      out.varint(known + 1);
    }
    this.#keys[depth] = 'toRecord()';
    this.#value(data, depth + 1);
  }

  #unknownObject(value: object, depth: number): CairnError {
    if (types.isPromise(value)) return this.#refused(value, depth, 'use mapAsync for async functions', 'a Promise');
    return this.#refused(value, depth, REMEDY_CLASS);
  }

  #refused(value: unknown, depth: number, remedy: string, found = describeValue(value)): CairnError {
    const path = formatValuePath(this.#rootName, this.#containers.slice(0, depth), this.#keys);
    return new CairnError('VALUE_NOT_SERIALIZABLE', { path, found, remedy });
  }
}

const TYPED_PROTOTYPES: readonly object[] = tag.TYPED_ARRAYS.map((maker) => maker.prototype);
const ERROR_PROTOTYPES: readonly object[] = tag.ERRORS.map((maker) => maker.prototype);

/** How many of an array's own keys, which are its indexes in order and then its names, are indexes. */
function countIndexes(names: readonly string[]): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const number = Number(names[middle]);
    if (String(number) === names[middle] && Number.isInteger(number) && number >= 0 && number < 2 ** 32 - 1) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
