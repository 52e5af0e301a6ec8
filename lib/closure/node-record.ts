/** The records of a packet's nodes, read: the mirror of the writers. References stay references (`NodeRef`). */
import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import {
  EntityBase,
  FunctionFlag,
  NodeTag,
  PropertyFlag,
  PropertyList,
  PrototypeKind,
  ReferenceKind,
} from './packet.ts';
import type { ShapeTable } from './shape-table.ts';
import { readPortable } from './write-portable.ts';
import { readValue } from './write-value.ts';

/** A reference to a node, where a value is expected. */
export class NodeRef {
  readonly node: number;

  constructor(node: number) {
    this.node = node;
  }
}

export interface PropertyRecord {
  readonly key: unknown;
  readonly isHidden: boolean;
  readonly value?: unknown;
  /** Getter and setter of an accessor. */
  readonly accessor?: readonly [get: unknown, set: unknown];
}

export interface CaptureRecord {
  readonly name: string;
  readonly value: unknown;
}

export interface FunctionRecord {
  readonly form: number;
  readonly flags: number;
  readonly name: string;
  readonly text: string;
  readonly heritage: unknown;
  readonly captures: readonly CaptureRecord[];
  readonly properties: readonly PropertyRecord[];
  readonly prototypeProperties: readonly PropertyRecord[];
  readonly prototypeParent: unknown;
  /** The object that `fn.prototype` was replaced by. */
  readonly prototypeObject: unknown;
  /** What the function itself inherits from, where that is neither its heritage nor `Function.prototype`. */
  readonly parent: unknown;
}

/** What an entity's base was written with. */
export type EntityContent =
  | { readonly base: 'object' | 'array' | 'map' | 'set'; readonly length: number; readonly entries: readonly unknown[] }
  | { readonly base: 'error'; readonly message: unknown }
  | { readonly base: 'date'; readonly ms: number }
  | { readonly base: 'regexp'; readonly source: string; readonly flags: string; readonly lastIndex: number }
  | { readonly base: 'array-buffer'; readonly bytes: Uint8Array; readonly maxLength: number | undefined }
  | { readonly base: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly base: 'view';
      readonly constructorName: string;
      readonly buffer: unknown;
      readonly offset: number;
      readonly length: number;
    }
  | { readonly base: 'boxed'; readonly value: unknown }
  | { readonly base: 'made'; readonly path: string; readonly args: readonly unknown[] }
  | { readonly base: 'attachment'; readonly index: number };

export interface EntityRecord {
  readonly prototypeKind: number;
  readonly prototype: unknown;
  readonly content: EntityContent;
  readonly properties: readonly PropertyRecord[];
}

type NodeAt = (node: number) => unknown;

/** Reads any record, for what it refers to. */
export function readRecord(tag: number, input: ByteReader, shapes: ShapeTable, nodeAt: NodeAt): void {
  const values = (count: number) => {
    for (let i = 0; i < count; i++) readValue(input, nodeAt);
  };
  switch (tag) {
    case NodeTag.PLAIN:
      values(shapes.get(input.varint())?.length ?? 0);
      break;
    case NodeTag.LIST:
      values(input.count());
      break;
    case NodeTag.ENTITY:
      readEntity(input, shapes, nodeAt);
      break;
    case NodeTag.FUNCTION:
      readFunction(input, shapes, nodeAt);
      break;
    case NodeTag.BOUND:
      readBound(input, nodeAt);
      break;
    case NodeTag.TOKEN:
      readToken(input, nodeAt);
      break;
    case NodeTag.NAMESPACE:
      readNamespace(input, nodeAt);
      break;
    case NodeTag.PORTABLE:
      readPortable(input, nodeAt);
      break;
    case NodeTag.HOOKED:
      values(2);
      break;
    default:
  }
}

export function readFunction(input: ByteReader, shapes: ShapeTable, nodeAt: NodeAt): FunctionRecord {
  const form = input.u8();
  const flags = input.u8();
  const name = input.string();
  const text = input.string();
  const heritage = flags & FunctionFlag.HERITAGE ? readValue(input, nodeAt) : undefined;
  const captures = readNamespace(input, nodeAt);
  const properties = readProperties(input, shapes, nodeAt);
  const prototypeProperties = readProperties(input, shapes, nodeAt);
  const prototypeParent = readValue(input, nodeAt);
  const prototypeObject = readValue(input, nodeAt);
  const parent = readValue(input, nodeAt);
  return {
    form,
    flags,
    name,
    text,
    heritage,
    captures,
    properties,
    prototypeProperties,
    prototypeParent,
    prototypeObject,
    parent,
  };
}

/** Names and values: the captures of a function, or the used exports of a module. */
export function readNamespace(input: ByteReader, nodeAt: NodeAt): readonly CaptureRecord[] {
  const count = input.count();
  const found: CaptureRecord[] = [];
  for (let i = 0; i < count; i++) found.push({ name: input.string(), value: readValue(input, nodeAt) });
  return found;
}

