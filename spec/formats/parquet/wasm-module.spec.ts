import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WASM_BASE64 } from '../../../formats/parquet/wasm-module.ts';
import { renderWasmModule, WASM_MODULE } from '../../../scripts/build-wasm.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

const hasCompiler = existsSync(join(PROJECT_ROOT, 'node_modules/assemblyscript'));

describe('the WebAssembly module', () => {
  it.skipIf(!hasCompiler)('is what the compiler makes of its source (npm run wasm)', async () => {
    expect(readFileSync(join(PROJECT_ROOT, WASM_MODULE), 'utf8')).toBe(await renderWasmModule());
  });

  it('is small, and imports nothing but its memory', () => {
    const bytes = Buffer.from(WASM_BASE64, 'base64');
    expect(bytes.subarray(0, 4).toString('latin1')).toBe('\0asm');
    expect(bytes.length).toBeLessThan(16_384);
    expect(bytes.includes('abort')).toBe(false);
  });
});
