/** Writes the pages of one column of a row group, and gathers what the footer and the indexes say of them. */
import { checksum } from '../bytes/checksum.ts';
import { cutMax, cutMin } from './cut-bounds.ts';
import type { ColumnChunkMetadata, Encoding, EncodingStats, Statistics } from './metadata.ts';
import { pageHeaderBytes } from './parquetjs-adapter.ts';
import {
  type Bounds,
  booleanBounds,
  byteArrayBounds,
  compareBounds,
  fixedBounds,
  orderOf,
  type ValueOrder,
} from './write-bounds.ts';
import { GrowingBytes, GrowingInts } from './write-buffers.ts';
import { CODEC_NAMES, PageCompressor, type ParquetCodec } from './write-compress.ts';
import { appendRun, bitWidth, encodeHybrid } from './write-hybrid.ts';
import type { LeafColumn } from './write-leaf.ts';
import { cutPages, type PageCut, type PageSize } from './write-pages.ts';
import { type EncodingOptions, encoderOf } from './write-values.ts';
import type { BoundaryOrder, ColumnIndex, OffsetIndex, PageLocation } from './written-pages.ts';

export interface ChunkOptions extends EncodingOptions, PageSize {
  readonly codec: ParquetCodec;
  /** Bounds are cut to so many bytes. */
  readonly boundBytes: number;
}

/** Where pages go: the file, from where it has got to. */
export interface PageTarget {
  position(): number;
  append(bytes: Uint8Array): void;
}

/** A chunk as it was written; where its indexes are is filled in once they have been, too. */
export interface WrittenChunk {
  readonly metadata: ColumnChunkMetadata;
  /** Undefined where a page with values has no bounds. */
  readonly columnIndex: ColumnIndex | undefined;
  readonly offsetIndex: OffsetIndex;
}

export class ChunkWriter {
  readonly #options: ChunkOptions;
  readonly #compressor: PageCompressor;
  readonly #body = new GrowingBytes();
  readonly #levels = new GrowingInts();

  constructor(options: ChunkOptions) {
    this.#options = options;
    this.#compressor = new PageCompressor(options.codec);
  }

