/**
 * Writes an Arrow file (Feather version 2), from batches of columns, each of which becomes a record batch:
 *
 *     ARROW1, 2 bytes
 *     schema            metadata alone
 *     record batch …    metadata, then the buffers of its columns, each at a multiple of 8 bytes
 *     end of stream
 *     footer            schema, and where the record batches lie; its length, ARROW1
 *
 * What lies between the first eight bytes and the footer is a stream, for readers of those. Texts are written plain:
 * dictionaries of several batches are not read by all.
 */

import type { ByteSink } from '../bytes/byte-sink.ts';
import { compress } from '../bytes/compression.ts';
import type { Field, Schema } from '../schema/data-type.ts';
import type { TableBatch, Vector } from '../schema/vector.ts';
import { arrowSchema, batchMessage, footerBytes, schemaMessage } from './arrow-encoder.ts';
import { EncodedColumns } from './encode-column.ts';
import type { ArrowBlock, ArrowBuffer } from './metadata.ts';

/** How buffers are compressed. */
export type ArrowCodec = 'none' | 'zstd';

export interface ArrowWriterOptions {
  /** `none` unless given. `zstd` needs `initCompression()` to have been awaited in this thread. */
  readonly codec?: ArrowCodec | undefined;
}

const MAGIC = Buffer.from('ARROW1');
const ALIGNMENT = 8;
const END_OF_STREAM = new Uint8Array(Int32Array.of(-1, 0).buffer);

export class ArrowWriter {
  readonly #sink: ByteSink;
  readonly #fields: readonly Field[];
  readonly #schema: object;
  readonly #codec: ArrowCodec;
  readonly #blocks: ArrowBlock[] = [];
  #position = 0;
  #rowCount = 0;

  /** Writes the beginning. Raises what the sink does. */
  constructor(sink: ByteSink, schema: Schema, options: ArrowWriterOptions = {}) {
    this.#sink = sink;
    this.#fields = schema.fields;
    this.#schema = arrowSchema(schema);
    this.#codec = options.codec ?? 'none';
    this.#append(MAGIC, new Uint8Array(ALIGNMENT - MAGIC.length));
    this.#appendMetadata(schemaMessage(this.#schema));
  }

  /** Rows written so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Nothing is gathered: a batch is written at once. */
  get gatheredBytes(): number {
    return 0;
  }

  /** Writes a record batch; none for no rows. Raises `NULL_NOT_ALLOWED`, `LIMIT_EXCEEDED`, and what the sink raises. */
  write({ rowCount, vectors }: TableBatch): void {
    if (rowCount === 0) return;
    const columns = new EncodedColumns(this.#sink.path);
    this.#fields.forEach((field, i) => {
      columns.add(field, vectors[i] as Vector);
    });
    const stored = this.#codec === 'none' ? columns.buffers : columns.buffers.map(compressed);
    const places: ArrowBuffer[] = [];
    const body: Uint8Array[] = [];
    let bodyLength = 0;
    for (const bytes of stored) {
      places.push({ offset: bodyLength, length: bytes.length });
      body.push(bytes, padding(bytes.length));
      bodyLength += bytes.length + padding(bytes.length).length;
    }
    const offset = this.#position;
    const metadata = batchMessage(rowCount, columns.nodes, places, bodyLength, this.#codec !== 'none');
    this.#appendMetadata(metadata);
    this.#blocks.push({ offset, metadataLength: this.#position - offset, bodyLength });
    this.#append(...body);
    this.#rowCount += rowCount;
  }

  /** There is nothing to write. */
  flush(): void {}

  /** Writes the end. The sink stays the caller's to close. */
  finish(): void {
    const footer = footerBytes(this.#schema, this.#blocks);
    this.#append(END_OF_STREAM, footer, new Uint8Array(Int32Array.of(footer.length).buffer), MAGIC);
  }

  #appendMetadata(metadata: Uint8Array): void {
    const padded = metadata.length + padding(metadata.length).length;
    const prefix = new Uint8Array(Int32Array.of(-1, padded).buffer);
    this.#append(prefix, metadata, padding(metadata.length));
  }

  #append(...chunks: readonly Uint8Array[]): void {
    const filled = chunks.filter(({ length }) => length > 0);
    this.#sink.write(...filled);
    for (const { length } of filled) this.#position += length;
  }
}

function padding(length: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}

/** A buffer behind its length; as it is, behind -1, where compressing does not help. */
function compressed(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  const small = compress('zstd', bytes);
  const content = small.length < bytes.length ? small : bytes;
  const stored = new Uint8Array(8 + content.length);
  new DataView(stored.buffer).setBigInt64(0, content === small ? BigInt(bytes.length) : -1n, true);
  stored.set(content, 8);
  return stored;
}
