/**
 * Walks what functions capture and writes it as a packet: breadth first, in one queue, so that depth is no limit and
 * the numbering follows from the values alone.
 */
import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { CairnError } from '../base/errors.ts';
import { findBuildOrder } from './build-order.ts';
import type { CaptureGraph, CaptureWarning, MutableCaptures, VariableUse, VirtualNode } from './capture-graph.ts';
import { CaptureStep, describePath, type PathSegment, type PathStep } from './capture-path.ts';
import type { Inspections } from './inspections.ts';
import { refreshIntrinsics, wellKnownSymbolName } from './intrinsics.ts';
import { ModuleExports } from './module-exports.ts';
import { refreshBuiltins } from './node-builtins.ts';
import { objectId } from './object-id.ts';
import { isModule, isNamespace, type ModuleReference } from './package-exports.ts';
import { NodeTag, PACKET_FORMAT, type Packet, type Place, ReferenceKind } from './packet.ts';
import { isPortable, portableMark } from './portable.ts';
import { readReferences } from './read-references.ts';
import { REMEDY } from './remedies.ts';
import { sealBytes } from './seal-bytes.ts';
import { ShapeTable } from './shape-table.ts';
import { VariableCells } from './variable-cells.ts';
import { writeFunction } from './write-function.ts';
import { writeObject } from './write-object.ts';
import { writeValue } from './write-value.ts';

export interface EncoderOptions {
  readonly byReference: (url: string) => boolean;
  readonly mutableCaptures: MutableCaptures;
  readonly warn: (warning: CaptureWarning) => void;
  /** Whether classes get an identity; not needed where only the bytes count. */
  readonly identifiesClasses: boolean;
  readonly standIn?: CaptureGraph['standInOf'] | undefined;
  /** For a check: how much of one object, and how many objects, to look at. Nothing is sealed then. */
  readonly sample?: { readonly size: number; readonly nodes: number };
}

const NODE_HEADER_BYTES = 5;

/** One capture. Use once. */
export class GraphEncoder implements CaptureGraph {
  readonly out = new ByteWriter();
  readonly mutableCaptures: MutableCaptures;
  readonly sampleSize: number;
  readonly standInOf: CaptureGraph['standInOf'];
  readonly #options: EncoderOptions;
  readonly #inspections: Inspections;
  readonly #exports: ModuleExports;
  readonly #shapes = new ShapeTable();
  readonly #cells = new VariableCells();
  readonly #nodes = new Map<unknown, number>();
  /** What each node stands for, how it was reached, and where its record begins. */
  readonly #values: unknown[] = [];
  readonly #owners: number[] = [];
  readonly #steps: PathStep[] = [];
  readonly #captures: (CaptureStep | undefined)[] = [];
  readonly #texts: CaptureStep[] = [];
  readonly #starts: number[] = [];
  readonly #units: number[] = [];
  readonly #needs = new Map<number, number[]>();
  readonly #complete: number[] = [];
  readonly #places = new Map<number, Place>();
  readonly #attachments: object[] = [];
  readonly #volatile: number[] = [];
  readonly #virtual = new Set<unknown>();

  constructor(options: EncoderOptions, inspections: Inspections) {
    this.#options = options;
    this.mutableCaptures = options.mutableCaptures;
    this.standInOf = options.standIn ?? (() => undefined);
    this.sampleSize = options.sample?.size ?? Number.POSITIVE_INFINITY;
    this.#inspections = inspections;
    this.#exports = new ModuleExports(inspections.modules, this.#nodes);
  }

  /**
   * Encodes these functions. Raises `TASK_NOT_SERIALIZABLE`, and `ModuleNeeded` when the exports of a module have to
   * be read first.
   */
  encode(roots: readonly unknown[]): Packet {
    this.#writeAll(roots, Number.POSITIVE_INFINITY);
    return this.#seal();
  }

