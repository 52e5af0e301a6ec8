/**
 * Reads Thrift's compact protocol, in which Parquet has its footer, page headers and indexes, from bytes that may be
 * anything. Pull style: the caller asks for fields and reads or skips each, so that nothing is built that nobody
 * wants, and no name from the file becomes a key.
 *
 *     reader.beginStruct();
 *     for (let id = reader.nextField(); id !== 0; id = reader.nextField()) {
 *       if (id === 1) size = reader.int();
 *       else reader.skip();
 *     }
 *
 * Lengths are compared with what remains, lists with a byte an element, and structs nest 64 deep at most: damage is
 * `PARQUET_CORRUPT` with its offset in the file.
 */
import type { CairnError } from '../../lib/base/errors.ts';
import { damaged, type FilePlace } from './damage.ts';

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;

const MAX_DEPTH = 64;

export class ThriftReader {
  readonly #bytes: Uint8Array;
  readonly #buffer: Buffer;
  readonly #origin: number;
  readonly #where: FilePlace;
  #at: number;
  readonly #end: number;
  /** The id of the last field of each open struct. */
  readonly #ids: number[] = [];
  #type = 0;

  /** Reads `bytes` from `at` to `end`; `origin` is where byte 0 of them lies in the file. */
  constructor(bytes: Uint8Array, where: FilePlace, origin: number, at = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
    this.#origin = origin;
    this.#at = at;
    this.#end = end;
  }

  /** Where the next byte is read, in the bytes given. */
  get offset(): number {
    return this.#at;
  }

  corrupt(expected: string, found: string | number, offset = this.#at): CairnError {
    return damaged(this.#where, this.#origin + offset, expected, found);
  }

  beginStruct(): void {
    if (this.#ids.length >= MAX_DEPTH) throw this.corrupt(`at most ${MAX_DEPTH} nested structs`, 'more');
    this.#ids.push(0);
  }

  /** The id of the next field of the innermost struct; 0 at its end, which closes it. Read or skip the field next. */
  nextField(): number {
    const head = this.#byte();
    const depth = this.#ids.length - 1;
    if (head === 0) {
      this.#ids.pop();
      return 0;
    }
    this.#type = head & 15;
    const delta = head >> 4;
    const id = delta === 0 ? this.#zigzag() : (this.#ids[depth] as number) + delta;
    if (id <= 0 || id > 0x7fff) throw this.corrupt('a field id', id);
    this.#ids[depth] = id;
    return id;
  }

  /** Whether the field whose id came last is an integer. */
  get isInteger(): boolean {
    return this.#type >= BYTE && this.#type <= I64;
  }

  /** An integer field of any width; below 2^53 in magnitude. */
  int(): number {
    if (this.#type === BYTE) return (this.#byte() << 24) >> 24;
    if (this.#type < I16 || this.#type > I64) throw this.#mismatch('an integer');
    return this.#zigzag();
  }

  /** An integer field that counts something or says where something is: not negative. */
  count(what = 'a count'): number {
    const start = this.#at;
    const value = this.int();
    if (value < 0) throw this.corrupt(what, value, start);
    return value;
  }

  boolean(): boolean {
    if (this.#type !== TRUE && this.#type !== FALSE) throw this.#mismatch('a boolean');
    return this.#type === TRUE;
  }

  /** A view of the bytes read. */
  binary(): Uint8Array {
    if (this.#type !== BINARY) throw this.#mismatch('bytes');
    return this.#binary();
  }

  string(): string {
    if (this.#type !== BINARY) throw this.#mismatch('text');
    return this.#string();
  }

  /** Enters a struct field. */
  struct(): void {
    if (this.#type !== STRUCT) throw this.#mismatch('a struct');
    this.beginStruct();
  }

  /** The elements of a list field, each made by `read`, which finds what the list declares as the current type. */
  list<T>(read: (index: number) => T, what = 'elements'): T[] {
    const count = this.#beginList(what);
    const type = this.#type;
    const items: T[] = [];
    for (let i = 0; i < count; i++) {
      this.#type = type;
      items.push(read(i));
    }
    return items;
  }

  /** The elements of a list of booleans. */
  booleans(): boolean[] {
    return this.list(() => {
      if (this.#type !== TRUE && this.#type !== FALSE) throw this.#mismatch('booleans');
      // Elements are a byte each, 1 for true; false is 2 by the specification and 0 with some writers.
      return this.#byte() === 1;
    });
  }

  /** Passes over the field whose id came last. */
  skip(): void {
    this.#skip(this.#type, 0);
  }

  #skip(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw this.corrupt(`at most ${MAX_DEPTH} levels`, 'more');
    switch (type) {
      case TRUE:
      case FALSE:
        return;
      case BYTE:
        this.#byte();
        return;
      case I16:
      case 5:
      case I64:
        for (let left = 10; this.#byte() > 127; ) if (--left === 0) throw this.corrupt('a varint', 'a longer one');
        return;
      case DOUBLE:
        this.#advance(8);
        return;
      case BINARY:
        this.#advance(this.#varint());
        return;
      case LIST:
      case SET: {
        this.#type = type;
        const count = this.#beginList('elements');
        const element = this.#type;
        for (let i = 0; i < count; i++) {
          if (element <= FALSE) this.#byte();
          else this.#skip(element, depth + 1);
        }
        return;
      }
      case MAP: {
        const count = this.#varint();
        if (count === 0) return;
        if (count > this.#end - this.#at) throw this.corrupt('entries that fit', count);
        const types = this.#byte();
        for (let i = 0; i < count; i++) {
          for (const each of [types >> 4, types & 15]) {
            if (each <= FALSE) this.#byte();
            else this.#skip(each, depth + 1);
          }
        }
        return;
      }
      case STRUCT:
        this.beginStruct();
        while (this.nextField() !== 0) this.#skip(this.#type, depth + 1);
        return;
      default:
        throw this.corrupt('a type of Thrift', type);
    }
  }

  #beginList(what: string): number {
    if (this.#type !== LIST && this.#type !== SET) throw this.#mismatch('a list');
    const start = this.#at;
    const head = this.#byte();
    const count = head >> 4 === 15 ? this.#varint() : head >> 4;
    if (count > this.#end - this.#at) throw this.corrupt(`${what} that fit`, count, start);
    this.#type = head & 15;
    return count;
  }

  #mismatch(expected: string): CairnError {
    return this.corrupt(expected, `a field of type ${this.#type}`);
  }

  #byte(): number {
    if (this.#at >= this.#end) throw this.corrupt('a byte', 'the end');
    return this.#bytes[this.#at++] as number;
  }

  #advance(count: number): void {
    if (count > this.#end - this.#at) throw this.corrupt(`${count} bytes`, `${this.#end - this.#at} left`);
    this.#at += count;
  }

  #binary(): Uint8Array {
    const count = this.#varint();
    const start = this.#at;
    this.#advance(count);
    return this.#bytes.subarray(start, this.#at);
  }

  #string(): string {
    const count = this.#varint();
    const start = this.#at;
    this.#advance(count);
    return this.#buffer.toString('utf8', start, this.#at);
  }

  #varint(): number {
    const first = this.#byte();
    if (first < 128) return first;
    const start = this.#at - 1;
    let value = first & 127;
    let scale = 128;
    for (;;) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
      if (scale > 2 ** 63) throw this.corrupt('a varint of at most ten bytes', 'a longer one', start);
    }
    // Zigzag doubles magnitudes: 2^53 is then the largest that comes out exact.
    if (value > 2 ** 53) throw this.corrupt('a number below 2^53', value, start);
    return value;
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
