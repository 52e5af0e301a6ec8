import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexedParquet } from '../../support/indexed-parquet.ts';

/** A small file in a directory; gives its path. */
export function sampleParquet(directory: string): string {
  const path = join(directory, 'sample.parquet');
  const bytes = indexedParquet(
    [
      { name: 'id', type: 'INT32', values: [1, 2, null] },
      { name: 'text', type: 'BYTE_ARRAY', converted: 'UTF8', values: ['a', 'x'.repeat(80), 'c\u001b[31m'] },
    ],
    { rowGroupRows: 2, pageRows: [1], statistics: true, pageIndex: true, bloom: true, dictionary: true },
  );
  writeFileSync(path, bytes);
  return path;
}