  /** Looks at what it would encode, within the sample, and raises what it finds. */
  check(roots: readonly unknown[]): void {
    this.#writeAll(roots, this.#options.sample?.nodes ?? Number.POSITIVE_INFINITY);
    this.out[Symbol.dispose]();
  }

  #writeAll(roots: readonly unknown[], maxNodes: number): void {
    refreshIntrinsics();
    refreshBuiltins();
    this.#enqueue(roots, -1, '');
    for (let node = 0; node < this.#values.length && node < maxNodes; node++) {
      const start = this.out.length;
      this.#starts.push(start);
      this.out.u8(0);
      this.out.u32(0);
      this.out.patchU8(start, this.#write(node));
      const payload = this.out.length - start - NODE_HEADER_BYTES;
      this.out.patchU32(start + 1, payload);
      const capture = this.#captures[node];
      if (capture !== undefined) capture.sizeBytes += payload + NODE_HEADER_BYTES;
    }
  }

  /** The captured variable that holds the most, with its bytes and the place of its function. */
  largestCapture(): { readonly variable: string; readonly sizeBytes: number; readonly location: string } | undefined {
    let largest: CaptureStep | undefined;
    for (const capture of [...this.#captures, ...this.#texts]) {
      if (capture !== undefined && capture.sizeBytes > (largest?.sizeBytes ?? -1)) largest = capture;
    }
    if (largest === undefined) return undefined;
    const { variable, sizeBytes, owner } = largest;
    return { variable, sizeBytes, location: this.locate(this.#values[owner] as object) };
  }

  #write(node: number): number {
    const value = this.#values[node];
    if (node === 0) {
      const roots = value as readonly unknown[];
      this.out.varint(roots.length);
      for (const [i, root] of roots.entries()) this.writeValue(root, 0, i);
      return NodeTag.LIST;
    }
    if (typeof value === 'symbol') return this.#writeSymbol(value);
    if (typeof value === 'function') {
      const tag = writeFunction(this, node, value);
      if (tag === NodeTag.FUNCTION || tag === NodeTag.BOUND || tag === NodeTag.PORTABLE) this.#units.push(node);
      return tag;
    }
    if (this.#isVirtual(value)) return this.#writeVirtualNode(node, value);
    const tag = writeObject(this, node, value as object);
    if (tag === NodeTag.HOOKED || tag === NodeTag.PORTABLE) this.#units.push(node);
    return tag;
  }

  #writeSymbol(symbol: symbol): number {
    const key = Symbol.keyFor(symbol);
    const name = key === undefined ? wellKnownSymbolName(symbol) : undefined;
    if (name !== undefined) {
      this.out.u8(ReferenceKind.INTRINSIC);
      this.out.string(`Symbol\n.${name}`);
      return NodeTag.REFERENCE;
    }
    this.out.u8(key === undefined ? 0 : 1);
    writeValue(this.out, key ?? symbol.description);
    return NodeTag.SYMBOL;
  }

  #isVirtual(value: unknown): value is VirtualNode {
    return this.#virtual.has(value);
  }

  #writeVirtualNode(node: number, value: VirtualNode): number {
    if (value.virtual === 'tool') {
      this.out.u8(value.tool);
      this.setPlace(node, { url: value.url });
      return NodeTag.MODULE_TOOL;
    }
    this.out.varint(value.uses.size);
    for (const [name, inner] of value.uses) {
      this.out.string(name);
      const exported = this.#readExport(value.module, name, node);
      // A namespace that is exported by name (`z` of zod): of it, too, only what is used, and of those in it (`z.coerce`).
      if (inner !== undefined && isModule(exported) && (!value.isInner || isNamespace(exported))) {
        this.writeVirtual({ virtual: 'namespace', module: exported, uses: inner, isInner: true }, node, name);
      } else this.writeValue(exported, node, name);
    }
    return NodeTag.NAMESPACE;
  }

