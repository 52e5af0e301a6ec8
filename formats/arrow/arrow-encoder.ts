/**
 * Schemas, headers of record batches and footers as FlatBuffers, written by the classes that `apache-arrow` has for them.
 * Values are none of its business: see encode-column.ts.
 */
import { loadWhenUsed } from '../../lib/base/load-when-used.ts';
import type { DataType, Field, Schema, TimeUnit } from '../schema/data-type.ts';
import type { ArrowBlock, ArrowBuffer, ArrowNode } from './metadata.ts';

/** Objects of the package, which only it looks into. */
type Made = object;
type Make = new (...parts: readonly unknown[]) => Made;

interface MessageClasses {
  readonly Message: { from(header: Made, bodyLength?: number): Made; encode(message: Made): Uint8Array };
  readonly RecordBatch: Make;
  readonly FieldNode: Make;
  readonly BufferRegion: Make;
  readonly BodyCompression: Make;
}

type TypeName =
  | 'Null'
  | 'Bool'
  | 'Int'
  | 'Float'
  | 'Decimal'
  | 'Utf8'
  | 'Binary'
  | 'FixedSizeBinary'
  | 'DateDay'
  | 'Time'
  | 'Timestamp'
  | 'List'
  | 'Map_'
  | 'Struct';

const loadMessages = loadWhenUsed<MessageClasses>('apache-arrow/ipc/metadata/message');
const loadFiles = loadWhenUsed<{
  readonly Footer: Make & { encode(footer: Made): Uint8Array };
  readonly FileBlock: Make;
}>('apache-arrow/ipc/metadata/file');
const loadSchema = loadWhenUsed<{ readonly Schema: Make; readonly Field: Make }>('apache-arrow/schema');
const loadTypes = loadWhenUsed<Readonly<Record<TypeName, Make>>>('apache-arrow/type');

/** Numbers of Schema.fbs and Message.fbs. */
const TIME_UNITS: Readonly<Record<TimeUnit, number>> = { millis: 1, micros: 2, nanos: 3 };
const PRECISIONS = { 16: 0, 32: 1, 64: 2 } as const;
const ZSTD = 1;

/** Digits that 128 bits hold. */
export const DECIMAL128_DIGITS = 38;

/** A schema, for the messages that need it. */
export function arrowSchema({ fields }: Schema): Made {
  return new (loadSchema().Schema)(fields.map(fieldOf));
}

export function schemaMessage(schema: Made): Uint8Array {
  const { Message } = loadMessages();
  return Message.encode(Message.from(schema));
}

export function batchMessage(
  rowCount: number,
  nodes: readonly ArrowNode[],
  buffers: readonly ArrowBuffer[],
  bodyLength: number,
  isCompressed: boolean,
): Uint8Array {
  const { Message, RecordBatch, FieldNode, BufferRegion, BodyCompression } = loadMessages();
  const batch = new RecordBatch(
    rowCount,
    nodes.map(({ length, nullCount }) => new FieldNode(length, nullCount)),
    buffers.map(({ offset, length }) => new BufferRegion(offset, length)),
    isCompressed ? new BodyCompression(ZSTD) : null,
  );
  return Message.encode(Message.from(batch, bodyLength));
}

export function footerBytes(schema: Made, blocks: readonly ArrowBlock[]): Uint8Array {
  const { Footer, FileBlock } = loadFiles();
  const batches = blocks.map(
    ({ metadataLength, bodyLength, offset }) => new FileBlock(metadataLength, bodyLength, offset),
  );
  return Footer.encode(new Footer(schema, undefined, batches, []));
}

function fieldOf({ name, type, nullable }: Field): Made {
  const metadata = type.kind === 'uuid' ? UUID : undefined;
  return new (loadSchema().Field)(name, typeOf(type), nullable, metadata);
}

/** An extension of Arrow's own: https://arrow.apache.org/docs/format/CanonicalExtensions.html */
const UUID = new Map([
  ['ARROW:extension:name', 'arrow.uuid'],
  ['ARROW:extension:metadata', ''],
]);

function typeOf(type: DataType): Made {
  const types = loadTypes();
  switch (type.kind) {
    case 'null':
      return new types.Null();
    case 'boolean':
      return new types.Bool();
    case 'int':
      return new types.Int(type.signed, type.bits);
    case 'float':
      return new types.Float(PRECISIONS[type.bits]);
    case 'decimal':
      return new types.Decimal(type.scale, type.precision, type.precision <= DECIMAL128_DIGITS ? 128 : 256);
    case 'string':
      return new types.Utf8();
    case 'binary':
      return type.byteLength === undefined ? new types.Binary() : new types.FixedSizeBinary(type.byteLength);
    case 'uuid':
      return new types.FixedSizeBinary(16);
    case 'date':
      return new types.DateDay();
    case 'time':
      return new types.Time(TIME_UNITS[type.unit], type.unit === 'millis' ? 32 : 64);
    case 'timestamp':
      return new types.Timestamp(TIME_UNITS[type.unit], type.withZone ? 'UTC' : null);
    case 'list':
      return new types.List(fieldOf(type.element));
    case 'map': {
      const key = { ...type.key, name: 'key', nullable: false };
      const entries = { kind: 'struct', fields: [key, { ...type.value, name: 'value' }] } as const;
      return new types.Map_(fieldOf({ name: 'entries', type: entries, nullable: false }));
    }
    case 'struct':
      return new types.Struct(type.fields.map(fieldOf));
  }
}
