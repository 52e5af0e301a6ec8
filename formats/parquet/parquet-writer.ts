/**
 * Writes a Parquet file, from batches of columns of any size, into row groups of one size.
 *
 *     PAR1
 *     row group 1      for each leaf its chunk: dictionary page, data pages; then bloom filters, where asked for
 *     row group 2 …
 *     column indexes   the bounds of pages: for all chunks, as readers fetch them together
 *     offset indexes   where pages lie
 *     footer           FileMetaData, its length, PAR1
 *
 * Everything is written in one pass and nothing is read again, so that any sink will do. A row group is gathered in
 * memory before it is written: its columns lie one after another. Pages are of version 1, which every reader reads;
 * version 2 would save decompressing levels, which row groups without nulls hardly have.
 */

import { invariant } from '../../lib/base/invariant.ts';
import { engineVersion } from '../../lib/base/version.ts';
import type { ByteSink } from '../bytes/byte-sink.ts';
import type { Schema } from '../schema/data-type.ts';
import type { TableBatch, Vector } from '../schema/vector.ts';
import type { ColumnChunkMetadata, FileMetadata, RowGroupMetadata, SchemaElement } from './metadata.ts';
import { columnIndexBytes, footerBytes, offsetIndexBytes } from './parquetjs-adapter.ts';
import { buildSchemaTree, type SchemaTree } from './schema-tree.ts';
import { bloomFilterBytes } from './write-bloom.ts';
import { GrowingBytes } from './write-buffers.ts';
import { type ChunkOptions, ChunkWriter, type WrittenChunk } from './write-chunk.ts';
import type { ParquetCodec } from './write-compress.ts';
import { LeafColumn } from './write-leaf.ts';
import { schemaElements } from './write-schema.ts';
import { appendColumn } from './write-shred.ts';

export interface ParquetWriterOptions {
  /** `snappy` unless given. `zstd` needs `initCompression()` to have been awaited in this thread. */
  readonly codec?: ParquetCodec | undefined;
  /** Rows of a row group, the last one excepted: what readers skip by statistics, and read in parallel. 122,880. */
  readonly rowGroupRows?: number | undefined;
  /** A row group ends, too, when it takes about so much memory. 128 MiB. */
  readonly rowGroupBytes?: number | undefined;
  /** Rows of a page: what readers skip by the page index. 20,000. */
  readonly pageRows?: number | undefined;
  /** Bytes of a page before compression, about. 1 MiB. */
  readonly pageBytes?: number | undefined;
  /** The largest dictionary of a column in a row group. 1 MiB; 0 for none. */
  readonly dictionaryBytes?: number | undefined;
  /** Whether floats without a dictionary are written as BYTE_STREAM_SPLIT: smaller with zstd, not read by all. */
  readonly byteStreamSplit?: boolean | undefined;
  /** Bounds of strings and bytes in statistics are cut to so many bytes. 64. */
  readonly boundBytes?: number | undefined;
  /** Columns with a bloom filter, by their names; of nested ones with points between: `a.list.element`. */
  readonly bloomFilters?: readonly string[] | undefined;
  /** Entries of the footer. */
  readonly keyValues?: ReadonlyMap<string, string> | undefined;
}

const MIB = 1024 * 1024;
const MAGIC = Buffer.from('PAR1');
/** Rows between two looks at how much has been gathered. */
const PIECE_ROWS = 16_384;
/** Bytes that go to the sink at once. */
const FLUSH_BYTES = MIB;

export class ParquetWriter {
  readonly #sink: ByteSink;
  readonly #options: ChunkOptions;
  readonly #rowGroupRows: number;
  readonly #rowGroupBytes: number;
  readonly #keyValues: ReadonlyMap<string, string>;
  readonly #bloomFilters: ReadonlySet<string>;
  readonly #elements: readonly SchemaElement[];
  readonly #tree: SchemaTree;
  readonly #leaves: readonly LeafColumn[];
  readonly #chunks: ChunkWriter;
  readonly #out = new GrowingBytes();
  readonly #written: WrittenRowGroup[] = [];
  #flushed = 0;
  #pendingRows = 0;
  #rowCount = 0;

