import { describe } from 'vitest';
import { decompressSnappy } from '../../../formats/parquet/snappy.ts';
import { compressSnappy, maxSnappyBytes } from '../../../formats/parquet/write-snappy.ts';
import { itCompresses } from '../../support/compressor-behaviour.ts';

describe('compressing to Snappy', () => {
  itCompresses({ compress: compressSnappy, maxBytes: maxSnappyBytes, decompress: decompressSnappy });
});