export function readBound(
  input: ByteReader,
  nodeAt: NodeAt,
): { readonly target: unknown; readonly thisValue: unknown; readonly args: readonly unknown[] } {
  const target = readValue(input, nodeAt);
  const thisValue = readValue(input, nodeAt);
  return { target, thisValue, args: readValues(input, input.count(), nodeAt) };
}

export function readToken(input: ByteReader, nodeAt: NodeAt): { readonly kind: string; readonly init: unknown } {
  const kind = input.string();
  const init = readValue(input, nodeAt);
  readValue(input, nodeAt);
  return { kind, init };
}

/** A reference to what the worker has or imports. */
export function readReference(input: ByteReader): {
  readonly kind: number;
  readonly name: string;
  readonly names: readonly string[];
} {
  const kind = input.u8();
  const name = input.string();
  if (kind === ReferenceKind.INTRINSIC) return { kind, name, names: [] };
  if (kind === ReferenceKind.BUILTIN) {
    const exported = readValue(input, (node) => new NodeRef(node));
    return { kind, name, names: typeof exported === 'string' ? [exported] : [] };
  }
  const count = input.count();
  return { kind, name, names: Array.from({ length: count }, () => input.string()) };
}

export function readEntity(input: ByteReader, shapes: ShapeTable, nodeAt: NodeAt): EntityRecord {
  const prototypeKind = input.u8();
  const hasPrototype = prototypeKind === PrototypeKind.CLASS || prototypeKind === PrototypeKind.OBJECT;
  const prototype = hasPrototype ? readValue(input, nodeAt) : undefined;
  const content = readContent(input, nodeAt);
  return { prototypeKind, prototype, content, properties: readProperties(input, shapes, nodeAt) };
}

function readContent(input: ByteReader, nodeAt: NodeAt): EntityContent {
  const base = input.u8();
  switch (base) {
    case EntityBase.OBJECT:
      return { base: 'object', length: 0, entries: [] };
    case EntityBase.ARRAY:
      return { base: 'array', length: input.varint(), entries: [] };
    case EntityBase.MAP: {
      const count = input.count(2);
      return { base: 'map', length: count, entries: readValues(input, count * 2, nodeAt) };
    }
    case EntityBase.SET: {
      const count = input.count();
      return { base: 'set', length: count, entries: readValues(input, count, nodeAt) };
    }
    case EntityBase.ERROR:
      return { base: 'error', message: readValue(input, nodeAt) };
    case EntityBase.DATE:
      return { base: 'date', ms: input.f64() };
    case EntityBase.REGEXP: {
      const source = input.string();
      const flags = input.string();
      return { base: 'regexp', source, flags, lastIndex: input.f64() };
    }
    case EntityBase.ARRAY_BUFFER: {
      const length = input.varint();
      const maxLength = input.varint();
      return { base: 'array-buffer', bytes: input.raw(length), maxLength: maxLength === 0 ? undefined : maxLength - 1 };
    }
    case EntityBase.VIEW: {
      const constructorName = input.string();
      const buffer = readValue(input, nodeAt);
      const offset = input.varint();
      return { base: 'view', constructorName, buffer, offset, length: input.varint() - 1 };
    }
    case EntityBase.BYTES:
      return { base: 'bytes', bytes: input.raw(input.varint()) };
    case EntityBase.BOXED:
      return { base: 'boxed', value: readValue(input, nodeAt) };
    case EntityBase.MADE: {
      const path = input.string();
      return { base: 'made', path, args: readValues(input, input.count(), nodeAt) };
    }
    case EntityBase.ATTACHMENT:
      return { base: 'attachment', index: input.varint() };
    default:
      throw input.corrupt('the base of an entity', base, input.offset - 1);
  }
}

function readValues(input: ByteReader, count: number, nodeAt: NodeAt): readonly unknown[] {
  const values: unknown[] = [];
  for (let i = 0; i < count; i++) values.push(readValue(input, nodeAt));
  return values;
}

function readProperties(input: ByteReader, shapes: ShapeTable, nodeAt: NodeAt): readonly PropertyRecord[] {
  const list = input.u8();
  if (list === PropertyList.NONE) return [];
  if (list === PropertyList.SHAPE) {
    const keys = shapes.get(input.varint()) ?? [];
    return keys.map((key) => ({ key, isHidden: false, value: readValue(input, nodeAt) }));
  }
  const count = input.count();
  const found: PropertyRecord[] = [];
  for (let i = 0; i < count; i++) {
    const flag = input.u8();
    const key = readValue(input, nodeAt);
    const isHidden = (flag & PropertyFlag.HIDDEN) !== 0;
    if (flag & PropertyFlag.ACCESSOR) {
      const get = readValue(input, nodeAt);
      found.push({ key, isHidden, accessor: [get, readValue(input, nodeAt)] });
    } else found.push({ key, isHidden, value: readValue(input, nodeAt) });
  }
  return found;
}
