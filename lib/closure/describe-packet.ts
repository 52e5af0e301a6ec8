/**
 * What a packet is made of, digest by digest: so that of two packets that differ it can be told which function, or which
 * captured variable, is another one. Values themselves are not kept: they may be secrets.
 *
 * A digest covers all that a value leads to, but stops at functions: each function of the packet is described by
 * itself. Numbers of nodes and of lists of keys follow from the whole packet, so that they are put aside here:
 * otherwise a change of one variable would show in those after it.
 */
import { createHash } from 'node:crypto';
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import {
  type CaptureRecord,
  type FunctionRecord,
  NodeRef,
  type PropertyRecord,
  readFunction,
  readNamespace,
  readRecord,
  readToken,
} from './node-record.ts';
import { FunctionFlag, ModuleTool, NodeTag, type Packet } from './packet.ts';
import { PacketReader } from './packet-reader.ts';
import { ShapeTable } from './shape-table.ts';
import { describePosition } from './source-position.ts';
import { writeValue } from './write-value.ts';

export interface CaptureDescription {
  readonly name: string;
  readonly digest: string;
}

/** A function, or a class. */
export interface FunctionDescription {
  readonly name: string;
  /** `src/job.ts:14`; for people, and no part of what identifies the function. */
  readonly location: string;
  /** Of its text, its form and its name. */
  readonly text: string;
  /** The variables it captures, in the order of its text; what it is extended with, as `[members]`. */
  readonly captures: readonly CaptureDescription[];
}

/** A value that workers build, by the number of its handle in this process, and a digest of all that builds it. */
export interface BuildDescription {
  readonly token: number;
  readonly digest: string;
}

export interface PacketDescription {
  /** Of what was captured apart from functions: parameters of the engine's own, objects, bound arguments. */
  readonly values: string;
  /** Every function of the packet, in its order: those captured first, then those they lead to. */
  readonly functions: readonly FunctionDescription[];
  /** What is built once in each worker (`perWorker`), and never again though what builds it may change. */
  readonly builds: readonly BuildDescription[];
  /** Where functions load modules by a path, which no packet holds: `import()` and `require`. */
  readonly loads: readonly string[];
}

/** Describes a packet. Costs about as much as encoding it did. */
export function describePacket(packet: Packet): PacketDescription {
  return new Describer(packet).describe();
}

/** The kind of token that `per-worker.ts` makes. */
const PER_WORKER = 'perWorker';

/** Bytes are hashed in pieces of about this size. */
const HASHED_BYTES = 64 * 1024;

/** Fewer bytes than these are copied one by one: a view costs more. */
const FEW_BYTES = 24;

/** Tells when the number of a list of keys was read. */
class NotedShapes extends ShapeTable {
  note: (shape: number, keys: readonly string[]) => void = () => {};
  readonly #shapes: ShapeTable;

  constructor(shapes: ShapeTable) {
    super();
    this.#shapes = shapes;
  }

  override get(shape: number): readonly string[] | undefined {
    const keys = this.#shapes.get(shape);
    if (keys !== undefined) this.note(shape, keys);
    return keys;
  }
}

class Describer {
  readonly #packet: Packet;
  readonly #reader: PacketReader;
  readonly #shapes: NotedShapes;
  readonly #digests = new Map<number, string>();

  constructor(packet: Packet) {
    this.#packet = packet;
    this.#reader = new PacketReader(packet);
    this.#shapes = new NotedShapes(this.#reader.shapes);
  }

