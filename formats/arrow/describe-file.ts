/** What an Arrow file says of itself, as plain data for whoever wants to look at it: `cairn inspect`. */
import type { Schema } from '../schema/data-type.ts';
import { formatType } from '../schema/data-type.ts';
import { type ArrowFile, messageOfBlock, messagesOfStream } from './arrow-file.ts';
import type { ArrowMessage } from './metadata.ts';

export interface ArrowDescription {
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the file format there is a footer; a stream has to be read from its beginning. */
  readonly format: 'file' | 'stream';
  readonly rowCount: number;
  readonly schema: readonly { readonly name: string; readonly type: string; readonly nullable: boolean }[];
  /** How many dictionaries the columns have, or parts of dictionaries. */
  readonly dictionaryCount: number;
  readonly batches: readonly ArrowBatchDescription[];
}

export interface ArrowBatchDescription {
  readonly rowCount: number;
  readonly sizeBytes: number;
  readonly codec: 'none' | 'lz4' | 'zstd';
}

/** Reads the metadata of each record batch, and no values. Raises ARROW_CORRUPT, ARROW_UNSUPPORTED, LIMIT_EXCEEDED. */
export function describeArrow(file: ArrowFile): ArrowDescription {
  const { source, sizeBytes, schema, footer } = file;
  const batches: ArrowBatchDescription[] = [];
  let dictionaryCount = footer?.dictionaries.length ?? 0;
  for (const message of messagesOf(file)) {
    if (message.kind === 'dictionary') dictionaryCount++;
    if (message.kind !== 'batch') continue;
    const { rowCount, compression = 'none' } = message.batch;
    batches.push({ rowCount, sizeBytes: message.bodyLength, codec: compression });
  }
  return {
    path: source.path,
    sizeBytes,
    format: footer === undefined ? 'stream' : 'file',
    rowCount: batches.reduce((sum, { rowCount }) => sum + rowCount, 0),
    schema: describeSchema(schema),
    dictionaryCount,
    batches,
  };
}

function describeSchema({ fields }: Schema): ArrowDescription['schema'] {
  return fields.map(({ name, type, nullable }) => ({ name, type: formatType(type), nullable }));
}

/** All messages of a stream; of a file those of its record batches. */
function* messagesOf(file: ArrowFile): Generator<ArrowMessage, void, undefined> {
  if (file.footer === undefined) for (const { message } of messagesOfStream(file)) yield message;
  else for (const block of file.footer.batches) yield messageOfBlock(file, block, 'batch').message;
}
