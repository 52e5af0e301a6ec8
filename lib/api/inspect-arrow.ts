import { openArrow } from '../../formats/arrow/arrow-file.ts';
import { type ArrowDescription, describeArrow } from '../../formats/arrow/describe-file.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { openFile } from '../lineage/nodes/input-files.ts';
import { invalidArgument } from './check-argument.ts';

/**
 * What an Arrow file, or a stream, says of itself: schema, record batches, how they are compressed. Reads no values, and
 * needs no session.
 *
 * ```ts
 * inspectArrow('flights.arrow').batches.length; // 184
 * ```
 * Raises FILE_NOT_FOUND, INPUT_NOT_A_FILE, ARROW_CORRUPT, ARROW_UNSUPPORTED, LIMIT_EXCEEDED.
 */
export function inspectArrow(path: string, parts: { readonly fileSystem?: FileSystem } = {}): ArrowDescription {
  if (typeof path !== 'string' || path === '')
    throw invalidArgument('inspectArrow', 'path', 'the path of a file', path);
  const { fileSystem = nodeFileSystem } = parts;
  using handle = openFile(fileSystem, path);
  return describeArrow(openArrow(handle));
}

driverOnly('inspectArrow', inspectArrow);