  describe(): PacketDescription {
    const functions: FunctionDescription[] = [];
    const builds: BuildDescription[] = [];
    const loads: string[] = [];
    for (let node = 0; node < this.#reader.nodeCount; node++) {
      const tag = this.#reader.tagOf(node);
      if (tag === NodeTag.TOKEN && this.#isBuilt(node)) {
        builds.push({ token: this.#packet.places.get(node)?.tokenId ?? 0, digest: this.#walk(node, 'whole') });
      }
      if (tag !== NodeTag.FUNCTION) continue;
      const record = this.#readFunction(node);
      const location = this.#locationOf(node);
      functions.push({
        name: record.name,
        location,
        text: textDigest(record),
        captures: this.#capturesOf(record),
      });
      if (this.#loadsModules(record)) loads.push(location);
    }
    return { values: this.#digestOf(0), functions, builds, loads };
  }

  #readFunction(node: number): FunctionRecord {
    return readFunction(this.#reader.payloadOf(node), this.#reader.shapes, (other) => new NodeRef(other));
  }

  #locationOf(node: number): string {
    const { url = '', line = 0, column = 0 } = this.#packet.places.get(node) ?? {};
    return describePosition({ url, line, column });
  }

  #capturesOf(record: FunctionRecord): CaptureDescription[] {
    const variables = record.captures.flatMap((capture) => this.#exportsOf(capture) ?? [capture]);
    const captures = variables.map(({ name, value }) => ({ name, digest: this.#digestOfValue(value) }));
    const members = this.#digestOfMembers(record);
    return members === undefined ? captures : [...captures, { name: '[members]', digest: members }];
  }

  /** Of a module, whose variable has a name that some runner gave it, the exports that the function uses. */
  #exportsOf({ value }: CaptureRecord): readonly CaptureRecord[] | undefined {
    if (!(value instanceof NodeRef) || this.#reader.tagOf(value.node) !== NodeTag.NAMESPACE) return undefined;
    return readNamespace(this.#reader.payloadOf(value.node), (node) => new NodeRef(node));
  }

  /** What a function has besides its text: undefined for nothing, as with most. */
  #digestOfMembers(record: FunctionRecord): string | undefined {
    const { heritage, properties, prototypeProperties, prototypeParent, prototypeObject, parent } = record;
    const above = [heritage, prototypeParent, prototypeObject, parent];
    if (properties.length + prototypeProperties.length === 0 && above.every((each) => each === undefined))
      return undefined;
    const parts = above.map((value) => this.#digestOfValue(value));
    for (const property of [...properties, ...prototypeProperties]) parts.push(...this.#digestsOfProperty(property));
    return digestOfText(JSON.stringify(parts));
  }

  #digestsOfProperty({ key, value, accessor, isHidden }: PropertyRecord): string[] {
    return [key, isHidden, value, ...(accessor ?? [])].map((each) => this.#digestOfValue(each));
  }

  #isBuilt(node: number): boolean {
    return readToken(this.#reader.payloadOf(node), () => undefined).kind === PER_WORKER;
  }

  #loadsModules({ flags, captures }: FunctionRecord): boolean {
    if ((flags & FunctionFlag.IMPORT) !== 0) return true;
    return captures.some(({ value }) => {
      if (!(value instanceof NodeRef) || this.#reader.tagOf(value.node) !== NodeTag.MODULE_TOOL) return false;
      const tool = this.#reader.payloadOf(value.node).u8();
      return tool === ModuleTool.IMPORT || tool === ModuleTool.REQUIRE;
    });
  }

  #digestOfValue(value: unknown): string {
    if (value instanceof NodeRef) {
      const { node } = value;
      if (this.#reader.tagOf(node) === NodeTag.FUNCTION) return `function ${this.#readFunction(node).name}`;
      return this.#digestOf(node);
    }
    using out = new ByteWriter({ initialBytes: 64 });
    writeValue(out, value);
    return createHash('sha256').update(out.bytes()).digest('hex');
  }

  #digestOf(node: number): string {
    let digest = this.#digests.get(node);
    if (digest === undefined) {
      digest = this.#walk(node);
      this.#digests.set(node, digest);
    }
    return digest;
  }

  /** Breadth first from a node, which is number 0 here. `whole`: through functions, too. */
  #walk(start: number, extent?: 'whole'): string {
    const hash = createHash('sha256');
    using out = new ByteWriter();
    const numbers = new Map([[start, 0]]);
    const queue = [start];
    const numberOf = (node: number): number => {
      const known = numbers.get(node);
      if (known !== undefined) return known;
      numbers.set(node, queue.length);
      return queue.push(node) - 1;
    };
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at] as number;
      const tag = this.#reader.tagOf(node);
      out.u8(tag);
      if (tag === NodeTag.FUNCTION && extent === undefined) out.string(this.#readFunction(node).name);
      else this.#writeRecord(out, node, tag, numberOf);
      if (out.length < HASHED_BYTES) continue;
      hash.update(out.bytes());
      out.reset();
    }
    return hash.update(out.bytes()).digest('hex');
  }

  /** Its payload, with what numbers mean in the place of the numbers. */
  #writeRecord(out: ByteWriter, node: number, tag: number, numberOf: (node: number) => number): void {
    const bytes = this.#reader.bytesOf(node);
    if (tag === NodeTag.REFERENCE) {
      out.raw(bytes);
      return;
    }
    const input = new ByteReader(bytes);
    let written = 0;
    /** What is before a number that was just read. */
    const writeUpTo = (number: number): void => {
      const end = input.offset - varintWidth(number);
      if (end - written < FEW_BYTES) for (let i = written; i < end; i++) out.u8(bytes[i] as number);
      else out.raw(bytes.subarray(written, end));
      written = input.offset;
    };
    this.#shapes.note = (shape, keys) => {
      writeUpTo(shape);
      out.varint(keys.length);
      for (const key of keys) out.string(key);
    };
    readRecord(tag, input, this.#shapes, (other) => {
      writeUpTo(other);
      out.varint(numberOf(other));
    });
    out.raw(written === 0 ? bytes : bytes.subarray(written));
  }
}

/** Bytes of a number as `ByteWriter.varint` writes it. */
function varintWidth(value: number): number {
  let width = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) width++;
  return width;
}

function textDigest({ form, flags, name, text }: FunctionRecord): string {
  return digestOfText(JSON.stringify([form, flags, name, text]));
}

function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
