import { CairnError } from '../../lib/base/errors.ts';
import type { ByteSource } from './byte-stream.ts';
import { openTextStream } from './text-compression.ts';

const FIRST_BYTES = 64 * 1024;

/**
 * A whole file as text: decompressed by the ending of its name, decoded as UTF-8 with U+FFFD for what is invalid, a
 * byte-order mark dropped. Raises LIMIT_EXCEEDED once the content is over `limitBytes`, whatever the file's own size.
 */
export function readWholeText(source: ByteSource, path: string, limitBytes: number): string {
  const stream = openTextStream(source, path);
  let bytes = Buffer.allocUnsafe(FIRST_BYTES);
  let length = 0;
  for (;;) {
    const count = stream.read(bytes.subarray(length));
    if (count === 0) break;
    length += count;
    if (length > limitBytes) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the length of the text of ${path} in bytes`,
        found: `more than ${limitBytes}`,
        limit: limitBytes,
        remedy: "read it with 'textFile', which holds a part of it at a time",
      });
    }
    if (length === bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(bytes.length * 2, limitBytes + 1));
      bytes.copy(grown);
      bytes = grown;
    }
  }
  const hasMark = length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0, length);
}