  /** Raises `PARQUET_NOT_WRITABLE` for a schema the format has no place for. */
  constructor(sink: ByteSink, schema: Schema, options: ParquetWriterOptions = {}) {
    this.#sink = sink;
    this.#options = {
      codec: options.codec ?? 'snappy',
      pageRows: options.pageRows ?? 20_000,
      pageBytes: options.pageBytes ?? MIB,
      dictionaryBytes: options.dictionaryBytes ?? MIB,
      byteStreamSplit: options.byteStreamSplit ?? false,
      boundBytes: options.boundBytes ?? 64,
    };
    this.#rowGroupRows = options.rowGroupRows ?? 122_880;
    this.#rowGroupBytes = options.rowGroupBytes ?? 128 * MIB;
    this.#keyValues = options.keyValues ?? new Map();
    this.#bloomFilters = new Set(options.bloomFilters);
    this.#elements = schemaElements(schema, sink.path);
    this.#tree = buildSchemaTree({ schema: this.#elements }, sink.path);
    this.#leaves = this.#tree.leaves.map((leaf) => new LeafColumn(leaf, sink.path, this.#options));
    this.#chunks = new ChunkWriter(this.#options);
    this.#append(MAGIC);
  }

  /** Rows written so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Bytes of the file so far; what is gathered for the next row group comes on top. */
  get sizeBytes(): number {
    return this.#flushed + this.#out.length;
  }

  /** Bytes that are gathered in memory for the next row group, about. */
  get gatheredBytes(): number {
    return this.#leaves.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /**
   * Appends the rows of a batch, whose vectors are of the schema's columns in their order. Nothing of the batch is
   * kept. Raises `NULL_NOT_ALLOWED`, and what the sink raises; the file is of no use then.
   */
  write(batch: TableBatch): void {
    const { columns } = this.#tree;
    invariant(batch.vectors.length === columns.length, 'a batch with other columns than the file');
    for (let from = 0; from < batch.rowCount; ) {
      const room = this.#rowGroupRows - this.#pendingRows;
      const to = Math.min(batch.rowCount, from + Math.min(room, PIECE_ROWS));
      columns.forEach((node, i) => {
        appendColumn(node, batch.vectors[i] as Vector, from, to, this.#leaves);
      });
      this.#pendingRows += to - from;
      this.#rowCount += to - from;
      from = to;
      if (this.#pendingRows >= this.#rowGroupRows || this.gatheredBytes >= this.#rowGroupBytes) this.flush();
    }
  }

  /** Writes what was gathered as a row group, if there is anything. */
  flush(): void {
    const rowCount = this.#pendingRows;
    if (rowCount === 0) return;
    const target = { position: () => this.sizeBytes, append: (bytes: Uint8Array) => this.#append(bytes) };
    const chunks = this.#leaves.map((column) => {
      const chunk = this.#chunks.write(column, target);
      const filter = this.#bloomFilters.has(column.leaf.path.join('.')) ? bloomFilterBytes(column) : undefined;
      column.clear();
      return { chunk, filter };
    });
    // After the pages, which are read far more often.
    this.#written.push({ rowCount, chunks: chunks.map(({ chunk, filter }) => this.#withFilter(chunk, filter)) });
    this.#pendingRows = 0;
  }

  #withFilter(chunk: WrittenChunk, filter: Uint8Array | undefined): WrittenChunk {
    if (filter === undefined) return chunk;
    const place = { bloomFilterOffset: this.sizeBytes, bloomFilterBytes: filter.length };
    this.#append(filter);
    return { ...chunk, metadata: { ...chunk.metadata, ...place } };
  }

  /** Writes the last row group, the indexes and the footer, which it gives. The sink is not closed. */
  finish(): FileMetadata {
    this.flush();
    const columnIndexes = this.#appendIndexes(({ columnIndex }) => columnIndex && columnIndexBytes(columnIndex));
    const offsetIndexes = this.#appendIndexes(({ offsetIndex }) => offsetIndexBytes(offsetIndex));
    const rowGroups = this.#written.map(({ rowCount, chunks }, g): RowGroupMetadata => {
      const columns = chunks.map(({ metadata }, i): ColumnChunkMetadata => {
        const columnIndex = columnIndexes[g]?.[i];
        const offsetIndex = offsetIndexes[g]?.[i];
        return {
          ...metadata,
          columnIndexOffset: columnIndex?.offset,
          columnIndexBytes: columnIndex?.sizeBytes,
          offsetIndexOffset: offsetIndex?.offset,
          offsetIndexBytes: offsetIndex?.sizeBytes,
        };
      });
      const totalBytes = columns.reduce((sum, { totalUncompressedBytes }) => sum + totalUncompressedBytes, 0);
      return { columns, rowCount, totalBytes, sortingColumns: [] };
    });
    const metadata: FileMetadata = {
      version: 1,
      schema: this.#elements,
      rowCount: this.#rowCount,
      rowGroups,
      keyValues: this.#keyValues,
      createdBy: `cairn-engine version ${engineVersion()}`,
      columnOrders: this.#leaves.map(() => 'TYPE_ORDER'),
    };
    const footer = footerBytes(metadata);
    this.#append(footer);
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, footer.length, true);
    this.#append(length);
    this.#append(MAGIC);
    this.#flush();
    return metadata;
  }

  /** The indexes of one kind, of all row groups: where each lies. */
  #appendIndexes(
    bytesOf: (chunk: WrittenChunk) => Uint8Array | undefined,
  ): readonly (readonly (Place | undefined)[])[] {
    return this.#written.map(({ chunks }) =>
      chunks.map((chunk) => {
        const bytes = bytesOf(chunk);
        if (bytes === undefined) return undefined;
        const place = { offset: this.sizeBytes, sizeBytes: bytes.length };
        this.#append(bytes);
        return place;
      }),
    );
  }

  #append(bytes: Uint8Array): void {
    const out = this.#out;
    out.reserve(bytes.length);
    out.values.set(bytes, out.length);
    out.length += bytes.length;
    if (out.length >= FLUSH_BYTES) this.#flush();
  }

  #flush(): void {
    const out = this.#out;
    this.#sink.write(out.values.subarray(0, out.length));
    this.#flushed += out.length;
    out.clear();
  }
}

interface Place {
  readonly offset: number;
  readonly sizeBytes: number;
}

interface WrittenRowGroup {
  readonly rowCount: number;
  readonly chunks: readonly WrittenChunk[];
}
