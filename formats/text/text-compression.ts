import { CairnError } from '../../lib/base/errors.ts';
import { type ByteSource, type ByteStream, SourceStream } from './byte-stream.ts';
import { GzipStream } from './gzip-stream.ts';
import { ZstdStream } from './zstd-stream.ts';

export type TextCompression = 'none' | 'gzip' | 'zstd';

const BY_ENDING: Readonly<Record<string, TextCompression>> = { gz: 'gzip', zst: 'zstd' };

/** Endings that Hadoop decompresses and we don't: read as text they would be lines of noise. */
const UNSUPPORTED = new Set(['bz2', 'deflate', 'lz4', 'lzo', 'snappy', 'xz', 'br']);

/** How a file is compressed, by the ending of its name, as in Hadoop. Raises UNSUPPORTED_COMPRESSION. */
export function compressionOf(path: string): TextCompression {
  const ending = /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  if (UNSUPPORTED.has(ending)) throw new CairnError('UNSUPPORTED_COMPRESSION', { path, found: `.${ending}` });
  return Object.hasOwn(BY_ENDING, ending) ? (BY_ENDING[ending] as TextCompression) : 'none';
}

/**
 * The content of a text file from its first byte, or, when it is not compressed, from `start`. Memory is bounded
 * whatever the ratio. Damage raises CORRUPT_FILE while reading.
 */
export function openTextStream(source: ByteSource, path: string, start = 0): ByteStream {
  const raw = new SourceStream(source, start);
  switch (compressionOf(path)) {
    case 'none':
      return raw;
    case 'gzip':
      return new GzipStream(raw, path);
    case 'zstd':
      return new ZstdStream(raw, path);
  }
}
