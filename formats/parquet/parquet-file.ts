/**
 * An opened Parquet file: its footer, checked against the file, and what its columns mean.
 */
import { CairnError } from '../../lib/base/errors.ts';
import type { RandomAccess } from '../bytes/random-access.ts';
import type { Schema } from '../schema/data-type.ts';
import { damaged, type FilePlace, unsupported } from './damage.ts';
import type { ColumnChunkMetadata, FileMetadata } from './metadata.ts';
import { readFileMetadata } from './read-metadata.ts';
import { buildSchemaTree, fieldOf, type LeafNode, type SchemaTree } from './schema-tree.ts';

/** Caps on what a file may make a reader do; damage and bombs end at them (`LIMIT_EXCEEDED`). */
export interface ParquetLimits {
  readonly footerBytes: number;
  /** Of one page, decompressed; less where that would be over 4096 times what it takes in the file. */
  readonly pageBytes: number;
  /** Entries of one column chunk where they take less than a byte each; as many as 64 a byte beyond. */
  readonly chunkValues: number;
}

export const PARQUET_LIMITS: ParquetLimits = {
  footerBytes: 256 * 1024 * 1024,
  pageBytes: 256 * 1024 * 1024,
  chunkValues: 16 * 1024 * 1024,
};

export interface ParquetOptions {
  readonly limits?: Partial<ParquetLimits>;
  /** Whether pages that have a checksum are compared with it: they are unless this says false. */
  readonly verifyChecksums?: boolean;
}

export interface ParquetFile {
  readonly source: RandomAccess;
  readonly sizeBytes: number;
  readonly metadata: FileMetadata;
  readonly tree: SchemaTree;
  /** The columns of the tree. */
  readonly schema: Schema;
  readonly limits: ParquetLimits;
  readonly verifyChecksums: boolean;
}

const MAGIC = 0x31524150; // PAR1
const ENCRYPTED_MAGIC = 0x45524150; // PARE
/** Length of the footer and magic. */
const TAIL_BYTES = 8;
/** Magic at the beginning and the tail. */
const LEAST_BYTES = 12;
/** Read at once from the end: holds most footers whole. */
const FIRST_READ_BYTES = 64 * 1024;

/**
 * Reads the footer. The source stays the caller's to close, after the last read.
 *
 * Raises `PARQUET_CORRUPT`, `PARQUET_UNSUPPORTED` for an encrypted footer, `LIMIT_EXCEEDED`.
 */
export function openParquet(source: RandomAccess, options: ParquetOptions = {}): ParquetFile {
  const limits = { ...PARQUET_LIMITS, ...options.limits };
  const sizeBytes = source.sizeBytes();
  const where = { path: source.path, place: 'the footer' };
  const { bytes, offset } = readFooterBytes(source, sizeBytes, limits, where);
  const metadata = readFileMetadata(bytes, source.path, offset);
  const tree = buildSchemaTree(metadata, source.path);
  checkRowGroups(metadata, tree.leaves, where, offset);
  const schema = { fields: tree.columns.map(fieldOf) };
  const verifyChecksums = options.verifyChecksums ?? true;
  return { source, sizeBytes, metadata, tree, schema, limits, verifyChecksums };
}

function readFooterBytes(
  source: RandomAccess,
  sizeBytes: number,
  limits: ParquetLimits,
  where: FilePlace,
): { readonly bytes: Uint8Array; readonly offset: number } {
  if (sizeBytes < LEAST_BYTES) throw damaged(where, 0, `at least ${LEAST_BYTES} bytes`, sizeBytes);
  const end = new Uint8Array(Math.min(sizeBytes, FIRST_READ_BYTES));
  const endAt = sizeBytes - end.length;
  readExactly(source, end, endAt, where);
  const tail = new DataView(end.buffer, end.length - TAIL_BYTES);
  const magic = tail.getUint32(4, true);
  if (magic === ENCRYPTED_MAGIC) {
    throw unsupported(where, 'encryption', 'decrypt the file, or write it again without encryption');
  }
  if (magic !== MAGIC) throw damaged(where, sizeBytes - 4, "'PAR1' at its end", 'other bytes');
  const length = tail.getUint32(0, true);
  if (length > sizeBytes - LEAST_BYTES) {
    throw damaged(where, sizeBytes - TAIL_BYTES, `a length of at most ${sizeBytes - LEAST_BYTES} bytes`, length);
  }
  if (length > limits.footerBytes) {
    throw new CairnError('LIMIT_EXCEEDED', {
      what: `the footer of ${source.path}`,
      found: `${length} bytes`,
      limit: `${limits.footerBytes} bytes`,
      remedy: 'write several files, or larger row groups',
    });
  }
  const offset = sizeBytes - TAIL_BYTES - length;
  if (offset >= endAt) return { bytes: end.subarray(offset - endAt, end.length - TAIL_BYTES), offset };
  const bytes = new Uint8Array(length);
  readExactly(source, bytes.subarray(0, endAt - offset), offset, where);
  bytes.set(end.subarray(0, end.length - TAIL_BYTES), endAt - offset);
  return { bytes, offset };
}

/** Fills `target`; a file that ends before is damage, or was cut since it was opened. */
export function readExactly(source: RandomAccess, target: Uint8Array, position: number, where: FilePlace): void {
  const count = source.read(target, position);
  if (count !== target.length) throw damaged(where, position, `${target.length} bytes`, `${count}, and the end`);
}

function checkRowGroups(metadata: FileMetadata, leaves: readonly LeafNode[], where: FilePlace, offset: number): void {
  for (const { columns } of metadata.rowGroups) {
    if (columns.length !== leaves.length) {
      throw damaged(where, offset, `${leaves.length} column chunks in a row group`, columns.length);
    }
    for (let i = 0; i < leaves.length; i++) {
      const chunk = columns[i] as ColumnChunkMetadata;
      const leaf = leaves[i] as LeafNode;
      if (chunk.type !== leaf.physicalType && !chunk.isEncrypted) {
        throw damaged(where, offset, `${leaf.path.join('.')} as ${leaf.physicalType}`, chunk.type);
      }
    }
  }
}
