/**
 * What the metadata of an Arrow file says, as plain data: schema (Schema.fbs), headers of record batches and of
 * dictionaries (Message.fbs), the footer (File.fbs).
 */

export type ArrowTimeUnit = 'seconds' | 'millis' | 'micros' | 'nanos';

/** How the lengths of values that differ in length are told. */
export type ArrowLengths = 'offsets32' | 'offsets64' | 'views';

export type ArrowType =
  | { readonly kind: 'null' | 'boolean' | 'struct' | 'map' | 'runEndEncoded' }
  | { readonly kind: 'int'; readonly bits: number; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: number }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number; readonly bits: number }
  | { readonly kind: 'date'; readonly unit: 'day' | 'millis' }
  | { readonly kind: 'time'; readonly unit: ArrowTimeUnit; readonly bits: number }
  | { readonly kind: 'timestamp'; readonly unit: ArrowTimeUnit; readonly withZone: boolean }
  | { readonly kind: 'duration'; readonly unit: ArrowTimeUnit }
  | { readonly kind: 'interval'; readonly unit: 'months' | 'days' | 'months and nanos' }
  | { readonly kind: 'bytes'; readonly isText: boolean; readonly lengths: ArrowLengths }
  | { readonly kind: 'fixedBytes'; readonly byteLength: number }
  | { readonly kind: 'list'; readonly lengths: 'offsets32' | 'offsets64' | 'views32' | 'views64' }
  | { readonly kind: 'fixedList'; readonly size: number }
  /** What is not read here, by its name in Schema.fbs. */
  | { readonly kind: 'other'; readonly name: string };

export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  /** Of a dictionary-encoded field, the type of the values. */
  readonly type: ArrowType;
  readonly children: readonly ArrowField[];
  readonly dictionary?: ArrowDictionary;
  /** `ARROW:extension:name`. */
  readonly extension?: string;
}

export interface ArrowDictionary {
  readonly id: bigint;
  /** The type of the codes. */
  readonly bits: number;
  readonly signed: boolean;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
}

/** How many values a part of a column has, and how many of them are missing. */
export interface ArrowNode {
  readonly length: number;
  readonly nullCount: number;
}

/** A range of a message's body. */
export interface ArrowBuffer {
  readonly offset: number;
  readonly length: number;
}

export type ArrowCompression = 'lz4' | 'zstd';

export interface BatchHeader {
  readonly rowCount: number;
  readonly nodes: readonly ArrowNode[];
  readonly buffers: readonly ArrowBuffer[];
  readonly compression: ArrowCompression | undefined;
  /** Of each column of views, how many buffers of values it has. */
  readonly variadicCounts: readonly number[];
}

export type ArrowMessage = { readonly bodyLength: number } & (
  | { readonly kind: 'schema'; readonly schema: ArrowSchema }
  | { readonly kind: 'batch'; readonly batch: BatchHeader }
  | { readonly kind: 'dictionary'; readonly id: bigint; readonly isDelta: boolean; readonly batch: BatchHeader }
);

/** Where a message lies in a file. */
export interface ArrowBlock {
  readonly offset: number;
  readonly metadataLength: number;
  readonly bodyLength: number;
}

export interface ArrowFooter {
  readonly schema: ArrowSchema;
  readonly dictionaries: readonly ArrowBlock[];
  readonly batches: readonly ArrowBlock[];
}