  /** A runner's module may have getters, and these a variable that is not initialised yet. */
  #readExport(module: object, name: string, node: number): unknown {
    try {
      return Reflect.get(module, name);
    } catch {
      return this.refuse(node, 'which is not initialised yet', REMEDY.deadZone, name);
    }
  }

  writeValue(value: unknown, owner: number, step: PathStep): number {
    const kind = typeof value;
    if (value === null || (kind !== 'object' && kind !== 'function' && kind !== 'symbol')) {
      const start = this.out.length;
      writeValue(this.out, value);
      // A text may be what is large, too.
      if (kind === 'string' && step instanceof CaptureStep) {
        step.sizeBytes += this.out.length - start;
        this.#texts.push(step);
      }
      return -1;
    }
    return this.#writeNode(this.#nodes.get(value) ?? this.#enqueue(value, owner, step));
  }

  writeVirtual(node: VirtualNode, owner: number, step: PathStep): number {
    this.#virtual.add(node);
    return this.#writeNode(this.#enqueue(node, owner, step));
  }

  #writeNode(node: number): number {
    writeValue(this.out, undefined, node);
    return node;
  }

  #enqueue(value: unknown, owner: number, step: PathStep): number {
    const node = this.#values.length;
    this.#values.push(value);
    this.#owners.push(owner);
    this.#steps.push(step);
    this.#captures.push(step instanceof CaptureStep ? step : this.#captures[owner]);
    this.#nodes.set(value, node);
    return node;
  }

  shapeOf(keys: readonly string[]): number {
    return this.#shapes.find(keys);
  }

  attach(value: object): number {
    this.#attachments.push(value);
    return this.#attachments.length - 1;
  }

  setPlace(node: number, place: Place): void {
    this.#places.set(node, place);
  }

  needs(node: number, other: number): void {
    const known = this.#needs.get(node);
    if (known === undefined) this.#needs.set(node, [other]);
    else known.push(other);
  }

  needsAll(node: number): void {
    this.#complete.push(node);
  }

  useVariable(use: VariableUse, isAssigned: boolean): void {
    if (isAssigned) this.#cells.addWriter(this, use);
    else if (this.mutableCaptures !== 'strict') this.#cells.addReader(use);
  }

  inspect(fn: object): ReturnType<Inspections['get']> {
    return this.#inspections.get(fn);
  }

  isByReference(url: string): boolean {
    return this.#options.byReference(url);
  }

  exportOf(fn: object, url: string): ModuleReference | undefined {
    return this.#exports.ofFunction(fn, url);
  }

  findExport(value: object): ModuleReference | undefined {
    return this.#exports.ofObject(value);
  }

  get judgedClasses(): Set<object> {
    return this.#inspections.judgedClasses;
  }

  isTask(node: number): boolean {
    let owner = this.#owners[node];
    while (owner !== undefined && owner > 0 && this.#isWrapper(this.#values[owner])) owner = this.#owners[owner];
    return owner === 0;
  }

  /** A function that stands between a task's own function and the engine. */
  #isWrapper(value: unknown): boolean {
    return typeof value === 'function' && (this.#inspections.isBound(value) || portableMark(value) !== undefined);
  }

  variableOf(node: number): string | undefined {
    return this.#captures[node]?.variable;
  }

  warn(warning: CaptureWarning): void {
    this.#options.warn(warning);
  }

  markVolatile(node: number): void {
    this.#volatile.push(node);
  }

  locate(fn: object): string {
    return this.#inspections.locate(fn);
  }

  /**
   * A class is the same one in a worker as long as its text, and all it captures, are: a digest of the class captured
   * alone, behind a number for the class itself.
   */
  classIdentity(fn: object): string {
    if (!this.#options.identifiesClasses) return '';
    return this.#inspections.identityOf(fn, () => {
      const alone = new GraphEncoder(this.#optionsAlone(), this.#inspections);
      const { bytes, attachments } = alone.encode([fn]);
      const digest = createHash('sha256').update(bytes).digest('base64');
      return `${objectId(fn)} ${digest} ${attachments.map((each) => objectId(each as object)).join(' ')}`;
    });
  }

  /** A class captured alone stands where a task does, and is none: what it may assign is judged where it is used. */
  #optionsAlone(): EncoderOptions {
    const mutableCaptures = this.mutableCaptures === 'strict' ? 'strict' : 'copy';
    return { ...this.#options, mutableCaptures, warn: () => {}, identifiesClasses: false };
  }

  refuse(node: number, reason: string, remedy: string, step?: PathStep): never {
    const path = describePath(this.#segments(node, step));
    throw new CairnError('TASK_NOT_SERIALIZABLE', { path, reason, remedy });
  }

  #segments(node: number, last?: PathStep): PathSegment[] {
    const segments: PathSegment[] = [];
    for (let at = node, step = last; at > 0; step = this.#steps[at], at = this.#owners[at] as number) {
      const value = this.#values[at];
      // A function of the engine's own tells the user nothing.
      if (isPortable(value)) continue;
      const isVirtual = this.#isVirtual(value);
      const location = typeof value === 'function' && !types.isProxy(value) ? this.locate(value) : undefined;
      const shown = isVirtual || typeof value === 'symbol' ? undefined : (value as object);
      segments.unshift({ value: shown, location, step });
    }
    return segments;
  }

  #seal(): Packet {
    const cells = this.#cells.resolve().filter((members) => members.length > 0);
    this.#addDeepNeeds();
    const groups = findBuildOrder({
      units: this.#units,
      needsOf: (node) => this.#needs.get(node) ?? [],
      together: cells.map((members) => members.map(([node]) => node)),
      compare: (a, b) => this.#compareInGroup(a, b),
    });
    const head = new ByteWriter({ initialBytes: 256 });
    head.u8(PACKET_FORMAT);
    this.#shapes.write(head);
    head.varint(cells.length);
    for (const members of cells) {
      head.varint(members.length);
      for (const [node, capture] of members) {
        head.varint(node);
        head.varint(capture);
      }
    }
    head.varint(groups.length);
    for (const group of groups) {
      head.varint(group.length);
      for (const node of group) head.varint(node);
    }
    head.varint(this.#values.length);
    const bytes = sealBytes(head.bytes(), this.out.bytes());
    head[Symbol.dispose]();
    this.out[Symbol.dispose]();
    const volatile = [...new Set(this.#volatile)].map((node) => describePath(this.#segments(node)));
    return { bytes, places: this.#places, attachments: this.#attachments, volatile };
  }

  /** Whatever runs code while it is created needs all that it can reach, not only what it captures. */
  #addDeepNeeds(): void {
    for (const unit of this.#complete) {
      const seen = new Set<number>([unit]);
      const queue = [unit];
      for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
        const start = this.#starts[node] as number;
        const end = this.#starts[node + 1] ?? this.out.length;
        for (const other of readReferences(this.out.bytes(start, end), this.#shapes)) {
          if (seen.has(other)) continue;
          seen.add(other);
          queue.push(other);
          this.needs(unit, other);
        }
      }
    }
  }

  /** Superclasses first, then in the order of the source. */
  #compareInGroup(a: number, b: number): number {
    const fnA = this.#values[a] as object;
    const fnB = this.#values[b] as object;
    if (typeof fnA === 'function' && Object.prototype.isPrototypeOf.call(fnA, fnB)) return -1;
    if (typeof fnB === 'function' && Object.prototype.isPrototypeOf.call(fnB, fnA)) return 1;
    const placeA = this.#places.get(a);
    const placeB = this.#places.get(b);
    // Lines of two files say nothing about each other.
    if (placeA?.url !== placeB?.url) return a - b;
    return (placeA?.line ?? 0) - (placeB?.line ?? 0) || (placeA?.column ?? 0) - (placeB?.column ?? 0) || a - b;
  }
}
