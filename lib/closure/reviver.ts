/** The objects of a packet, made and filled; see `revive.ts` for the order of things. */
import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { CairnError } from '../base/errors.ts';
import type { FunctionUnit } from './function-source.ts';
import { importFrom, importMetaOf, requireFrom } from './import-native.ts';
import { resolveIntrinsic } from './intrinsics.ts';
import { findExported } from './load-modules.ts';
import { makeEntity } from './make-entity.ts';
import { bindTo, makeGroup } from './make-group.ts';
import { resolveBuiltin } from './node-builtins.ts';
import {
  type FunctionRecord,
  NodeRef,
  type PropertyRecord,
  readBound,
  readEntity,
  readFunction,
  readNamespace,
  readRecord,
  readReference,
  readToken,
} from './node-record.ts';
import { FunctionFlag, ModuleTool, NodeTag, type Packet, type Place, PrototypeKind, ReferenceKind } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';
import { resolvePortable } from './portable.ts';
import { perWorkerGetter, setPerWorkerInit } from './token-registry.ts';
import { DESERIALIZE } from './well-known.ts';
import { readPortable } from './write-portable.ts';
import { readValue } from './write-value.ts';

/** What a token's handle is made of: there once all of the packet is revived. */
export interface TokenParts {
  readonly value: unknown;
}

/** The worker's handle for a token that is not `perWorker`'s; undefined when it has none. */
export type ResolveToken = (kind: string, id: number, parts: TokenParts) => unknown;

const NOT_MADE = 0;
const MADE = 1;
const FILLED = 2;
const NO_PLACE: Place = {};

/** Revives one packet. Use once. */
export class Reviver {
  readonly #packet: Packet;
  readonly #reader: PacketReader;
  readonly #modules: ReadonlyMap<string, unknown>;
  readonly #resolveToken: ResolveToken | undefined;
  readonly #made: unknown[];
  readonly #states: Uint8Array;
  readonly #functions = new Map<number, FunctionRecord>();
  /** Work for the end: what needs a function that was not there yet. */
  readonly #late: (() => void)[] = [];

  constructor(
    packet: Packet,
    reader: PacketReader,
    modules: ReadonlyMap<string, unknown>,
    resolveToken?: ResolveToken,
  ) {
    this.#packet = packet;
    this.#reader = reader;
    this.#modules = modules;
    this.#resolveToken = resolveToken;
    this.#made = new Array<unknown>(reader.nodeCount);
    this.#states = new Uint8Array(reader.nodeCount);
  }

  run(): readonly unknown[] {
    for (const group of this.#reader.groups) this.#makeGroup(group);
    this.#nodeAt(0);
    for (let node = 0; node < this.#reader.nodeCount; node++) {
      this.#nodeAt(node);
      this.#fill(node);
    }
    for (const work of this.#late) work();
    return this.#made[0] as readonly unknown[];
  }

  /** The object of a node, which may still be empty. */
  readonly #nodeAt = (node: number): unknown => {
    if (this.#states[node] === NOT_MADE) this.#keep(node, this.#make(node));
    return this.#made[node];
  };

  readonly #valueOf = (value: unknown): unknown => (value instanceof NodeRef ? this.#nodeAt(value.node) : value);

  #keep(node: number, value: unknown): void {
    this.#made[node] = value;
    if (this.#states[node] === NOT_MADE) this.#states[node] = MADE;
  }

  #place(node: number): Place {
    return this.#packet.places.get(node) ?? NO_PLACE;
  }

  #isUnit(node: number): boolean {
    const tag = this.#reader.tagOf(node);
    return tag === NodeTag.FUNCTION || tag === NodeTag.BOUND || tag === NodeTag.HOOKED || tag === NodeTag.PORTABLE;
  }

