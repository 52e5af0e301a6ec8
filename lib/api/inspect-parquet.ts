import { describeParquet, type ParquetDescription } from '../../formats/parquet/describe-file.ts';
import { openParquet } from '../../formats/parquet/parquet-file.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { openFile } from '../lineage/nodes/input-files.ts';
import { invalidArgument } from './check-argument.ts';

/**
 * What the footer of a Parquet file says: schema, row groups, encodings, statistics, what indexes there are. Reads nothing
 * else of the file, and needs no session.
 *
 * ```ts
 * inspectParquet('flights.parquet').rowCount;   // 3000000
 * ```
 * Raises FILE_NOT_FOUND, INPUT_NOT_A_FILE, PARQUET_CORRUPT, PARQUET_UNSUPPORTED for an encrypted footer, LIMIT_EXCEEDED.
 */
export function inspectParquet(path: string, parts: { readonly fileSystem?: FileSystem } = {}): ParquetDescription {
  if (typeof path !== 'string' || path === '')
    throw invalidArgument('inspectParquet', 'path', 'the path of a file', path);
  const { fileSystem = nodeFileSystem } = parts;
  using handle = openFile(fileSystem, path);
  return describeParquet(openParquet(handle));
}

driverOnly('inspectParquet', inspectParquet);
