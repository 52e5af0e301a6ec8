import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from './source-files.ts';

const SOURCES = ['lib', 'storage', 'formats', 'cli'];
const STAMP = join(PROJECT_ROOT, 'dist', '.built');

function newestMs(folder: string): number {
  let newest = 0;
  if (!existsSync(folder)) return newest;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (entry.endsWith('.ts')) newest = Math.max(newest, statSync(join(folder, entry)).mtimeMs);
  }
  return newest;
}

/**
 * Builds `dist` when a source is newer: worker threads run built JavaScript, since Node 20 gives them no loader for
 * TypeScript. Types are checked elsewhere (`npm run types`); what does not compile is built as far as it goes.
 */
export function setup(): void {
  const newest = Math.max(...SOURCES.map((folder) => newestMs(join(PROJECT_ROOT, folder))));
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs > newest) return;
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  spawnSync(process.execPath, [tsc, '-p', join(PROJECT_ROOT, 'tsconfig.build.json')], { stdio: 'ignore' });
  mkdirSync(dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, '');
}
