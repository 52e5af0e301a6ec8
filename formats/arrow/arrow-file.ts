/**
 * An opened Arrow file: of the file format (Feather version 2), which has a footer that says where its record batches
 * lie, or of the stream format, whose messages are read one after another.
 *
 *     file     ARROW1, 2 bytes, messages, footer, its length (int32), ARROW1
 *     message  0xffffffff (missing before version 0.15), length of the metadata (int32), metadata, padding, body
 */
import type { RandomAccess } from '../bytes/random-access.ts';
import type { Schema } from '../schema/data-type.ts';
import { fieldOf } from './column-type.ts';
import { type ArrowPlace, damaged, tooLarge, unsupported } from './damage.ts';
import type { ArrowBlock, ArrowFooter, ArrowMessage, ArrowSchema } from './metadata.ts';
import { readFooter, readMessage } from './read-metadata.ts';

export interface ArrowFile {
  readonly source: RandomAccess;
  readonly sizeBytes: number;
  readonly schema: Schema;
  /** The same as the file has it. */
  readonly own: ArrowSchema;
  /** Where things lie, in the file format; a stream has to be read from its beginning. */
  readonly footer: ArrowFooter | undefined;
  /** Of a stream, where the messages begin that follow the schema. */
  readonly messagesAt: number;
}

const MAGIC = 'ARROW1';
const FEATHER_1 = 'FEA1';
const CONTINUATION = -1;
/** Magic and padding. */
const HEAD_BYTES = 8;
/** Length of the footer and magic. */
const TAIL_BYTES = 10;
/** Read at once from the end: holds most footers whole. */
const FIRST_READ_BYTES = 16 * 1024;
/** Metadata of a message, or of a whole file; more is damage, or a trap. */
const MAX_METADATA_BYTES = 256 * 1024 * 1024;

/**
 * Reads the footer, or the schema at the beginning of a stream. The source stays the caller's to close, after the last
 * read. Raises `ARROW_CORRUPT`, `ARROW_UNSUPPORTED`, `LIMIT_EXCEEDED`.
 */
export function openArrow(source: RandomAccess): ArrowFile {
  const sizeBytes = source.sizeBytes();
  const head = Buffer.alloc(HEAD_BYTES);
  const count = source.read(head, 0);
  const start = head.toString('latin1', 0, count);
  if (start.startsWith(FEATHER_1)) {
    throw unsupported(source.path, 'the format Feather 1', 'write it again as Feather 2, which is Arrow');
  }
  return start.startsWith(MAGIC) ? openFile(source, sizeBytes) : openStream(source, sizeBytes);
}

/** What a message says, and where its body lies. */
export interface FoundMessage {
  readonly message: ArrowMessage;
  readonly bodyAt: number;
  readonly where: ArrowPlace;
}

/** The messages of a stream that follow its schema. Raises what `openArrow` does. */
export function* messagesOfStream({
  source,
  sizeBytes,
  messagesAt,
}: ArrowFile): Generator<FoundMessage, void, undefined> {
  for (let at = messagesAt; ; ) {
    const found = readMessageAt(source, at, sizeBytes);
    if (found === undefined) return;
    if (found.message.kind === 'schema') throw damaged(found.where, 'one schema', 'another one');
    yield found;
    at = found.bodyAt + found.message.bodyLength;
  }
}

/** The message of a block in the footer. Raises what `openArrow` does. */
export function messageOfBlock(file: ArrowFile, block: ArrowBlock, kind: 'batch' | 'dictionary'): FoundMessage {
  const found = readMessageAt(file.source, block.offset, file.sizeBytes);
  const expected = kind === 'batch' ? 'a record batch' : 'a dictionary';
  if (found === undefined) {
    throw damaged({ path: file.source.path, place: 'a message', offset: block.offset }, expected, 'the end');
  }
  const { message, where } = found;
  if (message.kind !== kind) throw damaged(where, expected, `a ${message.kind}`);
  return found;
}

function openStream(source: RandomAccess, sizeBytes: number): ArrowFile {
  const where = { path: source.path, place: 'the schema', offset: 0 };
  const found = readMessageAt(source, 0, sizeBytes);
  if (found === undefined || found.message.kind !== 'schema') {
    throw damaged(where, `'${MAGIC}', or a schema, at the beginning`, found === undefined ? 'the end' : 'other bytes');
  }
  const { message, bodyAt } = found;
  const messagesAt = bodyAt + message.bodyLength;
  return { ...fileOf(source, sizeBytes, message.schema), footer: undefined, messagesAt };
}

