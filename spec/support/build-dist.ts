import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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
 *
 * Built beside it and moved file by file: another process may be loading workers from there, and finds each file whole.
 */
export function setup(): void {
  const startedAt = new Date();
  const newest = Math.max(...SOURCES.map((folder) => newestMs(join(PROJECT_ROOT, folder))));
  if (existsSync(STAMP) && statSync(STAMP).mtimeMs > newest) return;
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  // As deep as `dist`: source maps name their sources from there.
  const fresh = join(PROJECT_ROOT, `dist-${process.pid}`);
  try {
    const arguments_ = [tsc, '-p', join(PROJECT_ROOT, 'tsconfig.build.json'), '--outDir', fresh];
    spawnSync(process.execPath, arguments_, { stdio: 'ignore' });
    spawnSync(process.execPath, [join(PROJECT_ROOT, 'scripts/bundle-worker.mjs'), fresh], { stdio: 'inherit' });
    for (const entry of readdirSync(fresh, { recursive: true, encoding: 'utf8' })) replace(join(fresh, entry), entry);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  writeFileSync(STAMP, '');
  // A source that changed meanwhile is newer.
  utimesSync(STAMP, startedAt, startedAt);
}

function replace(from: string, name: string): void {
  const to = join(PROJECT_ROOT, 'dist', name);
  if (statSync(from).isDirectory()) mkdirSync(to, { recursive: true });
  else if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to))) {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  }
}
