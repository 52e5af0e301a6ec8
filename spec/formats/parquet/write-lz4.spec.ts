import { describe } from 'vitest';
import { decompressLz4 } from '../../../formats/parquet/lz4.ts';
import { compressLz4, maxLz4Bytes } from '../../../formats/parquet/write-lz4.ts';
import { itCompresses } from '../../support/compressor-behaviour.ts';

describe('compressing to LZ4', () => {
  itCompresses({ compress: compressLz4, maxBytes: maxLz4Bytes, decompress: decompressLz4 });
});
