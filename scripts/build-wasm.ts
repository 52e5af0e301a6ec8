/**
 * Compiles wasm/parquet-kernels.ts and writes formats/parquet/wasm-module.ts: `npm run wasm`. The same compiler gives
 * the same bytes; a spec checks that what is checked in is what the source says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = 'wasm/parquet-kernels.ts';

/** Where the built module goes. */
export const WASM_MODULE = 'formats/parquet/wasm-module.ts';

const OPTIONS = [
  ...['-O3', '--converge', '--noAssert', '--runtime', 'stub'],
  ...['--importMemory', '--noExportMemory', '--enable', 'simd', '--enable', 'bulk-memory'],
];

/** The text of the module. Fails with what the compiler says. */
export async function renderWasmModule(): Promise<string> {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes = new Uint8Array();
  let errors = '';
  const { error } = await asc.main([SOURCE, '--outFile', 'kernels.wasm', ...OPTIONS], {
    readFile: (name) => (name === SOURCE ? readFileSync(join(ROOT, SOURCE), 'utf8') : null),
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') bytes = Uint8Array.from(contents);
    },
    listFiles: () => [],
    stderr: {
      write: (text) => {
        errors += String(text);
        return true;
      },
    },
  });
  if (error !== null) throw new Error(`${error.message}\n${errors}`);
  const text = Buffer.from(bytes).toString('base64');
  const lines = text.match(/.{1,110}/g) ?? [];
  return [
    `/** ${SOURCE}, compiled: made by \`npm run wasm\`, never written by hand. ${bytes.length} bytes as base64. */`,
    'export const WASM_BASE64 =',
    ...lines.map((line, i) => `  '${line}'${i === lines.length - 1 ? ';' : ' +'}`),
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(join(ROOT, WASM_MODULE), await renderWasmModule());
}