function openFile(source: RandomAccess, sizeBytes: number): ArrowFile {
  const place = { path: source.path, place: 'the footer' };
  if (sizeBytes < HEAD_BYTES + TAIL_BYTES) {
    throw damaged({ ...place, offset: 0 }, `at least ${HEAD_BYTES + TAIL_BYTES} bytes`, sizeBytes);
  }
  const end = Buffer.alloc(Math.min(sizeBytes, FIRST_READ_BYTES));
  const endAt = sizeBytes - end.length;
  readExactly(source, end, endAt, { ...place, offset: endAt });
  if (end.toString('latin1', end.length - MAGIC.length) !== MAGIC) {
    throw damaged({ ...place, offset: sizeBytes - MAGIC.length }, `'${MAGIC}' at its end`, 'other bytes');
  }
  const length = end.readInt32LE(end.length - TAIL_BYTES);
  const most = sizeBytes - HEAD_BYTES - TAIL_BYTES;
  const where = { ...place, offset: sizeBytes - TAIL_BYTES - length };
  if (length <= 0 || length > most) {
    throw damaged({ ...place, offset: sizeBytes - TAIL_BYTES }, `a length of at most ${most} bytes`, length);
  }
  checkSize(length, where);
  const footer = readFooter(
    where.offset >= endAt
      ? end.subarray(where.offset - endAt, end.length - TAIL_BYTES)
      : readRange(source, where.offset, length, where),
    where,
  );
  return { ...fileOf(source, sizeBytes, footer.schema), footer, messagesAt: HEAD_BYTES };
}

function fileOf(
  source: RandomAccess,
  sizeBytes: number,
  own: ArrowSchema,
): Pick<ArrowFile, 'source' | 'sizeBytes' | 'schema' | 'own'> {
  return { source, sizeBytes, own, schema: { fields: own.fields.map((each) => fieldOf(each, source.path)) } };
}

/** Undefined at the end of a stream: where it says so, or where the file ends. */
function readMessageAt(source: RandomAccess, at: number, sizeBytes: number): FoundMessage | undefined {
  const where = { path: source.path, place: 'a message', offset: at };
  if (at === sizeBytes) return undefined;
  if (at > sizeBytes) throw damaged(where, `a message within ${sizeBytes} bytes`, 'one beyond');
  const prefix = readRange(source, at, Math.min(8, sizeBytes - at), where);
  if (prefix.length < 4) throw damaged(where, 'a message, or the end', `${prefix.length} bytes`);
  const view = new DataView(prefix.buffer);
  const isCurrent = view.getInt32(0, true) === CONTINUATION;
  if (isCurrent && prefix.length < 8) throw damaged(where, 'the length of a message', 'the end');
  const length = view.getInt32(isCurrent ? 4 : 0, true);
  if (length === 0) return undefined;
  const metadataAt = at + (isCurrent ? 8 : 4);
  if (length < 0 || length > sizeBytes - metadataAt) {
    throw damaged(where, `a length of at most ${sizeBytes - metadataAt} bytes`, length);
  }
  checkSize(length, where);
  const message = readMessage(readRange(source, metadataAt, length, where), { ...where, offset: metadataAt });
  const bodyAt = metadataAt + length;
  if (message.bodyLength > sizeBytes - bodyAt) {
    throw damaged(where, `a body of at most ${sizeBytes - bodyAt} bytes`, message.bodyLength);
  }
  return { message, bodyAt, where };
}

function checkSize(length: number, where: ArrowPlace): void {
  if (length > MAX_METADATA_BYTES) throw tooLarge(where, 'metadata', `${length} bytes`, `${MAX_METADATA_BYTES} bytes`);
}

function readRange(source: RandomAccess, at: number, length: number, where: ArrowPlace): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  readExactly(source, bytes, at, where);
  return bytes;
}

function readExactly(source: RandomAccess, target: Uint8Array, at: number, where: ArrowPlace): void {
  const count = source.read(target, at);
  if (count !== target.length) throw damaged(where, `${target.length} bytes`, `${count}, and the end`);
}