  #make(node: number): unknown {
    const input = this.#reader.payloadOf(node);
    switch (this.#reader.tagOf(node)) {
      case NodeTag.PLAIN:
        return {};
      case NodeTag.LIST:
        return [];
      case NodeTag.NAMESPACE:
        return Object.create(null);
      case NodeTag.ENTITY:
        return this.#makeEntity(node, input);
      case NodeTag.REFERENCE:
        return this.#makeReference(node, input);
      case NodeTag.SYMBOL: {
        const isRegistered = input.u8() === 1;
        const text = readValue(input, this.#nodeAt) as string | undefined;
        return isRegistered ? Symbol.for(text as string) : Symbol(text);
      }
      case NodeTag.TOKEN:
        return this.#makeToken(node, input);
      case NodeTag.MODULE_TOOL:
        return makeModuleTool(input.u8(), this.#place(node).url ?? '');
      default:
        throw new CairnError('CLOSURE_NOT_REVIVED', {
          what: `a function at ${this.#place(node).url ?? 'an unknown place'}`,
          reason: 'it is needed for creating itself',
        });
    }
  }

  #makeEntity(node: number, input: ByteReader): object {
    const record = readEntity(input, this.#reader.shapes, (other) => new NodeRef(other));
    const { stack } = this.#place(node);
    const entity = makeEntity(record.content, {
      valueOf: (value) => this.#complete(value),
      attachments: this.#packet.attachments,
      stack,
    });
    // Before the prototype is asked for, which may lead back here.
    this.#keep(node, entity);
    const { prototype } = record;
    switch (record.prototypeKind) {
      case PrototypeKind.NULL:
        Object.setPrototypeOf(entity, null);
        break;
      case PrototypeKind.OBJECT:
        Object.setPrototypeOf(entity, this.#valueOf(prototype) as object | null);
        break;
      case PrototypeKind.CLASS:
        this.#setClass(node, entity, record.content.base === 'object', prototype as NodeRef);
        break;
      default:
    }
    return this.#made[node] as object;
  }

  /** An instance of a class that is still being created gets its prototype when the class is there. */
  #setClass(node: number, entity: object, isObject: boolean, { node: maker }: NodeRef): void {
    const prototypeOf = () => (this.#nodeAt(maker) as { readonly prototype: object }).prototype;
    if (this.#isUnit(maker) && this.#states[maker] === NOT_MADE) {
      this.#late.push(() => Object.setPrototypeOf(entity, prototypeOf()));
    } else if (isObject) this.#made[node] = Object.create(prototypeOf());
    else Object.setPrototypeOf(entity, prototypeOf());
  }

  #makeReference(node: number, input: ByteReader): unknown {
    const { kind, name, names } = readReference(input);
    if (kind === ReferenceKind.INTRINSIC) return resolveIntrinsic(name);
    if (kind === ReferenceKind.BUILTIN) return resolveBuiltin(name, names[0]);
    const { url = '' } = this.#place(node);
    return findExported(this.#modules.get(url), names, url);
  }

  #makeToken(node: number, input: ByteReader): unknown {
    const { tokenId = 0 } = this.#place(node);
    const { kind, init } = readToken(input, (other) => new NodeRef(other));
    if (kind === 'perWorker') {
      this.#late.push(() => setPerWorkerInit(tokenId, this.#valueOf(init) as () => unknown));
      return perWorkerGetter(tokenId);
    }
    const parts = { value: undefined as unknown };
    this.#late.push(() => {
      parts.value = this.#valueOf(init);
    });
    const handle = this.#resolveToken?.(kind, tokenId, parts);
    if (handle !== undefined) return handle;
    throw new CairnError('CLOSURE_NOT_REVIVED', {
      what: `${kind} ${tokenId}`,
      reason: 'it has not reached this worker',
    });
  }

  // Functions

  #makeGroup(group: readonly number[]): void {
    const units: FunctionUnit[] = [];
    for (const node of group) {
      if (this.#states[node] !== NOT_MADE || this.#reader.tagOf(node) !== NodeTag.FUNCTION) continue;
      const record = readFunction(this.#reader.payloadOf(node), this.#reader.shapes, (other) => new NodeRef(other));
      this.#functions.set(node, record);
      units.push({ node, record, place: this.#place(node) });
    }
    for (const { node, record } of units) {
      if (record.flags & FunctionFlag.RUNS_CODE) this.#settle(node);
    }
    const bound = group.filter((node) => this.#reader.tagOf(node) === NodeTag.BOUND);
    if (units.length > 0) {
      const context = { reader: this.#reader, valueOf: this.#valueOf };
      for (const { node, value, isComplete } of makeGroup(units, bound, context)) {
        this.#keep(node, value);
        if (isComplete) this.#states[node] = FILLED;
      }
    }
    for (const node of group) if (this.#states[node] === NOT_MADE) this.#makeOther(node);
  }

  /** A bound function whose target is complete, the engine's own, or an instance that a hook makes. */
  #makeOther(node: number): void {
    const input = this.#reader.payloadOf(node);
    if (this.#reader.tagOf(node) === NodeTag.BOUND) {
      const { target, thisValue, args } = readBound(input, this.#nodeAt);
      this.#keep(node, bindTo(target, thisValue, args));
      return;
    }
    if (this.#reader.tagOf(node) === NodeTag.PORTABLE) {
      this.#keep(node, resolvePortable(readPortable(input, this.#nodeAt)));
      return;
    }
    this.#settle(node);
    const maker = readValue(input, this.#nodeAt) as { readonly [DESERIALIZE]: (data: unknown) => unknown };
    const data = readValue(input, this.#nodeAt);
    this.#keep(node, maker[DESERIALIZE](data));
  }

  // Contents

  #complete(value: unknown): unknown {
    const found = this.#valueOf(value);
    if (value instanceof NodeRef) {
      this.#settle(value.node);
      this.#fill(value.node);
    }
    return found;
  }

  /** Fills whatever a node leads to, but for functions that do not exist yet. */
  #settle(root: number): void {
    const seen = new Set<number>([root]);
    const queue = [root];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      let isReady = true;
      const others: number[] = [];
      readRecord(this.#reader.tagOf(node), this.#reader.payloadOf(node), this.#reader.shapes, (other) => {
        others.push(other);
        if (this.#isUnit(other) && this.#states[other] === NOT_MADE) isReady = false;
      });
      if (node !== root && isReady && this.#states[node] !== FILLED) {
        this.#nodeAt(node);
        this.#fill(node);
      }
      for (const other of others) {
        if (seen.has(other) || (this.#isUnit(other) && this.#states[other] === NOT_MADE)) continue;
        seen.add(other);
        if (this.#states[other] !== FILLED) queue.push(other);
      }
    }
  }

  #fill(node: number): void {
    if (this.#states[node] === FILLED) return;
    this.#states[node] = FILLED;
    const { shapes } = this.#reader;
    const object = this.#made[node];
    switch (this.#reader.tagOf(node)) {
      case NodeTag.PLAIN: {
        const input = this.#reader.payloadOf(node);
        const target = object as Record<string, unknown>;
        for (const key of shapes.get(input.varint()) ?? []) target[key] = readValue(input, this.#nodeAt);
        break;
      }
      case NodeTag.LIST: {
        const input = this.#reader.payloadOf(node);
        const target = object as unknown[];
        for (let rest = input.varint(); rest > 0; rest--) target.push(readValue(input, this.#nodeAt));
        break;
      }
      case NodeTag.NAMESPACE:
        for (const { name, value } of readNamespace(this.#reader.payloadOf(node), this.#nodeAt)) {
          Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
        }
        break;
      case NodeTag.ENTITY: {
        const { content, properties } = readEntity(this.#reader.payloadOf(node), shapes, this.#nodeAt);
        if (content.base === 'map') {
          const { entries } = content;
          for (let i = 0; i < entries.length; i += 2) Map.prototype.set.call(object, entries[i], entries[i + 1]);
        } else if (content.base === 'set') {
          for (const value of content.entries) Set.prototype.add.call(object, value);
        }
        defineProperties(object as object, properties);
        break;
      }
      case NodeTag.FUNCTION:
        this.#fillFunction(node, object as object);
        break;
      default:
    }
  }

  #fillFunction(node: number, fn: object): void {
    const record = this.#functions.get(node);
    if (record === undefined) return;
    const resolve = (properties: readonly PropertyRecord[]) =>
      properties.map(({ key, isHidden, value, accessor }): PropertyRecord => {
        const parts = { key: this.#valueOf(key), isHidden };
        if (accessor === undefined) return { ...parts, value: this.#valueOf(value) };
        return { ...parts, accessor: [this.#valueOf(accessor[0]), this.#valueOf(accessor[1])] };
      });
    defineProperties(fn, resolve(record.properties));
    if (record.parent !== undefined) Object.setPrototypeOf(fn, this.#valueOf(record.parent) as object | null);
    if (record.prototypeObject !== undefined) {
      Object.defineProperty(fn, 'prototype', { value: this.#valueOf(record.prototypeObject) });
    }
    const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value;
    if (typeof prototype !== 'object' || prototype === null) return;
    defineProperties(prototype, resolve(record.prototypeProperties));
    if (record.prototypeParent === undefined) return;
    Object.setPrototypeOf(prototype, this.#valueOf(record.prototypeParent) as object | null);
  }
}

/** Defined where assigning could run a setter or set a prototype; assigned otherwise, which is many times faster. */
function defineProperties(object: object, properties: readonly PropertyRecord[]): void {
  for (const { key, isHidden, value, accessor } of properties) {
    const name = key as string | symbol;
    const rest = { enumerable: !isHidden, configurable: true };
    if (accessor !== undefined) {
      const [get, set] = accessor as readonly [() => unknown, (value: unknown) => void];
      Object.defineProperty(object, name, { ...rest, get, set });
    } else if (isHidden || name in object) Object.defineProperty(object, name, { ...rest, value, writable: true });
    else (object as Record<string | symbol, unknown>)[name] = value;
  }
}

function makeModuleTool(tool: number, url: string): unknown {
  switch (tool) {
    case ModuleTool.REQUIRE:
      return requireFrom(url);
    case ModuleTool.IMPORT:
      return importFrom(url);
    case ModuleTool.FILENAME:
      return importMetaOf(url).filename;
    case ModuleTool.DIRNAME:
      return importMetaOf(url).dirname;
    default:
      return importMetaOf(url);
  }
}
