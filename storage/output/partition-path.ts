/**
 * Directories of partitioned output, as Hive and Spark name them: `key=value`, one inside the other, with characters
 * that a file system or a reader could take for something else as `%` and two digits.
 */
import { CairnError } from '../../lib/base/errors.ts';

/** What stands for a missing value, and for empty text, which no directory could be told from. */
export const MISSING_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** A file name ends there on most volumes. */
const MAX_NAME_BYTES = 255;
const MIDNIGHT = 'T00:00:00.000Z';

/**
 * The directory of a value: `key=value`. Numbers, bigints and booleans are as they print, Dates in ISO 8601, at midnight
 * UTC the date alone. Raises ROW_NOT_WRITABLE for other values, and for names that are too long for a file.
 */
export function partitionDirectory(column: string, value: unknown): string {
  const name = `${escapeName(column)}=${escapeName(textOf(column, value))}`;
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw notAPartition(column, `a directory for it would have a name of over ${MAX_NAME_BYTES} bytes`);
  }
  return name;
}

function textOf(column: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value === '' ? MISSING_PARTITION : value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return MISSING_PARTITION;
    default: {
      if (value === null) return MISSING_PARTITION;
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) {
        throw notAPartition(column, 'it is no text, number, boolean or Date');
      }
      const text = value.toISOString();
      return text.endsWith(MIDNIGHT) ? text.slice(0, -MIDNIGHT.length) : text;
    }
  }
}

/** Control characters, and what has a meaning in paths, in patterns of paths, or here. */
function escapeName(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    // A surrogate on its own, which no name in UTF-8 can hold.
    if (code >= 0xd800 && code <= 0xdfff) {
      escaped += '\ufffd';
      continue;
    }
    const isSpecial = code < 0x20 || code === 0x7f || '"#%\'*/:=?\\{}[]^<>|'.includes(character);
    escaped += isSpecial ? `%${code.toString(16).toUpperCase().padStart(2, '0')}` : character;
  }
  return escaped;
}

function notAPartition(column: string, reason: string): CairnError {
  return new CairnError('ROW_NOT_WRITABLE', {
    format: 'partitioned output',
    reason: `column '${column}' has a value that cannot name a directory: ${reason}`,
    remedy: 'partition by a column of short text, numbers or dates',
  });
}
