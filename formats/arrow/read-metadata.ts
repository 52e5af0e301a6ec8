/** From bytes of FlatBuffers to plain metadata (metadata.ts). Everything is checked: the bytes may be anything. */
import {
  batchOf,
  dictionaryBatchOf,
  type FlatBatch,
  type FlatBlock,
  type FlatField,
  type FlatSchema,
  type FlatType,
  footerRoot,
  messageRoot,
  schemaOf,
  typeName,
  typeOf,
} from './arrow-classes.ts';
import { type ArrowPlace, damaged, tooLarge, unsupported } from './damage.ts';
import { FlatBytes } from './flat-bytes.ts';
import type {
  ArrowBlock,
  ArrowCompression,
  ArrowDictionary,
  ArrowField,
  ArrowFooter,
  ArrowMessage,
  ArrowSchema,
  ArrowTimeUnit,
  ArrowType,
  BatchHeader,
} from './metadata.ts';

/** The numbers of Message.fbs and Schema.fbs. */
const HEADER_SCHEMA = 1;
const HEADER_DICTIONARY = 2;
const HEADER_BATCH = 3;
const VERSION_4 = 3;
const VERSION_5 = 4;
const LITTLE_ENDIAN = 0;
const TIME_UNITS: readonly ArrowTimeUnit[] = ['seconds', 'millis', 'micros', 'nanos'];
const COMPRESSIONS: readonly ArrowCompression[] = ['lz4', 'zstd'];

/** Deeper schemas are damage, or a trap; and so are larger ones. */
const MAX_DEPTH = 64;
const MAX_FIELDS = 1 << 18;

const REMEDY = 'write the file again with a current version of Arrow';

/** Raises `ARROW_CORRUPT`, `ARROW_UNSUPPORTED` and `LIMIT_EXCEEDED`. */
export function readMessage(bytes: Uint8Array, where: ArrowPlace): ArrowMessage {
  const message = messageRoot(new FlatBytes(bytes, where));
  checkVersion(message.version(), where);
  const bodyLength = countOf(message.bodyLength(), where);
  switch (message.headerType()) {
    case HEADER_SCHEMA:
      return { kind: 'schema', bodyLength, schema: readSchema(required(schemaOf(message), where), where) };
    case HEADER_BATCH:
      return { kind: 'batch', bodyLength, batch: readBatch(required(batchOf(message), where), where, bytes.length) };
    case HEADER_DICTIONARY: {
      const found = required(dictionaryBatchOf(message), where);
      const batch = readBatch(required(found.data(), where), where, bytes.length);
      return { kind: 'dictionary', bodyLength, id: found.id(), isDelta: found.isDelta(), batch };
    }
    default:
      throw damaged(where, 'a schema, a record batch or a dictionary', `a message of type ${message.headerType()}`);
  }
}

/** Raises `ARROW_CORRUPT`, `ARROW_UNSUPPORTED` and `LIMIT_EXCEEDED`. */
export function readFooter(bytes: Uint8Array, where: ArrowPlace): ArrowFooter {
  const footer = footerRoot(new FlatBytes(bytes, where));
  checkVersion(footer.version(), where);
  return {
    schema: readSchema(required(footer.schema(), where), where),
    dictionaries: listOf(footer.dictionariesLength(), BLOCK_BYTES, bytes.length, where, (i) =>
      readBlock(footer.dictionaries(i), where),
    ),
    batches: listOf(footer.recordBatchesLength(), BLOCK_BYTES, bytes.length, where, (i) =>
      readBlock(footer.recordBatches(i), where),
    ),
  };
}

const BLOCK_BYTES = 24;
const NODE_BYTES = 16;

function checkVersion(version: number, where: ArrowPlace): void {
  if (version === VERSION_4 || version === VERSION_5) return;
  if (version >= 0 && version < VERSION_4) throw unsupported(where.path, `metadata of version ${version + 1}`, REMEDY);
  throw damaged(where, 'metadata of version 4 or 5', version + 1);
}