  write(column: LeafColumn, target: PageTarget): WrittenChunk {
    const { leaf, store, entryCount, nullCount } = column;
    if (store.kind === 'bytes') store.settle();
    const encoder = encoderOf(column, this.#options);
    const order = orderOf(leaf.type, leaf.physicalType);
    const start = target.position();
    const sizes = { raw: 0 };
    if (encoder.dictionary !== undefined) {
      this.#body.clear();
      encoder.dictionary.append(this.#body);
      this.#page(target, 'dictionary', 'PLAIN', encoder.dictionary.count, sizes);
    }
    const dataPageOffset = target.position();
    const pages: PageLocation[] = [];
    const bounds = new BoundsOfPages(order);
    for (const cut of cutPages(column, this.#options)) {
      this.#body.clear();
      this.#appendLevels(column, cut);
      encoder.append(this.#body, cut.valueFrom, cut.valueTo);
      const offset = target.position();
      this.#page(target, 'data', encoder.encoding, cut.entryTo - cut.entryFrom, sizes);
      pages.push({ offset, compressedBytes: target.position() - offset, firstRow: cut.firstRow });
      bounds.add(boundsOf(column, order, cut), cut);
    }
    const metadata: ColumnChunkMetadata = {
      type: leaf.physicalType,
      encodings: encodingsOf(encoder.encoding),
      path: leaf.path,
      codec: CODEC_NAMES[this.#options.codec],
      numValues: entryCount,
      totalUncompressedBytes: sizes.raw,
      totalCompressedBytes: target.position() - start,
      dataPageOffset,
      dictionaryPageOffset: encoder.dictionary === undefined ? undefined : start,
      statistics: bounds.statistics(nullCount, this.#options.boundBytes, leaf.type.kind === 'string'),
      encodingStats: encodingStats(encoder.encoding, pages.length),
      bloomFilterOffset: undefined,
      bloomFilterBytes: undefined,
      offsetIndexOffset: undefined,
      offsetIndexBytes: undefined,
      columnIndexOffset: undefined,
      columnIndexBytes: undefined,
      filePath: undefined,
      isEncrypted: false,
    };
    return {
      metadata,
      columnIndex: bounds.columnIndex(this.#options.boundBytes, leaf.type.kind === 'string'),
      offsetIndex: { pages },
    };
  }

  /** Compresses and appends what is in the body. */
  #page(
    target: PageTarget,
    kind: 'data' | 'dictionary',
    encoding: Encoding,
    valueCount: number,
    sizes: { raw: number },
  ): void {
    const body = this.#compressor.compress(this.#body);
    const rawBytes = this.#body.length;
    const header = pageHeaderBytes({
      ...{ kind, encoding, valueCount, rawBytes },
      compressedBytes: body.length,
      crc: checksum(body),
    });
    sizes.raw += header.length + rawBytes;
    target.append(header);
    target.append(body);
  }

  /** Repetition levels, then definition levels, each behind its length: what pages of version 1 begin with. */
  #appendLevels(column: LeafColumn, cut: PageCut): void {
    const { leaf, definitions, repetitions } = column;
    if (leaf.repetition > 0) this.#appendLevel(repetitions, leaf.repetition, cut);
    if (leaf.definedAt === 0) return;
    if (column.nullCount === 0) {
      const at = this.#beginLevels();
      appendRun(this.#body, leaf.definedAt, cut.entryTo - cut.entryFrom, bitWidth(leaf.definedAt));
      this.#endLevels(at);
    } else this.#appendLevel(definitions, leaf.definedAt, cut);
  }

  #appendLevel(levels: Uint8Array, max: number, { entryFrom, entryTo }: PageCut): void {
    const scratch = this.#levels;
    scratch.clear();
    scratch.reserve(entryTo - entryFrom);
    scratch.values.set(levels.subarray(entryFrom, entryTo));
    const at = this.#beginLevels();
    encodeHybrid(this.#body, scratch.values, 0, entryTo - entryFrom, bitWidth(max));
    this.#endLevels(at);
  }

  #beginLevels(): number {
    this.#body.reserve(4);
    this.#body.length += 4;
    return this.#body.length;
  }

  #endLevels(at: number): void {
    this.#body.view.setInt32(at - 4, this.#body.length - at, true);
  }
}

function boundsOf(column: LeafColumn, order: ValueOrder, { valueFrom, valueTo }: PageCut): Bounds | undefined {
  const { store } = column;
  switch (store.kind) {
    case 'boolean':
      return booleanBounds(store.values, valueFrom, valueTo);
    case 'fixed':
      return fixedBounds(store, order, valueFrom, valueTo);
    default:
      return byteArrayBounds(store, order, valueFrom, valueTo);
  }
}

/** Levels are in RLE, dictionary pages in PLAIN. */
function encodingsOf(encoding: Encoding): readonly Encoding[] {
  if (encoding === 'RLE_DICTIONARY') return ['PLAIN', 'RLE', 'RLE_DICTIONARY'];
  return encoding === 'PLAIN' ? ['PLAIN', 'RLE'] : ['RLE', encoding];
}

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

function encodingStats(encoding: Encoding, count: number): readonly EncodingStats[] {
  const data = { pageType: DATA_PAGE, encoding, count };
  return encoding === 'RLE_DICTIONARY' ? [{ pageType: DICTIONARY_PAGE, encoding: 'PLAIN', count: 1 }, data] : [data];
}

/** The bounds of the pages of a chunk, and of the chunk. */
class BoundsOfPages {
  readonly #order: ValueOrder;
  readonly #pages: (Bounds | undefined)[] = [];
  readonly #nullCounts: number[] = [];
  #min: Uint8Array | undefined;
  #max: Uint8Array | undefined;
  /** False once a page has values and no bounds. */
  #isWhole = true;

  constructor(order: ValueOrder) {
    this.#order = order;
  }

  add(bounds: Bounds | undefined, { entryFrom, entryTo, valueFrom, valueTo }: PageCut): void {
    const order = this.#order;
    this.#pages.push(bounds);
    this.#nullCounts.push(entryTo - entryFrom - (valueTo - valueFrom));
    if (bounds === undefined) {
      if (valueTo > valueFrom) this.#isWhole = false;
      return;
    }
    if (this.#min === undefined || compareBounds(order, bounds.min, this.#min) < 0) this.#min = bounds.min;
    if (this.#max === undefined || compareBounds(order, bounds.max, this.#max) > 0) this.#max = bounds.max;
  }

  statistics(nullCount: number, most: number, isText: boolean): Statistics {
    const min = this.#isWhole ? this.#min : undefined;
    const max = this.#isWhole ? this.#max : undefined;
    const isCut = this.#order === 'bytes';
    const minValue = min !== undefined && isCut ? cutMin(min, most, isText) : min;
    const maxValue = max !== undefined && isCut ? cutMax(max, most, isText) : max;
    return {
      ...{ nullCount, distinctCount: undefined, minValue, maxValue },
      isMinExact: min === undefined ? undefined : minValue === min,
      isMaxExact: max === undefined ? undefined : maxValue === max,
      ...{ deprecatedMin: undefined, deprecatedMax: undefined },
    };
  }

  columnIndex(most: number, isText: boolean): ColumnIndex | undefined {
    if (!this.#isWhole || this.#order === 'none') return undefined;
    const isCut = this.#order === 'bytes';
    const none = new Uint8Array();
    const cut = (bounds: Bounds | undefined): Bounds => {
      if (bounds === undefined) return { min: none, max: none };
      return isCut ? { min: cutMin(bounds.min, most, isText), max: cutMax(bounds.max, most, isText) } : bounds;
    };
    const pages = this.#pages.map(cut);
    return {
      nullPages: this.#pages.map((bounds) => bounds === undefined),
      minValues: pages.map(({ min }) => min),
      maxValues: pages.map(({ max }) => max),
      boundaryOrder: this.#boundaryOrder(pages.filter((_, i) => this.#pages[i] !== undefined)),
      nullCounts: this.#nullCounts,
    };
  }

  #boundaryOrder(pages: readonly Bounds[]): BoundaryOrder {
    let ascending = true;
    let descending = true;
    for (let i = 1; i < pages.length; i++) {
      const [a, b] = [pages[i - 1] as Bounds, pages[i] as Bounds];
      const mins = compareBounds(this.#order, a.min, b.min);
      const maxs = compareBounds(this.#order, a.max, b.max);
      if (mins > 0 || maxs > 0) ascending = false;
      if (mins < 0 || maxs < 0) descending = false;
    }
    return ascending ? 'ASCENDING' : descending ? 'DESCENDING' : 'UNORDERED';
  }
}
