/**
 * The part of `apache-arrow` that is used for reading: the classes that the FlatBuffers compiler made of Arrow's Schema.fbs,
 * Message.fbs and File.fbs, which know where in a table each field is. They read from `FlatBytes`, which checks.
 *
 * With arrow-encoder.ts, this is the one user of the package, which is loaded with the first file that is read or
 * written. Its own types are not imported: they would bring the types of another Node.js into the program.
 */
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import type { FlatBytes } from './flat-bytes.ts';

/** What generated classes are made as, to be pointed at a table. */
export interface FlatRecord {
  bb: FlatBytes | null;
  bb_pos: number;
}

export interface FlatMessage extends FlatRecord {
  version(): number;
  headerType(): number;
  header<T extends FlatRecord>(into: T): T | null;
  bodyLength(): bigint;
}

export interface FlatFooter extends FlatRecord {
  version(): number;
  schema(): FlatSchema | null;
  dictionaries(index: number): FlatBlock | null;
  dictionariesLength(): number;
  recordBatches(index: number): FlatBlock | null;
  recordBatchesLength(): number;
}

export interface FlatBlock {
  offset(): bigint;
  metaDataLength(): number;
  bodyLength(): bigint;
}

export interface FlatSchema extends FlatRecord {
  endianness(): number;
  fields(index: number): FlatField | null;
  fieldsLength(): number;
}

export interface FlatField {
  name(): string | null;
  nullable(): boolean;
  typeType(): number;
  type<T extends FlatRecord>(into: T): T | null;
  dictionary(): FlatDictionary | null;
  children(index: number): FlatField | null;
  childrenLength(): number;
  customMetadata(index: number): FlatKeyValue | null;
  customMetadataLength(): number;
}

export interface FlatKeyValue {
  key(): string | null;
  value(): string | null;
}

export interface FlatDictionary {
  id(): bigint;
  indexType(): Pick<FlatType, 'bitWidth' | 'isSigned'> | null;
}

/** All that tables of types have; which of it a table has goes by its name. */
export interface FlatType extends FlatRecord {
  bitWidth(): number;
  isSigned(): boolean;
  precision(): number;
  scale(): number;
  unit(): number;
  timezone(): string | null;
  byteWidth(): number;
  listSize(): number;
}

export interface FlatBatch extends FlatRecord {
  length(): bigint;
  nodes(index: number): { length(): bigint; nullCount(): bigint } | null;
  nodesLength(): number;
  buffers(index: number): { offset(): bigint; length(): bigint } | null;
  buffersLength(): number;
  compression(): { codec(): number; method(): number } | null;
  variadicBufferCounts(index: number): bigint | null;
  variadicBufferCountsLength(): number;
}

export interface FlatDictionaryBatch extends FlatRecord {
  id(): bigint;
  isDelta(): boolean;
  data(): FlatBatch | null;
}

const loadMessage = loadWhenUsed<{ readonly Message: { getRootAsMessage(bytes: FlatBytes): FlatMessage } }>(
  'apache-arrow/fb/message',
);
const loadFooter = loadWhenUsed<{ readonly Footer: { getRootAsFooter(bytes: FlatBytes): FlatFooter } }>(
  'apache-arrow/fb/footer',
);
const loadSchema = loadWhenUsed<{ readonly Schema: new () => FlatSchema }>('apache-arrow/fb/schema');
const loadBatch = loadWhenUsed<{ readonly RecordBatch: new () => FlatBatch }>('apache-arrow/fb/record-batch');
const loadDictionary = loadWhenUsed<{ readonly DictionaryBatch: new () => FlatDictionaryBatch }>(
  'apache-arrow/fb/dictionary-batch',
);
const loadTypes = loadWhenUsed<{
  readonly Type: Readonly<Record<number, string>>;
  unionToType(type: number, read: (into: FlatType) => FlatType | null): FlatType | null;
}>('apache-arrow/fb/type');

export const messageRoot = (bytes: FlatBytes): FlatMessage => loadMessage().Message.getRootAsMessage(bytes);

export const footerRoot = (bytes: FlatBytes): FlatFooter => loadFooter().Footer.getRootAsFooter(bytes);

export const schemaOf = (message: FlatMessage): FlatSchema | null => message.header(new (loadSchema().Schema)());

export const batchOf = (message: FlatMessage): FlatBatch | null => message.header(new (loadBatch().RecordBatch)());

export const dictionaryBatchOf = (message: FlatMessage): FlatDictionaryBatch | null =>
  message.header(new (loadDictionary().DictionaryBatch)());

/** The name of a field's type in Schema.fbs; undefined for a number that has none yet. */
export const typeName = (type: number): string | undefined => loadTypes().Type[type];

export const typeOf = (field: FlatField): FlatType | null =>
  loadTypes().unionToType(field.typeType(), (into) => field.type(into));