function readBlock(block: FlatBlock | null, where: ArrowPlace): ArrowBlock {
  const found = required(block, where);
  const metadataLength = found.metaDataLength();
  if (metadataLength < 0) throw damaged(where, 'a length', metadataLength);
  return {
    offset: countOf(found.offset(), where),
    metadataLength,
    bodyLength: countOf(found.bodyLength(), where),
  };
}

function readBatch(batch: FlatBatch, where: ArrowPlace, sizeBytes: number): BatchHeader {
  const compression = batch.compression();
  if (compression !== null && (compression.method() !== 0 || COMPRESSIONS[compression.codec()] === undefined)) {
    throw unsupported(where.path, `compression ${compression.codec()} of bodies`, 'write it with LZ4 or ZSTD');
  }
  return {
    rowCount: countOf(batch.length(), where),
    nodes: listOf(batch.nodesLength(), NODE_BYTES, sizeBytes, where, (i) => {
      const node = required(batch.nodes(i), where);
      return { length: countOf(node.length(), where), nullCount: countOf(node.nullCount(), where) };
    }),
    buffers: listOf(batch.buffersLength(), NODE_BYTES, sizeBytes, where, (i) => {
      const buffer = required(batch.buffers(i), where);
      return { offset: countOf(buffer.offset(), where), length: countOf(buffer.length(), where) };
    }),
    compression: compression === null ? undefined : COMPRESSIONS[compression.codec()],
    variadicCounts: listOf(batch.variadicBufferCountsLength(), 8, sizeBytes, where, (i) =>
      countOf(batch.variadicBufferCounts(i) ?? 0n, where),
    ),
  };
}

function readSchema(schema: FlatSchema, where: ArrowPlace): ArrowSchema {
  if (schema.endianness() !== LITTLE_ENDIAN) {
    throw unsupported(where.path, 'big-endian values', 'write it again on a machine whose integers are little-endian');
  }
  const counter = { fields: 0 };
  return { fields: fieldsOf(schema.fieldsLength(), (i) => schema.fields(i), where, 0, counter) };
}

function fieldsOf(
  count: number,
  at: (index: number) => FlatField | null,
  where: ArrowPlace,
  depth: number,
  counter: { fields: number },
): readonly ArrowField[] {
  counter.fields += count;
  if (depth > MAX_DEPTH || counter.fields > MAX_FIELDS) {
    const found = depth > MAX_DEPTH ? `over ${MAX_DEPTH} levels` : `${counter.fields} fields`;
    throw tooLarge(where, 'the schema', found, `${MAX_DEPTH} levels of ${MAX_FIELDS} fields`);
  }
  return Array.from({ length: count }, (_, i) => readField(required(at(i), where), where, depth, counter));
}

function readField(found: FlatField, where: ArrowPlace, depth: number, counter: { fields: number }): ArrowField {
  const dictionary = found.dictionary();
  const extension = extensionOf(found);
  return {
    name: found.name() ?? '',
    nullable: found.nullable(),
    type: readType(found, where),
    children: fieldsOf(found.childrenLength(), (i) => found.children(i), where, depth + 1, counter),
    ...(dictionary === null ? {} : { dictionary: readDictionary(dictionary.id(), dictionary.indexType()) }),
    ...(extension === undefined ? {} : { extension }),
  };
}

/** Codes are int32 unless it is said. */
function readDictionary(id: bigint, index: Pick<FlatType, 'bitWidth' | 'isSigned'> | null): ArrowDictionary {
  return index === null ? { id, bits: 32, signed: true } : { id, bits: index.bitWidth(), signed: index.isSigned() };
}

function extensionOf(found: FlatField): string | undefined {
  const count = found.customMetadataLength();
  for (let i = 0; i < count; i++) {
    const entry = found.customMetadata(i);
    if (entry?.key() === 'ARROW:extension:name') return entry.value() ?? undefined;
  }
  return undefined;
}

