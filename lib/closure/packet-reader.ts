/** A packet taken apart: where each node's record is, and the lists before them. */
import { ByteReader } from '../../formats/bytes/byte-reader.ts';
import { CairnError } from '../base/errors.ts';
import { PACKET_FORMAT, type Packet } from './packet.ts';
import { ShapeTable } from './shape-table.ts';

/** A node's tag and the length of its payload. */
const HEADER_BYTES = 5;

export class PacketReader {
  readonly shapes: ShapeTable;
  /** For each function, the cell behind each of its captures that is shared. */
  readonly cellsOf: ReadonlyMap<number, ReadonlyMap<number, number>>;
  readonly groups: readonly (readonly number[])[];
  readonly nodeCount: number;
  readonly #bytes: Uint8Array;
  readonly #tags: Uint8Array;
  readonly #starts: Float64Array;

  /** Raises `UNSUPPORTED_VERSION` for a packet of another release, `CORRUPT_DATA` for damage. */
  constructor(packet: Packet) {
    const { bytes } = packet;
    this.#bytes = bytes;
    const input = new ByteReader(bytes);
    const format = input.u8();
    if (format !== PACKET_FORMAT) {
      throw new CairnError('UNSUPPORTED_VERSION', {
        path: 'a captured function',
        found: format,
        supported: PACKET_FORMAT,
      });
    }
    this.shapes = ShapeTable.read(input);
    this.cellsOf = readCells(input);
    const groups: number[][] = [];
    const groupCount = input.count();
    for (let i = 0; i < groupCount; i++) groups.push(readNumbers(input, input.count()));
    this.groups = groups;
    this.nodeCount = input.count();
    this.#tags = new Uint8Array(this.nodeCount);
    this.#starts = new Float64Array(this.nodeCount);
    for (let node = 0; node < this.nodeCount; node++) {
      this.#tags[node] = input.u8();
      const length = input.u32();
      this.#starts[node] = input.offset;
      input.raw(length);
    }
  }

  tagOf(node: number): number {
    return this.#tags[node] as number;
  }

  /** A node's payload. */
  bytesOf(node: number): Uint8Array {
    const next = node + 1 < this.nodeCount ? (this.#starts[node + 1] as number) - HEADER_BYTES : this.#bytes.length;
    return this.#bytes.subarray(this.#starts[node], next);
  }

  /** A reader at the start of a node's payload. */
  payloadOf(node: number): ByteReader {
    return new ByteReader(this.#bytes.subarray(this.#starts[node]));
  }
}

function readCells(input: ByteReader): ReadonlyMap<number, ReadonlyMap<number, number>> {
  const cellsOf = new Map<number, Map<number, number>>();
  const count = input.count();
  for (let cell = 0; cell < count; cell++) {
    const members = input.count();
    for (let i = 0; i < members; i++) {
      const node = input.varint();
      const captures = cellsOf.get(node) ?? new Map<number, number>();
      captures.set(input.varint(), cell);
      cellsOf.set(node, captures);
    }
  }
  return cellsOf;
}

function readNumbers(input: ByteReader, count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(input.varint());
  return numbers;
}
