/**
 * Records as JSON that tells every value apart (docs/checkpoints.md). What JSON has is written as it is; anything else is
 * an object with one key that begins with `$`, and a record that looks like one is escaped by `$object`.
 *
 * The text is put together here rather than by `JSON.stringify`, which would call the `toJSON` of records, drop
 * what it does not know, and need an object for every step: keys such as `__proto__` are only text here.
 */
import { isProxy } from 'node:util/types';
import { findClassOf } from '../../formats/record/record-class.ts';
import { CairnError, describeValue } from '../base/errors.ts';

/** An instance of a class that this program does not have, as the class's `toRecord` wrote it. */
export class UnknownInstance {
  readonly name: string;
  readonly version: number;
  readonly data: unknown;

  constructor(name: string, version: number, data: unknown) {
    this.name = name;
    this.version = version;
    this.data = data;
  }
}

/** One line of JSON without its line feed. Raises INTERNAL for what no stored record holds. */
export function toJsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (Object.is(value, -0)) return tagged('number', '"-0"');
      return Number.isFinite(value) ? String(value) : tagged('number', `"${value}"`);
    case 'bigint':
      return tagged('bigint', `"${value}"`);
    case 'undefined':
      return tagged('undefined', 'true');
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      throw refused(value);
  }
}

function objectText(value: object): string {
  if (isProxy(value)) throw refused(value);
  if (Array.isArray(value)) return arrayText(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return plainText(value);
  if (value instanceof UnknownInstance) return instanceText(value.name, value.version, value.data);
  if (value instanceof Date) {
    const at = Number.isNaN(value.getTime()) ? 'null' : `"${value.toISOString()}"`;
    return withProperties(value, tagged('date', at));
  }
  if (value instanceof Map) return withProperties(value, tagged('map', listText(value, pairText)));
  if (value instanceof Set) return withProperties(value, tagged('set', listText(value, toJsonText)));
  if (value instanceof RegExp) {
    const source = JSON.stringify(value.source);
    return withProperties(value, tagged('regexp', `{"source":${source},"flags":"${value.flags}"}`));
  }
  if (value instanceof URL) return tagged('url', JSON.stringify(value.href));
  if (value instanceof Error) return errorText(value);
  if (ArrayBuffer.isView(value)) {
    return bytesText(value.constructor.name, value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer) return bytesText('ArrayBuffer', value, 0, value.byteLength);
  const registered = findClassOf(prototype as object);
  if (registered === undefined) throw refused(value);
  return instanceText(registered.name, registered.version, registered.toRecord(value));
}

function instanceText(name: string, version: number, data: unknown): string {
  return tagged('class', `{"name":${JSON.stringify(name)},"version":${version},"data":${toJsonText(data)}}`);
}

function plainText(value: object): string {
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0].startsWith('$')) return tagged('object', fieldsText(entries));
  return fieldsText(entries);
}

function fieldsText(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${toJsonText(item)}`).join(',')}}`;
}

function listText<T>(items: Iterable<T>, textOf: (item: T) => string): string {
  return `[${Array.from(items, textOf).join(',')}]`;
}

function pairText([key, value]: readonly [unknown, unknown]): string {
  return `[${toJsonText(key)},${toJsonText(value)}]`;
}

/** An array with holes gives its items with their places: its length says nothing of what is in it. */
function arrayText(array: readonly unknown[]): string {
  const keys = Object.keys(array);
  // Indexes come first, in order, so that names are what follows the last of them.
  const names = keys.slice(keys.findLastIndex(isIndex) + 1);
  const indexes = keys.slice(0, keys.length - names.length).map(Number);
  const text =
    indexes.length === array.length
      ? listText(array, toJsonText)
      : tagged(
          'sparse',
          `{"length":${array.length},"items":${listText(indexes, (i) => `[${i},${toJsonText(array[i])}]`)}}`,
        );
  return withNames(
    text,
    names.map((name) => [name, Reflect.get(array, name)] as const),
  );
}

function isIndex(key: string): boolean {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < 2 ** 32 - 1 && String(index) === key;
}

/** Built-in objects may have properties beside what they hold; most have none. */
function withProperties(value: object, text: string): string {
  return withNames(text, Object.entries(value));
}

function withNames(text: string, own: readonly (readonly [string, unknown])[]): string {
  return own.length === 0 ? text : tagged('with', `{"value":${text},"properties":${fieldsText(own)}}`);
}

function errorText(error: Error): string {
  const fields: [string, unknown][] = [
    ['name', error.name],
    ['message', error.message],
    ['stack', error.stack],
  ];
  if ('cause' in error) fields.push(['cause', error.cause]);
  const own = Object.entries(error).filter(([key]) => !['name', 'message', 'stack', 'cause'].includes(key));
  const texts = fieldsText(fields).slice(0, -1);
  return tagged('error', own.length === 0 ? `${texts}}` : `${texts},"properties":${fieldsText(own)}}`);
}

function bytesText(type: string, buffer: ArrayBufferLike, from: number, length: number): string {
  const base64 = Buffer.from(buffer, from, length).toString('base64');
  return tagged('bytes', `{"type":"${type}","base64":"${base64}"}`);
}

function tagged(tag: string, text: string): string {
  return `{"$${tag}":${text}}`;
}

function refused(value: unknown): CairnError {
  return new CairnError('INTERNAL', { detail: `a stored record holds ${describeValue(value)}` });
}