function readType(found: FlatField, where: ArrowPlace): ArrowType {
  const number = found.typeType();
  const name = typeName(number);
  const type = typeOf(found);
  if (name === undefined || type === null) return { kind: 'other', name: name ?? `number ${number}` };
  return SIMPLE_TYPES[name] ?? typeWithParameters(name, type, where);
}

const SIMPLE_TYPES: Readonly<Record<string, ArrowType>> = {
  Null: { kind: 'null' },
  Bool: { kind: 'boolean' },
  Struct_: { kind: 'struct' },
  Map: { kind: 'map' },
  RunEndEncoded: { kind: 'runEndEncoded' },
  Utf8: { kind: 'bytes', isText: true, lengths: 'offsets32' },
  LargeUtf8: { kind: 'bytes', isText: true, lengths: 'offsets64' },
  Utf8View: { kind: 'bytes', isText: true, lengths: 'views' },
  Binary: { kind: 'bytes', isText: false, lengths: 'offsets32' },
  LargeBinary: { kind: 'bytes', isText: false, lengths: 'offsets64' },
  BinaryView: { kind: 'bytes', isText: false, lengths: 'views' },
  List: { kind: 'list', lengths: 'offsets32' },
  LargeList: { kind: 'list', lengths: 'offsets64' },
  ListView: { kind: 'list', lengths: 'views32' },
  LargeListView: { kind: 'list', lengths: 'views64' },
};

function typeWithParameters(name: string, type: FlatType, where: ArrowPlace): ArrowType {
  switch (name) {
    case 'Int':
      return { kind: 'int', bits: type.bitWidth(), signed: type.isSigned() };
    case 'FloatingPoint':
      return { kind: 'float', bits: oneOf([16, 32, 64], type.precision(), where) };
    case 'Decimal':
      return { kind: 'decimal', precision: type.precision(), scale: type.scale(), bits: type.bitWidth() };
    case 'Date':
      return { kind: 'date', unit: oneOf(['day', 'millis'] as const, type.unit(), where) };
    case 'Time':
      return { kind: 'time', unit: oneOf(TIME_UNITS, type.unit(), where), bits: type.bitWidth() };
    case 'Timestamp': {
      const withZone = (type.timezone() ?? '') !== '';
      return { kind: 'timestamp', unit: oneOf(TIME_UNITS, type.unit(), where), withZone };
    }
    case 'Duration':
      return { kind: 'duration', unit: oneOf(TIME_UNITS, type.unit(), where) };
    case 'Interval':
      return { kind: 'interval', unit: oneOf(['months', 'days', 'months and nanos'] as const, type.unit(), where) };
    case 'FixedSizeBinary':
      return { kind: 'fixedBytes', byteLength: type.byteWidth() };
    case 'FixedSizeList':
      return { kind: 'fixedList', size: type.listSize() };
    default:
      return { kind: 'other', name };
  }
}

function oneOf<T>(values: readonly T[], index: number, where: ArrowPlace): T {
  const found = values[index];
  if (found === undefined) throw damaged(where, `a number below ${values.length}`, index);
  return found;
}

function required<T>(found: T | null, where: ArrowPlace): T {
  if (found === null) throw damaged(where, 'what every message of its kind has', 'none');
  return found;
}

/** A count or a position: no negative one, and one that a number holds. */
function countOf(value: bigint, where: ArrowPlace): number {
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(where, 'a length', `${value}`);
  return Number(value);
}

/** Elements that take `size` bytes each, so that no more are made than there are. */
function listOf<T>(
  count: number,
  size: number,
  sizeBytes: number,
  where: ArrowPlace,
  at: (index: number) => T,
): readonly T[] {
  if (count * size > sizeBytes) throw damaged(where, `${count} elements of ${size} bytes`, `${sizeBytes} bytes in all`);
  return Array.from({ length: count }, (_, i) => at(i));
}
